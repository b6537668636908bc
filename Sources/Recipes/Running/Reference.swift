import Basics
import Bindings

/// The reference as commands and the prompt print it.
public enum Reference {
  /// The text of a name, in full or in short.
  ///
  /// - Throws: `Failure` with the nearest name when there is no such entry.
  public static func entry(_ name: String, _ docs: DocRegistry) throws -> String {
    if let doc = docs.find(name) { return doc.text }
    let short = docs.names.map { $0.split(separator: ".").last.map(String.init) ?? $0 }
    let hint = NearestName.hint(name, among: docs.names + short)
    throw Failure(
      .argument, "there is nothing about '\(name)'" + (hint.isEmpty ? "; `perilune doc` lists all names" : hint))
  }

  /// All names by chapter, a line each.
  public static func list(_ docs: DocRegistry) -> String {
    var chapters: [String] = []
    for doc in docs.all where !chapters.contains(doc.chapter) { chapters.append(doc.chapter) }
    return chapters.map { chapter in
      var table = TextTable(columns: [.init(title: ""), .init(title: "", wrapsAt: 80)])
      for doc in docs.all where doc.chapter == chapter { table.rows.append([doc.name, doc.summary]) }
      return ([chapter] + table.lines.map { "  " + $0 }).joined(separator: "\n") + "\n"
    }.joined(separator: "\n")
  }
}
