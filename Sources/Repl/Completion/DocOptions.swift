import Bindings
import LineEditor

/// The options that a function's documentation names.
enum DocOptions {
  /// Keys of the trailing table, each with what there is to say about it.
  static func of(_ doc: Doc) -> [Completions.Item] {
    var items: [Completions.Item] = []
    for key in keys(in: doc.signature) { items.append(Completions.Item(key, detail(key, doc))) }
    for line in doc.details {
      // "{steps}, {epochs} or {presentations}: how long", or "id: letters" where the signature is a table only.
      let head = line.prefix { $0 != ":" }
      for key in braced(head) where !items.contains(where: { $0.text == key }) {
        items.append(Completions.Item(key, detail(key, doc)))
      }
      if doc.signature.contains("..."), !head.contains("{"), head.count < line.count {
        for part in head.split(whereSeparator: { $0 == "," || $0 == " " }) where isName(part) {
          if !items.contains(where: { $0.text == part }) {
            items.append(Completions.Item(String(part), detail(String(part), doc)))
          }
        }
      }
    }
    return items
  }

  /// `{batch = 32, lr}` in a signature; nested tables are values.
  private static func keys(in signature: String) -> [String] {
    var keys: [String] = []
    var depth = 0
    var word = ""
    var isValue = false
    for character in signature {
      switch character {
      case "{": depth += 1
      case "}":
        if depth == 1, !isValue { keys += names(word) }
        depth = max(0, depth - 1)
        if depth == 0 { (word, isValue) = ("", false) }
      case "," where depth == 1:
        if !isValue { keys += names(word) }
        (word, isValue) = ("", false)
      case "=" where depth == 1:
        keys += names(word)
        isValue = true
      default: if depth == 1 { word.append(character) }
      }
    }
    return keys
  }

  /// "steps or epochs" names two.
  private static func names(_ text: String) -> [String] {
    text.split(separator: " ").filter { isName($0) && $0 != "or" }.map(String.init)
  }

  private static func braced(_ text: Substring) -> [String] {
    text.split(separator: "{").dropFirst().compactMap { piece in
      piece.firstIndex(of: "}").map { String(piece[..<$0]) }
    }.filter { isName($0[...]) }
  }

  private static func isName(_ text: Substring) -> Bool {
    guard let first = text.first, first == "_" || first.isLetter else { return false }
    return text.allSatisfy { $0 == "_" || $0.isLetter || $0.isNumber }
  }

  private static func detail(_ key: String, _ doc: Doc) -> String {
    for line in doc.details {
      let head = line.prefix { $0 != ":" }
      guard
        head.contains("{\(key)}") || head == key || head.split(separator: ",").contains(where: { $0.trimmed == key })
      else { continue }
      return String(line.dropFirst(head.count + 1).drop { $0 == " " })
    }
    return ""
  }
}

extension Substring {
  fileprivate var trimmed: Substring {
    let start = drop { $0 == " " }
    return start.lastIndex { $0 != " " }.map { start[...$0] } ?? start
  }
}
