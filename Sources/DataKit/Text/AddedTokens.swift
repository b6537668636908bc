/// Tokens that are found in text before the model sees it, such as `<|endoftext|>` or `[MASK]`.
struct AddedTokens: Sendable {
  typealias Text = UnsafeBufferPointer<UInt8>

  struct Token: Sendable {
    let id: Int32
    let content: String
    /// Only between characters that do not belong to words.
    let isSingleWord: Bool
    /// Takes the spaces before it.
    let takesSpaceBefore: Bool
    /// Takes the spaces behind it.
    let takesSpaceBehind: Bool
    /// Is looked up in the normalised text.
    let isNormalized: Bool
    /// Marks structure, not text: left out when ids become text.
    let isSpecial: Bool
  }

  /// A part of a text: a token, or what stands between tokens.
  enum Part {
    case text(Text)
    case token(Int32)
  }

  /// The tokens with what they look like in the text, by first byte, longest first.
  private let byFirst: [[(bytes: [UInt8], token: Token)]]
  let isEmpty: Bool

  init(_ tokens: [Token], spelled: (Token) -> [UInt8]) {
    var byFirst: [[(bytes: [UInt8], token: Token)]] = Array(repeating: [], count: 256)
    for token in tokens {
      let bytes = spelled(token)
      if let first = bytes.first { byFirst[Int(first)].append((bytes, token)) }
    }
    self.byFirst = byFirst.map { $0.sorted { ($1.bytes.count, $0.token.id) < ($0.bytes.count, $1.token.id) } }
    isEmpty = byFirst.allSatisfy(\.isEmpty)
  }

  /// Calls `visit` with the parts of a text in order. At each place the longest token wins.
  func split(_ text: Text, _ visit: (Part) throws -> Void) rethrows {
    guard !isEmpty else { return text.isEmpty ? () : try visit(.text(text)) }
    var start = 0
    var place = 0
    while place < text.count {
      guard let (bytes, token) = match(text, place) else {
        place += 1
        continue
      }
      var (from, to) = (place, place + bytes.count)
      if token.isSingleWord, touchesWord(text, from, to) {
        place = to
        continue
      }
      if token.takesSpaceBefore { from = spacesBegin(text, before: from, notBefore: start) }
      if token.takesSpaceBehind { to = text.end(from: to, having: .space) }
      if start < from { try visit(.text(text.part(start..<from))) }
      try visit(.token(token.id))
      start = to
      place = to
    }
    if start < text.count { try visit(.text(text.part(start..<text.count))) }
  }

  private func match(_ text: Text, _ place: Int) -> (bytes: [UInt8], token: Token)? {
    byFirst[Int(text[place])].first { bytes, _ in
      place + bytes.count <= text.count && zip(text[place...], bytes).allSatisfy { $0 == $1 }
    }
  }

  private func touchesWord(_ text: Text, _ from: Int, _ to: Int) -> Bool {
    func isWord(_ place: Int) -> Bool { CharacterTraits.of(text.scalar(at: place).value).contains(.word) }
    return from > 0 && isWord(scalarBegins(text, before: from)) || to < text.count && isWord(to)
  }

  private func scalarBegins(_ text: Text, before place: Int) -> Int {
    var place = place - 1
    while place > 0, text[place] & 0xc0 == 0x80 { place -= 1 }
    return place
  }

  private func spacesBegin(_ text: Text, before place: Int, notBefore start: Int) -> Int {
    var place = place
    while place > start {
      let before = scalarBegins(text, before: place)
      guard CharacterTraits.of(text.scalar(at: before).value).contains(.space) else { break }
      place = before
    }
    return place
  }
}
