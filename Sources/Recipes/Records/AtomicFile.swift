import Basics
import Glibc

/// Files that are there as a whole or not at all: written under a temporary name, synced, renamed.
enum AtomicFile {
  /// Writes a file, replacing an earlier one.
  ///
  /// - Throws: `Failure` of kind `file`; what was there before is untouched then.
  static func write(_ bytes: [UInt8], to path: String) throws {
    let temporary = "\(path).\(getpid()).tmp"
    let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw failure("'\(path)' cannot be written") }
    do {
      try send(bytes, file, path)
      guard fsync(file) == 0 else { throw failure("'\(path)' cannot be written") }
    } catch {
      close(file)
      unlink(temporary)
      throw error
    }
    guard close(file) == 0, rename(temporary, path) == 0 else {
      let failure = failure("'\(path)' cannot be written")
      unlink(temporary)
      throw failure
    }
  }

  private static func send(_ bytes: [UInt8], _ file: Int32, _ path: String) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw failure("'\(path)' cannot be written") }
      rest = rest.dropFirst(count)
    }
  }

  /// Makes a folder and those above it.
  static func makeFolder(_ path: String) throws {
    var made = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      made += (made.isEmpty || made == "/" ? "" : "/") + part
      if mkdir(made, 0o755) != 0, errno != EEXIST { throw failure("the folder '\(made)' cannot be made") }
    }
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw Failure(.file, "'\(path)' is not a folder")
    }
  }

  /// Makes renames in a folder survive a power cut.
  static func sync(folder: String) {
    let file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard file >= 0 else { return }
    fsync(file)
    close(file)
  }

  private static func failure(_ what: String) -> Failure {
    Failure(.file, "\(what): \(String(cString: strerror(errno)))")
  }
}
