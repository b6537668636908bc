/// Lua source as HTML with its comments, strings, numbers and keywords marked.
enum LuaHighlight {
  private static let keywords: Set<String> = [
    "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local", "nil",
    "not",
    "or", "repeat", "return", "then", "true", "until", "while",
  ]

  static func html(_ source: String) -> String {
    let bytes = Array(source.utf8)
    var out = ""
    var place = 0
    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
    func gap(_ range: Range<Int>) {
      // Between tokens there are white space and comments.
      let words = text(range)
      let bare = words.drop { $0.isWhitespace }
      let end = String(bare.reversed().prefix { $0.isWhitespace }.reversed())
      out += String(words.prefix { $0.isWhitespace })
      if !bare.isEmpty { out += HTML.text("i", String(bare.dropLast(end.count)), class: "c") + end }
    }
    SourceTokens.each(source) { token in
      gap(place..<token.startIndex)
      let word = String(decoding: token, as: UTF8.self)
      out += style(word).map { HTML.text("i", word, class: $0) } ?? HTML.escaped(word)
      place = token.endIndex
    }
    gap(place..<bytes.count)
    return out
  }

  private static func style(_ word: String) -> String? {
    if keywords.contains(word) { return "k" }
    guard let first = word.first else { return nil }
    if first == "\"" || first == "'" || word.hasPrefix("[[") || word.hasPrefix("[=") { return "s" }
    return first.isASCII && first.isNumber ? "n" : nil
  }
}
