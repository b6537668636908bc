import Basics
import Foundation

/// Writes files so that a reader sees the old content or the new one, never a part.
public enum AtomicFile {
  /// Calls `write` with a function that appends bytes; then the file is synced and takes its name.
  public static func write(_ path: String, _ write: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void) throws {
    guard !path.utf8.contains(0), !path.isEmpty else {
      throw Failure(.file, "a file's name cannot be empty or hold a zero byte")
    }
    let temporary = "\(path).\(getpid()).part"
    unlink(temporary)
    let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard file >= 0 else { throw Failure(.file, "\(path) cannot be written: \(reason())") }
    var isOpen = true
    do {
      try write { bytes in try append(bytes, to: file, path) }
      guard fsync(file) == 0 else { throw Failure(.file, "\(path) cannot be written: \(reason())") }
      isOpen = false
      guard close(file) == 0 else { throw Failure(.file, "\(path) cannot be written: \(reason())") }
      guard rename(temporary, path) == 0 else { throw Failure(.file, "\(path) cannot be written: \(reason())") }
    } catch {
      if isOpen { close(file) }
      unlink(temporary)
      throw error
    }
    syncFolder(of: path)
  }

  private static func append(_ bytes: UnsafeRawBufferPointer, to file: Int32, _ path: String) throws {
    guard let base = bytes.baseAddress else { return }
    var done = 0
    while done < bytes.count {
      let count = Foundation.write(file, base + done, bytes.count - done)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw Failure(.file, "\(path) cannot be written: \(reason())") }
      done += count
    }
  }

  /// The new name survives a crash once the folder is synced too; not every file system can, so failing is no error.
  private static func syncFolder(of path: String) {
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    let file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard file >= 0 else { return }
    fsync(file)
    close(file)
  }

  static func reason() -> String {
    let code = errno
    return strerror(code).map { String(cString: $0).lowercased() } ?? "error \(code)"
  }
}
