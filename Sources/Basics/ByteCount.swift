/// A number of bytes for people: `512 bytes`, `1.5 MB`, `4.4 TB` (decimal units).
public struct ByteCount: CustomStringConvertible, Sendable {
  public let bytes: Int

  public init(_ bytes: Int) { self.bytes = bytes }

  public var description: String {
    if bytes < 1000 { return bytes == 1 ? "1 byte" : "\(bytes) bytes" }
    var value = Double(bytes) / 1000
    for unit in ["kB", "MB", "GB", "TB", "PB"] {
      if value < 999.95 {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) \(unit)"
      }
      value /= 1000
    }
    return "\(Int(value)) EB"
  }
}

extension ByteCount {
  /// Reads "500000", "500k", "1.5M", "2G", "2GB" (decimal units).
  ///
  /// - Throws: `Failure` that names the option for anything else.
  public init(parsing text: String, option: String) throws {
    var digits = text.uppercased()
    if digits.hasSuffix("B") { digits.removeLast() }
    var scale = 1.0
    for (letter, factor) in [("K", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12)] where digits.hasSuffix(letter) {
      scale = factor
      digits.removeLast()
      break
    }
    guard let value = Double(digits), value > 0, value * scale < 9e18, value * scale >= 1 else {
      throw Failure(.argument, "\(option) takes a size such as 500M or 2G, but got '\(text)'")
    }
    self.init(Int(value * scale))
  }
}
