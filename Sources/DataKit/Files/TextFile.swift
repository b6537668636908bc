import Basics

/// Reads plain text.
public enum TextFile {
  /// The bytes of a text, gzipped or not, without a byte order mark.
  ///
  /// - Parameter limit: the largest text accepted, in bytes.
  /// - Throws: `Failure` of kind `file` when the file cannot be read or is not UTF-8, of kind `memory` when it is too large.
  public static func read(_ path: String, limit: Int = 1 << 30) throws -> [UInt8] {
    let bytes = try FileBytes.read(path, limit: limit)
    if let place = bytes.withUnsafeBufferPointer(firstInvalidByte) {
      let digits = String(bytes[place], radix: 16, uppercase: true)
      throw Failure(.file, "\(path) is not UTF-8: byte \(place + 1) is 0x\(digits)")
    }
    return bytes.starts(with: [0xef, 0xbb, 0xbf]) ? Array(bytes[3...]) : bytes
  }
}
