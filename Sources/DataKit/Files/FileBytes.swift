import Basics
import Glibc

/// Reads whole files.
public enum FileBytes {
  /// The bytes of the file at `path`; a gzip file, recognised by its first bytes, is inflated.
  ///
  /// - Parameter limit: the largest size accepted, in bytes, of the file and of what it inflates to.
  /// - Throws: `Failure` of kind `file` when there is no such file, it cannot be read or its gzip data is wrong, of kind
  ///   `memory` when it is larger than `limit`.
  public static func read(_ path: String, limit: Int = Gzip.defaultLimit) throws -> [UInt8] {
    let bytes = try readAsStored(path, limit: limit)
    return Gzip.isCompressed(bytes) ? try Gzip.inflate(bytes, source: path, limit: limit) : bytes
  }

  private static func readAsStored(_ path: String, limit: Int) throws -> [UInt8] {
    guard !path.utf8.contains(0) else { throw Failure(.file, "a file's name cannot hold a zero byte") }
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw Failure(.file, "\(path) cannot be opened: \(reason())") }
    defer { close(file) }
    ReadFiles.note(path)

    var status = stat()
    guard fstat(file, &status) == 0 else { throw Failure(.file, "\(path) cannot be read: \(reason())") }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw Failure(.file, "\(path) is a \(kind(of: status)), wanted a file")
    }
    let size = Int(status.st_size)
    guard size <= limit else { throw Failure(.memory, "\(path) has \(size) bytes, more than the limit of \(limit)") }

    var bytes = [UInt8](repeating: 0, count: size)
    var filled = 0
    while filled < size {
      let count = bytes.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress.map { $0 + filled }, size - filled) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Failure(.file, "\(path) cannot be read: \(reason())") }
      guard count > 0 else { throw Failure(.file, "\(path) shrank while it was read") }
      filled += count
    }
    return bytes
  }

  private static func kind(of status: stat) -> String {
    status.st_mode & S_IFMT == S_IFDIR ? "folder" : "device or pipe"
  }

  private static func reason() -> String {
    let code = errno
    return strerror(code).map { String(cString: $0).lowercased() } ?? "error \(code)"
  }
}
