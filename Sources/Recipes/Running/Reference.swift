import Basics
import Bindings

/// The reference as commands and the prompt print it.
public enum Reference {
  /// The text of a name, in full or in short.
  ///
  /// - Throws: `Failure` with the nearest name when there is no such entry.
  public static func entry(_ name: String, _ docs: DocRegistry) throws -> String {
    if let doc = docs.exact(name) { return ([doc.text] + members(of: doc.name, docs)).joined(separator: "\n\n") }
    for full in [name, "lab." + name] {
      if let list = members(of: full, docs).first { return list }
    }
    if let doc = docs.find(name) { return doc.text }
    let short = docs.names.map { $0.split(separator: ".").last.map(String.init) ?? $0 }
    let hint = NearestName.hint(name, among: docs.names + short)
    throw Failure(
      .argument, "there is nothing about '\(name)'" + (hint.isEmpty ? "; `perilune doc` lists all names" : hint))
  }

  /// What a table of the library or a type holds, as one text: each name with its summary. Nothing when it holds none.
  private static func members(of name: String, _ docs: DocRegistry) -> [String] {
    let inside = docs.all.filter { $0.name.hasPrefix(name + ".") }
    if inside.isEmpty { return [] }
    // Of tables inside the table, such as lab.nn.init in lab.nn, only what there is, in a line each.
    var table = TextTable(columns: [.init(title: ""), .init(title: "", wrapsAt: 80)])
    var groups: [String: Int] = [:]
    for doc in inside {
      let rest = doc.name.dropFirst(name.count + 1).split(separator: ".").map(String.init)
      if rest.count == 1 {
        table.rows.append([doc.name, doc.summary])
      } else {
        let group = name + "." + rest[0]
        if let row = groups[group] {
          table.rows[row][1] += ", " + rest[1]
        } else if docs.exact(group) == nil {
          groups[group] = table.rows.count
          table.rows.append([group, "holds " + rest[1]])
        }
      }
    }
    return ["In \(name):\n" + table.lines.map { "  " + $0 }.joined(separator: "\n")]
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
