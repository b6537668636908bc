/// A 64-bit hash of contents, the same on every machine and for ever: FNV-1a over words of eight bytes instead of single
/// bytes, with the high half folded into the low after each (Fowler, Noll and Vo, 1991). It tells accidental differences;
/// it does not resist somebody who wants a collision.
public struct ContentHash: Sendable {
  public private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  public init() {}

  public mutating func add(_ word: UInt64) {
    value = (value ^ word) &* 0x0000_0100_0000_01B3
    value ^= value >> 32
  }

  public mutating func add(_ number: Int) { add(UInt64(bitPattern: Int64(number))) }

  /// By bits: -0.0 differs from 0.0.
  public mutating func add(_ number: Double) { add(number.bitPattern) }

  /// The UTF-8 bytes behind their count, so that "ab", "c" differs from "a", "bc".
  public mutating func add(_ text: String) {
    var text = text
    text.withUTF8 { add(bytes: UnsafeRawBufferPointer($0)) }
  }

  public mutating func add(_ texts: [String]) {
    add(texts.count)
    for text in texts { add(text) }
  }

  public mutating func add(_ numbers: [Double]) {
    add(numbers.count)
    for number in numbers { add(number) }
  }

  /// The bytes behind their count; the last word is filled with zeros.
  public mutating func add(bytes: UnsafeRawBufferPointer) {
    add(bytes.count)
    var position = 0
    while position + 8 <= bytes.count {
      add(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)))
      position += 8
    }
    guard position < bytes.count else { return }
    var word: UInt64 = 0
    for (place, byte) in bytes[position...].enumerated() { word |= UInt64(byte) << UInt64(8 * place) }
    add(word)
  }

  /// Sixteen hexadecimal digits.
  public var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

extension Dataset {
  /// Tells contents apart: a hash over names, element types, shapes, labels and bytes, as sixteen hexadecimal digits.
  /// Independent of how the data set was made.
  public func fingerprint() throws -> String {
    var hash = ContentHash()
    hash.add(rows)
    hash.add(columns.count)
    for column in columns {
      hash.add(column.name)
      hash.add(column.labels ?? [])
      switch column.values {
      case .text(let text):
        hash.add("text")
        hash.add(text)
      case .tensor(let tensor):
        hash.add(tensor.dtype.name)
        hash.add(tensor.rank)
        for size in tensor.shape { hash.add(size) }
        let plain = try tensor.contiguous()
        hash.add(bytes: UnsafeRawBufferPointer(start: plain.start, count: plain.byteCount))
        withExtendedLifetime(plain) {}
      }
    }
    return hash.text
  }
}
