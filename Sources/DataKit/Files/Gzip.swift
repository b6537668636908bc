import Basics
import CZlib

/// Reads gzip (RFC 1952), checking lengths and checksums.
public enum Gzip {
  /// What a file may inflate to unless the caller says otherwise: 4 GiB.
  public static let defaultLimit = 4 << 30

  /// Whether the bytes begin as a gzip file does.
  public static func isCompressed(_ bytes: [UInt8]) -> Bool {
    bytes.count >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b
  }

  /// The bytes inside a gzip file of one or more members.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - source: what errors call it, such as its name.
  ///   - limit: the largest size accepted, in bytes.
  /// - Throws: `Failure` of kind `file` when the file is cut off or damaged or does not end where it should, of kind
  ///   `memory` when it holds more than `limit` bytes.
  public static func inflate(_ bytes: [UInt8], source: String, limit: Int = defaultLimit) throws -> [UInt8] {
    guard isCompressed(bytes) else {
      throw Failure(.file, "\(source) is not a gzip file: it does not begin with the bytes 1f 8b")
    }
    var result: [UInt8] = []
    var position = 0
    repeat {
      position = try inflateMember(bytes, from: position, into: &result, source: source, limit: limit)
      guard position == bytes.count || isCompressed(Array(bytes[position...].prefix(2))) else {
        throw Failure(
          .file,
          "\(source) has \(bytes.count - position) bytes behind the end of its gzip data, which do not belong there")
      }
    } while position < bytes.count
    return result
  }

  /// zlib's window of 15 bits, plus 16: expect a gzip header and trailer.
  private static let gzipWindow: Int32 = 15 + 16
  /// zlib counts in 32 bits; input is handed over in pieces of at most this size.
  private static let pieceSize = 1 << 30
  private static let chunkSize = 1 << 18

  /// Appends the content of the member that begins at `start` and returns where the member ends.
  private static func inflateMember(
    _ bytes: [UInt8], from start: Int, into result: inout [UInt8], source: String, limit: Int
  ) throws -> Int {
    var stream = z_stream()
    guard inflateInit2_(&stream, gzipWindow, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw Failure(.memory, "\(source) could not be inflated: zlib did not start")
    }
    defer { inflateEnd(&stream) }

    var chunk = [UInt8](repeating: 0, count: chunkSize)
    var position = start
    while true {
      let available = min(bytes.count - position, pieceSize)
      let (status, read, written) = bytes.withUnsafeBufferPointer { input in
        chunk.withUnsafeMutableBufferPointer { output in
          stream.next_in = input.baseAddress.map { UnsafeMutablePointer(mutating: $0 + position) }
          stream.avail_in = UInt32(available)
          stream.next_out = output.baseAddress
          stream.avail_out = UInt32(output.count)
          let status = CZlib.inflate(&stream, Z_NO_FLUSH)
          return (status, available - Int(stream.avail_in), output.count - Int(stream.avail_out))
        }
      }
      position += read
      guard written <= limit - result.count else {
        throw Failure(.memory, "\(source) inflates to more than the limit of \(limit) bytes")
      }
      result.append(contentsOf: chunk[..<written])
      switch status {
      case Z_STREAM_END:
        return position
      case Z_OK where position < bytes.count || written == chunkSize:
        continue
      case Z_OK, Z_BUF_ERROR:
        throw Failure(
          .file, "\(source) is cut off: its gzip data ends after \(bytes.count) bytes without a closing checksum")
      case Z_MEM_ERROR:
        throw Failure(.memory, "\(source) could not be inflated: zlib found no memory")
      default:
        let reason = stream.msg.map { " (\(String(cString: $0)))" } ?? ""
        throw Failure(.file, "\(source) is damaged: its gzip data is wrong near byte \(position)\(reason)")
      }
    }
  }
}
