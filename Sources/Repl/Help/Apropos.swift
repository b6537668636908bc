import Basics
import Bindings

/// Names whose documentation contains a word.
public enum Apropos {
  /// A line for each name: where the word is in the name first, then in the summary, then elsewhere.
  public static func list(_ word: String, _ docs: DocRegistry, width columns: Int = Int.max) -> String {
    let wanted = word.lowercased()
    func fits(_ text: String) -> Bool { text.lowercased().contains(wanted) }
    var groups: [[Doc]] = [[], [], []]
    for doc in docs.all {
      if fits(doc.name) {
        groups[0].append(doc)
      } else if fits(doc.summary) {
        groups[1].append(doc)
      } else if fits(doc.text) {
        groups[2].append(doc)
      }
    }
    let found = groups.flatMap { $0 }
    if found.isEmpty { return "nothing mentions '\(word)'" }
    let width = min(34, found.map(\.name.count).max() ?? 0)
    let lines = found.prefix(40).map { doc -> String in
      let line = doc.name + String(repeating: " ", count: max(0, width - doc.name.count)) + "  " + doc.summary
      return line.count < columns ? line : line.prefix(max(10, columns - 4)) + "..."
    }
    return (lines + (found.count > 40 ? ["and \(found.count - 40) more"] : [])).joined(separator: "\n")
  }
}
