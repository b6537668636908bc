/// A place in a JSON text (RFC 8259), from which values are read strictly.
///
/// ``value()`` reads anything into a ``JSON`` and recurses no deeper than ``maximumDepth``, so that no text exhausts the
/// stack. A file of a known form can be read without building that, by ``object(_:)``, ``list(_:)``, ``text()`` and
/// ``wholeNumber()``. The bytes must outlive the reader.
public struct JSONReader {
  public static let maximumDepth = 64

  private let bytes: UnsafeBufferPointer<UInt8>
  /// The byte that comes next, counted from 0.
  public private(set) var position = 0
  private var depth = 0

  public init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  /// A mistake at this place.
  public func mistake(_ message: String) -> JSON.Mistake { JSON.Mistake(message: message, offset: position) }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpaces() {
    while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d { position += 1 }
  }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    skipSpaces()
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  /// Any value.
  public mutating func value() throws(JSON.Mistake) -> JSON {
    skipSpaces()
    guard depth <= Self.maximumDepth else { throw mistake("nested deeper than \(Self.maximumDepth) levels") }
    guard let byte = next else { throw mistake("the text ends where a value should be") }
    switch byte {
    case UInt8(ascii: "{"):
      var members: [JSON.Member] = []
      try object { (name, reader) throws(JSON.Mistake) in
        members.append(JSON.Member(name: name, value: try reader.value()))
      }
      return .object(members)
    case UInt8(ascii: "["):
      var elements: [JSON] = []
      try list { (reader) throws(JSON.Mistake) in elements.append(try reader.value()) }
      return .list(elements)
    case UInt8(ascii: "\""): return .text(try text())
    case UInt8(ascii: "t"): return try word("true", .boolean(true))
    case UInt8(ascii: "f"): return try word("false", .boolean(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func word(_ word: StaticString, _ value: JSON) throws(JSON.Mistake) -> JSON {
    let letters = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    guard bytes[position...].starts(with: letters) else { throw mistake("not a JSON value") }
    position += letters.count
    return value
  }

  /// An object, none of whose keys occurs twice; `member` reads the value of each key.
  public mutating func object(
    _ member: (_ key: String, _ reader: inout JSONReader) throws(JSON.Mistake) -> Void
  ) throws(JSON.Mistake) {
    guard skip("{") else { throw mistake("wanted an object") }
    if skip("}") { return }
    depth += 1
    var keys = JSONKeys()
    repeat {
      skipSpaces()
      guard next == UInt8(ascii: "\"") else { throw mistake("wanted a key in quotes") }
      let key = try text()
      guard keys.insert(key) else { throw mistake("the key '\(key)' occurs twice") }
      guard skip(":") else { throw mistake("wanted ':' after the key '\(key)'") }
      try member(key, &self)
    } while skip(",")
    guard skip("}") else { throw mistake("wanted ',' or '}'") }
    depth -= 1
  }

  /// A list; `element` reads each of its values.
  public mutating func list(
    _ element: (_ reader: inout JSONReader) throws(JSON.Mistake) -> Void
  ) throws(JSON.Mistake) {
    guard skip("[") else { throw mistake("wanted a list") }
    if skip("]") { return }
    depth += 1
    repeat { try element(&self) } while skip(",")
    guard skip("]") else { throw mistake("wanted ',' or ']'") }
    depth -= 1
  }

  /// A whole number from 0 that fits 64 bits.
  public mutating func wholeNumber() throws(JSON.Mistake) -> Int {
    skipSpaces()
    let start = position
    var value = 0
    while let digit = nextDigit {
      let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = tens.addingReportingOverflow(digit)
      guard !overflow, !carry else { throw mistake("the number is too large") }
      value = sum
      position += 1
    }
    guard position > start else { throw mistake("wanted a whole number from 0") }
    guard bytes[start] != UInt8(ascii: "0") || position == start + 1 else {
      throw mistake("a number begins with a needless 0")
    }
    return value
  }

  private var nextDigit: Int? {
    guard let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
    return Int(byte - UInt8(ascii: "0"))
  }

  private mutating func skipDigits() -> Int {
    let start = position
    while nextDigit != nil { position += 1 }
    return position - start
  }

  private mutating func number() throws(JSON.Mistake) -> JSON {
    let start = position
    if next == UInt8(ascii: "-") { position += 1 }
    let firstDigit = position
    let digits = skipDigits()
    guard digits > 0 else {
      position = start
      throw mistake("not a JSON value")
    }
    guard digits == 1 || bytes[firstDigit] != UInt8(ascii: "0") else {
      throw mistake("a number begins with a needless 0")
    }
    if next == UInt8(ascii: ".") {
      position += 1
      guard skipDigits() > 0 else { throw mistake("wanted a digit after the point") }
    }
    if let byte = next, byte | 0x20 == UInt8(ascii: "e") {
      position += 1
      if let sign = next, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { position += 1 }
      guard skipDigits() > 0 else { throw mistake("wanted a digit in the exponent") }
    }
    switch DecimalNumber.parse(bytes[start..<position]) {
    case .whole(let value): return .integer(Int(value))
    case .real(let value) where value.isFinite: return .number(value)
    case .real, nil:
      position = start
      throw mistake("the number is too large")
    }
  }

  /// A text in quotes.
  public mutating func text() throws(JSON.Mistake) -> String {
    skipSpaces()
    let start = position
    guard skip("\"") else { throw mistake("wanted a text in quotes") }
    let first = position
    let isASCII = skipPlainText()
    // The common case, without the cost of checking UTF-8.
    if isASCII, next == UInt8(ascii: "\"") {
      defer { position += 1 }
      return String(decoding: UnsafeBufferPointer(rebasing: bytes[first..<position]), as: UTF8.self)
    }
    var escaped: [UInt8]?
    while let byte = next, byte != UInt8(ascii: "\"") {
      guard byte == UInt8(ascii: "\\") else { throw mistake("a control character inside text; write it as an escape") }
      var letters = escaped ?? Array(bytes[first..<position])
      position += 1
      letters.append(contentsOf: UTF8.encode(try escape()) ?? UTF8.encodedReplacementCharacter)
      let rest = position
      _ = skipPlainText()
      letters.append(contentsOf: bytes[rest..<position])
      escaped = letters
    }
    guard next != nil else { throw mistake("the text is never closed") }
    let end = position
    let string =
      if let escaped { String(validating: escaped, as: UTF8.self) } else {
        String(validating: bytes[first..<end], as: UTF8.self)
      }
    guard let string else {
      position = start
      throw mistake("the text is not UTF-8")
    }
    position = end + 1
    return string
  }

  /// Goes on to the next quote, backslash or control character; says whether all before it was ASCII.
  private mutating func skipPlainText() -> Bool {
    var all: UInt8 = 0
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { break }
      all |= byte
      position += 1
    }
    return all < 0x80
  }

  /// Behind the backslash.
  private mutating func escape() throws(JSON.Mistake) -> Unicode.Scalar {
    guard let letter = next else { throw mistake("the text is never closed") }
    position += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape()
    default:
      position -= 1
      throw mistake("an escape that JSON does not have")
    }
  }

  /// Four hexadecimal digits, and a second escape when they are the first half of a surrogate pair.
  private mutating func unicodeEscape() throws(JSON.Mistake) -> Unicode.Scalar {
    let unit = try hexadecimal()
    if let scalar = Unicode.Scalar(unit) { return scalar }
    guard unit < 0xdc00, bytes[position...].starts(with: "\\u".utf8) else { throw mistake("half of a surrogate pair") }
    position += 2
    let low = try hexadecimal()
    guard (0xdc00..<0xe000).contains(low), let scalar = Unicode.Scalar(0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00))
    else { throw mistake("half of a surrogate pair") }
    return scalar
  }

  private mutating func hexadecimal() throws(JSON.Mistake) -> UInt32 {
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

  /// Spaces may follow, and nothing else.
  public mutating func finish() throws(JSON.Mistake) {
    skipSpaces()
    guard position == bytes.count else { throw mistake("something follows the value") }
  }
}
