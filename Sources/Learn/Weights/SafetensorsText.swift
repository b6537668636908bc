import Basics

extension SafetensorsHeader {
  /// Reads a header. Only what the format has is understood, so nothing nests and nothing recurses.
  init(parsing text: [UInt8]) throws(Mistake) {
    self.init(entries: [], metadata: [])
    guard let string = String(validating: text, as: UTF8.self) else { throw Mistake(message: "it is not UTF-8") }
    guard text.first == UInt8(ascii: "{") else { throw Mistake(message: "it does not begin with '{'") }
    var cursor = HeaderCursor(string)
    var names: Set<String> = []
    try cursor.object { (key, cursor) throws(Mistake) in
      guard names.insert(key).inserted else { throw Mistake(message: "the name '\(key)' occurs twice") }
      if key == Self.metadataName {
        var keys: Set<String> = []
        try cursor.object { (key, cursor) throws(Mistake) in
          guard keys.insert(key).inserted else { throw Mistake(message: "the metadata key '\(key)' occurs twice") }
          metadata.append((key, try cursor.string()))
        }
      } else {
        entries.append(try Self.entry(key, &cursor))
      }
    }
    try cursor.finish()
  }

  private static func entry(_ name: String, _ cursor: inout HeaderCursor) throws(Mistake) -> Entry {
    var dtype: String?
    var shape: [Int]?
    var place: [Int]?
    try cursor.object { (key, cursor) throws(Mistake) in
      switch key {
      case "dtype" where dtype == nil: dtype = try cursor.string()
      case "shape" where shape == nil: shape = try cursor.integers()
      case "data_offsets" where place == nil: place = try cursor.integers()
      case "dtype", "shape", "data_offsets": throw Mistake(message: "'\(name)' has '\(key)' twice")
      default: throw Mistake(message: "'\(name)' has the unknown field '\(key)'")
      }
    }
    guard let dtype, let shape, let place else {
      throw Mistake(message: "'\(name)' needs dtype, shape and data_offsets")
    }
    guard place.count == 2 else { throw Mistake(message: "'\(name)' has \(place.count) data_offsets, wanted 2") }
    return Entry(name: name, dtype: dtype, shape: shape, begin: place[0], end: place[1])
  }

  /// The header as JSON, filled up with spaces to a multiple of eight bytes.
  func encoded(_ path: String) throws -> [UInt8] {
    var parts: [String] = []
    if !metadata.isEmpty {
      var keys: Set<String> = []
      for (key, _) in metadata where !keys.insert(key).inserted {
        throw Failure(.argument, "the metadata key '\(key)' occurs twice")
      }
      let texts = metadata.map { "\(Self.quoted($0.key)):\(Self.quoted($0.value))" }
      parts.append("\(Self.quoted(Self.metadataName)):{\(texts.joined(separator: ","))}")
    }
    for entry in entries {
      guard entry.name != Self.metadataName else {
        throw Failure(.argument, "a tensor cannot be named '\(entry.name)' in a safetensors file")
      }
      let shape = entry.shape.map(String.init).joined(separator: ",")
      parts.append(
        "\(Self.quoted(entry.name)):{\"dtype\":\"\(entry.dtype)\",\"shape\":[\(shape)],\"data_offsets\":[\(entry.begin),\(entry.end)]}"
      )
    }
    var text = Array("{\(parts.joined(separator: ","))}".utf8)
    while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
    guard text.count <= Safetensors.headerLimit else {
      throw Failure(
        .file,
        "\(path) cannot be written: its header would have \(text.count) bytes, more than \(Safetensors.headerLimit)")
    }
    return text
  }

  private static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\u{0}"..<" ":
        let digits = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}

/// A place in the text of a header.
struct HeaderCursor {
  typealias Mistake = SafetensorsHeader.Mistake
  private let bytes: [UInt8]
  private var position = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private func mistake(_ message: String) -> Mistake { Mistake(message: "\(message) at byte \(position)") }

  private mutating func skipSpaces() {
    while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d { position += 1 }
  }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    skipSpaces()
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar, _ what: String) throws(Mistake) {
    guard skip(character) else { throw mistake("wanted \(what)") }
  }

  /// An object; `member` reads each value.
  mutating func object(_ member: (_ key: String, _ cursor: inout HeaderCursor) throws(Mistake) -> Void) throws(Mistake)
  {
    try expect("{", "an object")
    if skip("}") { return }
    repeat {
      let key = try string()
      try expect(":", "':'")
      try member(key, &self)
    } while skip(",")
    try expect("}", "',' or '}'")
  }

  /// A list of whole numbers from 0.
  mutating func integers() throws(Mistake) -> [Int] {
    try expect("[", "a list of whole numbers")
    var list: [Int] = []
    if skip("]") { return list }
    repeat { list.append(try integer()) } while skip(",")
    try expect("]", "',' or ']'")
    return list
  }

  private mutating func integer() throws(Mistake) -> Int {
    skipSpaces()
    let start = position
    var value = 0
    while let byte = next, byte >= 0x30, byte <= 0x39 {
      let (tens, over1) = value.multipliedReportingOverflow(by: 10)
      let (sum, over2) = tens.addingReportingOverflow(Int(byte) - 0x30)
      guard !over1, !over2 else { throw mistake("a number that is too large") }
      value = sum
      position += 1
    }
    guard position > start, position == start + 1 || bytes[start] != 0x30 else {
      throw mistake("wanted a whole number from 0")
    }
    return value
  }

  mutating func string() throws(Mistake) -> String {
    try expect("\"", "a text in quotes")
    var out: [UInt8] = []
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: out, as: UTF8.self)
      case UInt8(ascii: "\\"): out.append(contentsOf: String(Character(try escape())).utf8)
      case 0..<0x20: throw mistake("a control character inside text")
      default: out.append(byte)
      }
    }
    throw mistake("a text that is never closed")
  }

  private mutating func escape() throws(Mistake) -> Unicode.Scalar {
    guard let byte = next else { throw mistake("a text that is never closed") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let unit = try hexadecimal()
      if let scalar = Unicode.Scalar(unit) { return scalar }
      guard unit < 0xdc00, next == UInt8(ascii: "\\"), position + 1 < bytes.count,
        bytes[position + 1] == UInt8(ascii: "u")
      else {
        throw mistake("half of a surrogate pair")
      }
      position += 2
      let low = try hexadecimal()
      guard (0xdc00..<0xe000).contains(low),
        let scalar = Unicode.Scalar(0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00))
      else {
        throw mistake("half of a surrogate pair")
      }
      return scalar
    default: throw mistake("an escape that JSON does not have")
    }
  }

  private mutating func hexadecimal() throws(Mistake) -> UInt32 {
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
  mutating func finish() throws(Mistake) {
    skipSpaces()
    guard position == bytes.count else { throw mistake("something follows the header's object") }
  }
}
