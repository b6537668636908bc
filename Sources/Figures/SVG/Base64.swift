/// Bytes as letters (RFC 4648).
enum Base64 {
  private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func encode(_ bytes: [UInt8]) -> String {
    var out: [UInt8] = []
    out.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let left = bytes.count - start
      let bits =
        Int(bytes[start]) << 16 | (left > 1 ? Int(bytes[start + 1]) << 8 : 0) | (left > 2 ? Int(bytes[start + 2]) : 0)
      out.append(letters[bits >> 18])
      out.append(letters[bits >> 12 & 63])
      out.append(left > 1 ? letters[bits >> 6 & 63] : UInt8(ascii: "="))
      out.append(left > 2 ? letters[bits & 63] : UInt8(ascii: "="))
    }
    return String(decoding: out, as: UTF8.self)
  }
}
