/// A piece of Lua source.
public struct LuaToken: Sendable, Equatable {
  public enum Kind: Sendable { case name, keyword, number, string, comment, symbol, space }

  public let kind: Kind
  public let text: Substring
  /// Whether a string or long comment lacks its end.
  public let isOpen: Bool
  /// The line, from 1.
  public let line: Int

  static let keywords: Set<String> = [
    "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local", "nil",
    "not",
    "or", "repeat", "return", "then", "true", "until", "while",
  ]

  /// Whether it means something to Lua.
  var isCode: Bool { kind != .space && kind != .comment }

  func `is`(_ text: String) -> Bool { (kind == .symbol || kind == .keyword) && self.text == text }

  /// The whole text in pieces, in order, nothing left out; broken source gives pieces, too.
  public static func all(of source: String) -> [LuaToken] {
    var scanner = LuaScanner(source)
    var tokens: [LuaToken] = []
    while let token = scanner.next() { tokens.append(token) }
    return tokens
  }
}

/// Cuts Lua source into tokens.
private struct LuaScanner {
  private let source: String
  private let bytes: String.UTF8View
  private var place: String.Index
  private var line = 1

  init(_ source: String) {
    var source = source
    source.makeContiguousUTF8()
    self.source = source
    bytes = source.utf8
    place = bytes.startIndex
  }

  private func byte(_ offset: Int = 0) -> UInt8 {
    guard let index = bytes.index(place, offsetBy: offset, limitedBy: bytes.endIndex), index < bytes.endIndex else {
      return 0
    }
    return bytes[index]
  }

  private var isAtEnd: Bool { place == bytes.endIndex }

  private mutating func advance(_ count: Int = 1) {
    place = bytes.index(place, offsetBy: count, limitedBy: bytes.endIndex) ?? bytes.endIndex
  }

  private mutating func advance(while holds: (UInt8) -> Bool) {
    while !isAtEnd, holds(bytes[place]) { place = bytes.index(after: place) }
  }

  mutating func next() -> LuaToken? {
    guard !isAtEnd else { return nil }
    let start = place
    let first = line
    let (kind, isOpen) = scan()
    let text = source[start..<place]
    line += text.utf8.count { $0 == UInt8(ascii: "\n") }
    let isKeyword = kind == .name && LuaToken.keywords.contains(String(text))
    return LuaToken(kind: isKeyword ? .keyword : kind, text: text, isOpen: isOpen, line: first)
  }

  private mutating func scan() -> (LuaToken.Kind, isOpen: Bool) {
    switch byte() {
    case 0x20, 0x09, 0x0A, 0x0D, 0x0B, 0x0C:
      advance { $0 == 0x20 || (0x09...0x0D).contains($0) }
      return (.space, false)
    case UInt8(ascii: "-") where byte(1) == UInt8(ascii: "-"):
      advance(2)
      if let level = longLevel() { return (.comment, !skipLong(level)) }
      advance { $0 != 0x0A }
      return (.comment, false)
    case UInt8(ascii: "\""), UInt8(ascii: "'"): return (.string, !skipString(byte()))
    case UInt8(ascii: "["):
      if let level = longLevel() { return (.string, !skipLong(level)) }
      advance()
      return (.symbol, false)
    case let first where Self.isDigit(first) || (first == UInt8(ascii: ".") && Self.isDigit(byte(1))):
      skipNumber()
      return (.number, false)
    case let first where Self.isLetter(first):
      advance { Self.isLetter($0) || Self.isDigit($0) }
      return (.name, false)
    default:
      skipSymbol()
      return (.symbol, false)
    }
  }

  /// The number of equals signs where a long bracket opens here.
  private func longLevel() -> Int? {
    guard byte() == UInt8(ascii: "[") else { return nil }
    var level = 0
    while byte(1 + level) == UInt8(ascii: "=") { level += 1 }
    return byte(1 + level) == UInt8(ascii: "[") ? level : nil
  }

  private mutating func skipLong(_ level: Int) -> Bool {
    advance(level + 2)
    while !isAtEnd {
      if byte() == UInt8(ascii: "]"), byte(level + 1) == UInt8(ascii: "]"),
        (0..<level).allSatisfy({ byte($0 + 1) == UInt8(ascii: "=") })
      {
        advance(level + 2)
        return true
      }
      advance()
    }
    return false
  }

  private mutating func skipString(_ quote: UInt8) -> Bool {
    advance()
    while !isAtEnd {
      let found = byte()
      if found == UInt8(ascii: "\n") { return false }
      advance(found == UInt8(ascii: "\\") ? 2 : 1)
      if found == quote { return true }
    }
    return false
  }

  private mutating func skipNumber() {
    let isHexadecimal = byte() == UInt8(ascii: "0") && (byte(1) | 0x20) == UInt8(ascii: "x")
    var last: UInt8 = 0
    advance { found in
      defer { last = found | 0x20 }
      let isExponent = isHexadecimal ? last == UInt8(ascii: "p") : last == UInt8(ascii: "e")
      if found == UInt8(ascii: "+") || found == UInt8(ascii: "-") { return isExponent }
      return Self.isDigit(found) || Self.isLetter(found) || found == UInt8(ascii: ".")
    }
  }

  private mutating func skipSymbol() {
    let three = (byte(), byte(1), byte(2))
    let dot = UInt8(ascii: ".")
    if three == (dot, dot, dot) { return advance(3) }
    let pairs: [String] = ["==", "~=", "<=", ">=", "//", "::", "<<", ">>", ".."]
    for pair in pairs where pair.utf8.elementsEqual([three.0, three.1]) { return advance(2) }
    // Bytes of other scripts stay together.
    if three.0 >= 0x80 { return advance { $0 >= 0x80 } }
    advance()
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
  private static func isLetter(_ byte: UInt8) -> Bool {
    (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
  }
}
