import Basics

extension JSON {
  /// Reads one JSON value (RFC 8259). Whole numbers that fit become `integer`, all others `number`.
  ///
  /// - Throws: `Failure` of kind `file` with the position (a byte, from 1) and what is wrong there.
  public init(parsing bytes: [UInt8]) throws { try self.init(parsing: bytes[...]) }

  public init(parsing bytes: ArraySlice<UInt8>) throws {
    self = try bytes.withUnsafeBufferPointer { buffer in
      var reader = JSONReader(bytes: buffer)
      return try reader.whole()
    }
  }

  public init(parsing text: String) throws { try self.init(parsing: Array(text.utf8)) }

  /// The member of an object; `nil` for other values and unknown names.
  public subscript(name: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  public var int: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  public var string: String? { if case .text(let value) = self { value } else { nil } }
  public var bool: Bool? { if case .boolean(let value) = self { value } else { nil } }
  public var list: [JSON]? { if case .list(let values) = self { values } else { nil } }
  public var members: [Member]? { if case .object(let members) = self { members } else { nil } }

  /// A number that may be NaN or infinite, which JSON lacks: those are the texts "nan", "inf" and "-inf".
  static func exact(_ value: Double) -> JSON {
    value.isFinite ? .number(value) : .text(value.isNaN ? "nan" : value < 0 ? "-inf" : "inf")
  }

  /// Reads what `exact` wrote.
  var exactDouble: Double? {
    switch string {
    case "nan"?: .nan
    case "inf"?: .infinity
    case "-inf"?: -.infinity
    case nil: double
    default: nil
    }
  }
}

/// A reader over bytes, which it never leaves.
private struct JSONReader {
  let bytes: UnsafeBufferPointer<UInt8>
  var place = 0
  private var depth = 0

  init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  mutating func whole() throws -> JSON {
    let value = try value()
    skipSpace()
    guard place == bytes.count else { throw failure("something follows the value") }
    return value
  }

  private func failure(_ what: String) -> Failure { Failure(.file, "not valid JSON: \(what) at byte \(place + 1)") }

  private mutating func skipSpace() {
    while place < bytes.count {
      let byte = bytes[place]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
      place += 1
    }
  }

  private mutating func value() throws -> JSON {
    skipSpace()
    guard place < bytes.count else { throw failure("the text ends too early") }
    switch bytes[place] {
    case UInt8(ascii: "{"): return try nested { try $0.object() }
    case UInt8(ascii: "["): return try nested { try $0.array() }
    case UInt8(ascii: "\""): return .text(try text())
    case UInt8(ascii: "t"): return try word("true", .boolean(true))
    case UInt8(ascii: "f"): return try word("false", .boolean(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func nested(_ read: (inout JSONReader) throws -> JSON) throws -> JSON {
    guard depth < 200 else { throw failure("values are nested too deeply") }
    depth += 1
    place += 1
    defer { depth -= 1 }
    return try read(&self)
  }

  private mutating func word(_ word: StaticString, _ value: JSON) throws -> JSON {
    let letters = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    guard place + letters.count <= bytes.count, zip(letters, bytes[place...]).allSatisfy({ $0 == $1 }) else {
      throw failure("an unknown word")
    }
    place += letters.count
    return value
  }

  private mutating func ends(with close: StaticString) throws -> Bool {
    skipSpace()
    guard place < bytes.count else { throw failure("the text ends too early") }
    if bytes[place] == close.utf8Start[0] {
      place += 1
      return true
    }
    return false
  }

  private mutating func expect(_ character: StaticString) throws {
    skipSpace()
    guard place < bytes.count, bytes[place] == character.utf8Start[0] else {
      throw failure("'\(character)' is missing")
    }
    place += 1
  }

  private mutating func object() throws -> JSON {
    var members: [JSON.Member] = []
    if try ends(with: "}") { return .object(members) }
    repeat {
      skipSpace()
      guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else { throw failure("a name is missing") }
      let name = try text()
      try expect(":")
      members.append(JSON.Member(name: name, value: try value()))
      if try ends(with: "}") { return .object(members) }
      try expect(",")
    } while true
  }

  private mutating func array() throws -> JSON {
    var values: [JSON] = []
    if try ends(with: "]") { return .list(values) }
    repeat {
      values.append(try value())
      if try ends(with: "]") { return .list(values) }
      try expect(",")
    } while true
  }

  private mutating func number() throws -> JSON {
    let start = place
    var isWhole = true
    while place < bytes.count {
      switch bytes[place] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): break
      case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "+"): isWhole = false
      default:
        return try number(start, isWhole)
      }
      place += 1
    }
    return try number(start, isWhole)
  }

  private func number(_ start: Int, _ isWhole: Bool) throws -> JSON {
    let digits = String(decoding: bytes[start..<place], as: UTF8.self)
    if isWhole, let value = Int(digits) { return .integer(value) }
    guard let value = Double(digits), value.isFinite else { throw failure("not a number") }
    return .number(value)
  }

  private mutating func text() throws -> String {
    place += 1
    let start = place
    while place < bytes.count, bytes[place] != UInt8(ascii: "\""), bytes[place] != UInt8(ascii: "\\") { place += 1 }
    guard place < bytes.count else { throw failure("a string does not end") }
    if bytes[place] == UInt8(ascii: "\"") {
      place += 1
      return String(decoding: bytes[start..<(place - 1)], as: UTF8.self)
    }
    var letters = Array(bytes[start..<place])
    while place < bytes.count {
      let byte = bytes[place]
      place += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: letters, as: UTF8.self)
      case UInt8(ascii: "\\"): letters += try escaped()
      default: letters.append(byte)
      }
    }
    throw failure("a string does not end")
  }

  private mutating func escaped() throws -> [UInt8] {
    guard place < bytes.count else { throw failure("a string does not end") }
    place += 1
    switch bytes[place - 1] {
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [bytes[place - 1]]
    case UInt8(ascii: "u"):
      var code = try unit()
      if (0xD800..<0xDC00).contains(code), place + 1 < bytes.count, bytes[place] == UInt8(ascii: "\\"),
        bytes[place + 1] == UInt8(ascii: "u")
      {
        place += 2
        let low = try unit()
        guard (0xDC00..<0xE000).contains(low) else { throw failure("half of a pair of surrogates") }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw failure("half of a pair of surrogates") }
      return Array(String(Character(scalar)).utf8)
    default: throw failure("an unknown escape")
    }
  }

  private mutating func unit() throws -> UInt32 {
    guard place + 4 <= bytes.count,
      let code = UInt32(String(decoding: bytes[place..<(place + 4)], as: UTF8.self), radix: 16)
    else { throw failure("an unknown escape") }
    place += 4
    return code
  }
}
