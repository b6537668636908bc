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
