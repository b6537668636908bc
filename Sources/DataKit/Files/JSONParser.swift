/// Reads one JSON value (RFC 8259), strictly, and never deeper than `maximumDepth`, so that no text exhausts the stack.
struct JSONParser {
  /// What is wrong with the text, and the byte where, counted from its start.
  struct Mistake: Error, Equatable {
    let message: String
    let offset: Int
  }

  static let maximumDepth = 64

  private let text: Slice<UnsafeBufferPointer<UInt8>>
  private var position: Int

  /// The value that the whole of `text` holds, with spaces around it. Repeated keys in an object are mistakes.
  static func parse(_ text: Slice<UnsafeBufferPointer<UInt8>>) throws(Mistake) -> JSONValue {
    var parser = JSONParser(text: text, position: text.startIndex)
    let value = try parser.readValue(depth: 0)
    parser.skipSpaces()
    guard parser.position == text.endIndex else { throw parser.mistake("something follows the value") }
    return value
  }

  private func mistake(_ message: String) -> Mistake {
    Mistake(message: message, offset: position - text.startIndex)
  }

  private var next: UInt8? { position < text.endIndex ? text[position] : nil }

  private mutating func skipSpaces() {
    while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d { position += 1 }
  }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    skipSpaces()
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func readValue(depth: Int) throws(Mistake) -> JSONValue {
    skipSpaces()
    guard depth <= Self.maximumDepth else { throw mistake("nested deeper than \(Self.maximumDepth) levels") }
    guard let byte = next else { throw mistake("the text ends where a value should be") }
    switch byte {
    case UInt8(ascii: "{"): return .object(try readObject(depth: depth))
    case UInt8(ascii: "["): return .list(try readList(depth: depth))
    case UInt8(ascii: "\""): return .string(try readString())
    case UInt8(ascii: "t"): return try readWord("true", .boolean(true))
    case UInt8(ascii: "f"): return try readWord("false", .boolean(false))
    case UInt8(ascii: "n"): return try readWord("null", .null)
    default: return try readNumber()
    }
  }

  private mutating func readWord(_ word: StaticString, _ value: JSONValue) throws(Mistake) -> JSONValue {
    let letters = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    guard text[position...].starts(with: letters) else { throw mistake("not a JSON value") }
    position += letters.count
    return value
  }

  private mutating func readObject(depth: Int) throws(Mistake) -> [JSONValue.Member] {
    position += 1
    var members: [JSONValue.Member] = []
    var keys: Set<ExactText> = []
    if skip("}") { return members }
    repeat {
      skipSpaces()
      guard next == UInt8(ascii: "\"") else { throw mistake("wanted a key in quotes") }
      let key = try readString()
      guard keys.insert(ExactText(key)).inserted else { throw mistake("the key '\(key)' occurs twice") }
      guard skip(":") else { throw mistake("wanted ':' after the key '\(key)'") }
      members.append(JSONValue.Member(key: key, value: try readValue(depth: depth + 1)))
    } while skip(",")
    guard skip("}") else { throw mistake("wanted ',' or '}'") }
    return members
  }

  private mutating func readList(depth: Int) throws(Mistake) -> [JSONValue] {
    position += 1
    var elements: [JSONValue] = []
    if skip("]") { return elements }
    repeat { elements.append(try readValue(depth: depth + 1)) } while skip(",")
    guard skip("]") else { throw mistake("wanted ',' or ']'") }
    return elements
  }

  private mutating func readNumber() throws(Mistake) -> JSONValue {
    let start = position
    if next == UInt8(ascii: "-") { position += 1 }
    let firstDigit = next
    guard skipDigits() > 0 else {
      position = start
      throw mistake("not a JSON value")
    }
    let digits = position - start - (text[start] == UInt8(ascii: "-") ? 1 : 0)
    guard firstDigit != UInt8(ascii: "0") || digits == 1 else { throw mistake("a number begins with a needless 0") }
    if next == UInt8(ascii: ".") {
      position += 1
      guard skipDigits() > 0 else { throw mistake("wanted a digit after the point") }
    }
    if let byte = next, byte | 0x20 == UInt8(ascii: "e") {
      position += 1
      if let sign = next, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { position += 1 }
      guard skipDigits() > 0 else { throw mistake("wanted a digit in the exponent") }
    }
    switch DecimalNumber.parse(text[start..<position]) {
    case .whole(let value): return .integer(value)
    case .real(let value): return .number(value)
    case nil: throw mistake("not a JSON value")
    }
  }

  private mutating func skipDigits() -> Int {
    let start = position
    while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
    return position - start
  }

  /// At the opening quote; ends behind the closing one.
  private mutating func readString() throws(Mistake) -> String {
    let start = position
    position += 1
    var bytes: [UInt8] = []
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        guard let string = String(validating: bytes, as: UTF8.self) else {
          position = start
          throw mistake("the text is not UTF-8")
        }
        return string
      case UInt8(ascii: "\\"):
        position += 1
        bytes.append(contentsOf: String(try readEscape()).utf8)
      case 0..<0x20:
        throw mistake("a control character inside text; write it as an escape")
      default:
        bytes.append(byte)
        position += 1
      }
    }
    throw mistake("the text is never closed")
  }

  /// Behind the backslash.
  private mutating func readEscape() throws(Mistake) -> Unicode.Scalar {
    guard let letter = next else { throw mistake("the text is never closed") }
    position += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try readUnicodeEscape()
    default:
      position -= 1
      throw mistake("an escape that JSON does not have")
    }
  }

  /// Four hexadecimal digits, and a second escape when they are the first half of a surrogate pair.
  private mutating func readUnicodeEscape() throws(Mistake) -> Unicode.Scalar {
    let unit = try readHexadecimal()
    if let scalar = Unicode.Scalar(unit) { return scalar }
    guard unit < 0xdc00, text[position...].starts(with: "\\u".utf8) else { throw mistake("half of a surrogate pair") }
    position += 2
    let low = try readHexadecimal()
    guard (0xdc00..<0xe000).contains(low), let scalar = Unicode.Scalar(0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00))
    else { throw mistake("half of a surrogate pair") }
    return scalar
  }

  private mutating func readHexadecimal() throws(Mistake) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw mistake("wanted four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }
}
