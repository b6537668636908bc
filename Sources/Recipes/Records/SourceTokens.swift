/// The tokens of a Lua source: what remains of it without comments and white space.
enum SourceTokens {
  /// A hash that changes when, and only when, a token changes.
  static func hash(_ source: String) -> String {
    var digest = Digest()
    each(source) { digest.add(String(decoding: $0, as: UTF8.self)) }
    return digest.hexadecimal
  }

  /// Visits the tokens in order. What is not Lua is cut somehow, the same way each time.
  static func each(_ source: String, _ visit: (ArraySlice<UInt8>) -> Void) {
    let bytes = Array(source.utf8)
    var place = 0
    if bytes.first == UInt8(ascii: "#") { place = line(bytes, 0) }
    while place < bytes.count {
      let start = place
      let byte = bytes[place]
      if [0x20, 0x0A, 0x0D, 0x09, 0x0B, 0x0C].contains(byte) {
        place += 1
        continue
      }
      if byte == UInt8(ascii: "-"), at(bytes, place + 1) == UInt8(ascii: "-") {
        place = long(bytes, place + 2) ?? line(bytes, place)
        continue
      }
      if isWord(byte) && !isDigit(byte) {
        while place < bytes.count, isWord(bytes[place]) { place += 1 }
      } else if isDigit(byte) || (byte == UInt8(ascii: ".") && isDigit(at(bytes, place + 1))) {
        place = number(bytes, place)
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        place = quoted(bytes, place)
      } else if let end = byte == UInt8(ascii: "[") ? long(bytes, place) : nil {
        place = end
      } else {
        place += symbol(bytes, place)
      }
      visit(bytes[start..<place])
    }
  }

  private static func at(_ bytes: [UInt8], _ place: Int) -> UInt8 { place < bytes.count ? bytes[place] : 0 }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  private static func isWord(_ byte: UInt8) -> Bool {
    isDigit(byte) || byte == UInt8(ascii: "_") || byte >= 0x80
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  private static func line(_ bytes: [UInt8], _ place: Int) -> Int {
    bytes[place...].firstIndex(of: 0x0A) ?? bytes.count
  }

  /// The end of a long bracket that begins here, `[[ ]]` or `[==[ ]==]`.
  private static func long(_ bytes: [UInt8], _ place: Int) -> Int? {
    guard at(bytes, place) == UInt8(ascii: "[") else { return nil }
    var level = 0
    while at(bytes, place + 1 + level) == UInt8(ascii: "=") { level += 1 }
    guard at(bytes, place + 1 + level) == UInt8(ascii: "[") else { return nil }
    let close = [UInt8(ascii: "]")] + [UInt8](repeating: UInt8(ascii: "="), count: level) + [UInt8(ascii: "]")]
    var end = place + 2 + level
    while end + close.count <= bytes.count {
      if bytes[end..<(end + close.count)].elementsEqual(close) { return end + close.count }
      end += 1
    }
    return bytes.count
  }

  private static func number(_ bytes: [UInt8], _ start: Int) -> Int {
    var place = start
    while place < bytes.count {
      let isSign = bytes[place] == UInt8(ascii: "+") || bytes[place] == UInt8(ascii: "-")
      let follows = place > start && "eEpP".utf8.contains(bytes[place - 1])
      guard isWord(bytes[place]) || bytes[place] == UInt8(ascii: ".") || (isSign && follows) else { break }
      place += 1
    }
    return place
  }

  private static func quoted(_ bytes: [UInt8], _ start: Int) -> Int {
    var place = start + 1
    while place < bytes.count, bytes[place] != bytes[start], bytes[place] != 0x0A {
      place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1
    }
    return min(place + 1, bytes.count)
  }

  private static func symbol(_ bytes: [UInt8], _ place: Int) -> Int {
    for symbol in ["...", "..", "==", "~=", "<=", ">=", "//", "::", "<<", ">>"]
    where bytes[place...].starts(with: symbol.utf8) { return symbol.utf8.count }
    return 1
  }
}
