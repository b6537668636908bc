import Basics

/// An array of numbers with a shape, as the IDX format of the MNIST files holds it
/// (described by Y. LeCun, C. Cortes and C. Burges beside their database of handwritten digits).
public struct IDXArray: Equatable, Sendable {
  /// The numbers in row-major order, in the type that the file has.
  public enum Elements: Equatable, Sendable {
    case unsignedBytes([UInt8])
    case signedBytes([Int8])
    case shorts([Int16])
    case integers([Int32])
    case floats([Float])
    case doubles([Double])
  }

  /// Sizes per dimension: `[60000, 28, 28]` for the images of MNIST, `[60000]` for their labels.
  public let shape: [Int]
  public let elements: Elements

  /// Reads an IDX file, whose header and length must agree exactly. Inflate it first when it is compressed.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - source: what errors call it, such as its name.
  /// - Throws: `Failure` of kind `file` that tells what the header promises and what the file has.
  public static func parse(_ bytes: [UInt8], source: String) throws -> IDXArray {
    guard bytes.count >= 4 else {
      throw Failure(.file, "\(source) has \(bytes.count) bytes, fewer than the 4 that begin an IDX file")
    }
    guard bytes[0] == 0, bytes[1] == 0 else {
      throw Failure(.file, "\(source) is not an IDX file: it does not begin with two zero bytes")
    }
    guard let width = elementWidth(code: bytes[2]) else {
      throw Failure(
        .file, "\(source) has the element type \(bytes[2]), which IDX does not define; wanted 8, 9, 11, 12, 13 or 14")
    }
    let dimensions = Int(bytes[3])
    guard dimensions > 0 else { throw Failure(.file, "\(source) has no dimensions, wanted at least one") }
    let headerSize = 4 + 4 * dimensions
    guard bytes.count >= headerSize else {
      throw Failure(
        .file,
        "\(source) is cut off: \(dimensions) dimensions need a header of \(headerSize) bytes, found \(bytes.count)")
    }
    let shape = (0..<dimensions).map { Int(bigEndian(UInt32.self, in: bytes, at: 4 + 4 * $0)) }
    let size = checkedSize(shape, width: width)
    guard size == bytes.count - headerSize else {
      let promised = size.map { "\($0) bytes" } ?? "more bytes than memory can address"
      let sizes = shape.map(String.init).joined(separator: "x")
      throw Failure(
        .file,
        "\(source) promises \(sizes) elements of \(width) bytes, \(promised), but has \(bytes.count - headerSize)")
    }
    return IDXArray(shape: shape, elements: elements(code: bytes[2], of: bytes, from: headerSize))
  }

  private static func elementWidth(code: UInt8) -> Int? {
    switch code {
    case 0x08, 0x09: 1
    case 0x0b: 2
    case 0x0c, 0x0d: 4
    case 0x0e: 8
    default: nil
    }
  }

  private static func elements(code: UInt8, of bytes: [UInt8], from start: Int) -> Elements {
    func values<Bits: FixedWidthInteger, Value>(_ bits: Bits.Type, _ make: (Bits) -> Value) -> [Value] {
      stride(from: start, to: bytes.count, by: Bits.bitWidth / 8).map { make(bigEndian(bits, in: bytes, at: $0)) }
    }
    switch code {
    case 0x09: return .signedBytes(bytes[start...].map { Int8(bitPattern: $0) })
    case 0x0b: return .shorts(values(Int16.self) { $0 })
    case 0x0c: return .integers(values(Int32.self) { $0 })
    case 0x0d: return .floats(values(UInt32.self) { Float(bitPattern: $0) })
    case 0x0e: return .doubles(values(UInt64.self) { Double(bitPattern: $0) })
    default: return .unsignedBytes(Array(bytes[start...]))
    }
  }

  /// Bytes of all elements, or `nil` when the product overflows. A dimension of 0 makes any shape empty.
  private static func checkedSize(_ shape: [Int], width: Int) -> Int? {
    if shape.contains(0) { return 0 }
    var size = width
    for extent in shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: extent)
      if overflow { return nil }
      size = product
    }
    return size
  }

  private static func bigEndian<Bits: FixedWidthInteger>(_: Bits.Type, in bytes: [UInt8], at position: Int) -> Bits {
    var value: Bits = 0
    for offset in 0..<(Bits.bitWidth / 8) {
      value = value << 8 | Bits(truncatingIfNeeded: bytes[position + offset])
    }
    return value
  }
}
