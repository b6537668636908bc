import Basics
import Foundation
import Glibc

/// A recipe's source, read and checked.
public struct RecipeFile: Sendable {
  /// As the user wrote it.
  public let path: String
  /// What messages call it: the last part of the path.
  public let name: String
  /// The folder it is in, where `require` looks and where records go.
  public let folder: String
  public let source: String
  /// SHA-256 of the bytes, in hexadecimal.
  public let hash: String

  /// Sources that are larger than this are not scripts.
  static let largest = 16 << 20

  /// Reads a file.
  ///
  /// - Throws: `Failure` of kind `file`, one sentence, for anything that is not a readable text file.
  public init(path: String) throws {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw Failure(.file, "'\(path)' cannot be read: \(String(cString: strerror(errno)))")
    }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw Failure(.file, "'\(path)' is a folder, not a recipe file") }
    guard status.st_size <= Self.largest else {
      throw Failure(.file, "'\(path)' has \(ByteCount(status.st_size)), too large for a recipe")
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      let reason = access(path, R_OK) != 0 ? String(cString: strerror(errno)) : "reading failed"
      throw Failure(.file, "'\(path)' cannot be read: \(reason)")
    }
    let bytes = Array(data)
    guard bytes.first != 0x1B else { throw Failure(.file, "'\(path)' is compiled Lua; recipes are source text") }
    guard let source = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
      throw Failure(.file, "'\(path)' is not text in UTF-8, so it cannot be a recipe")
    }
    self.init(path: path, source: source)
  }

  /// A source that is not in a file, such as what is typed at the prompt.
  public init(path: String, source: String) {
    self.path = path
    self.source = source
    let parts = path.split(separator: "/", omittingEmptySubsequences: true)
    name = parts.last.map(String.init) ?? path
    let parent = parts.dropLast().joined(separator: "/")
    folder = path.hasPrefix("/") ? "/" + parent : parent.isEmpty ? "." : parent
    hash = Digest.sha256(Array(source.utf8))
  }

  /// The first heading of the prose: `-- # Editing a model`.
  public var title: String? {
    for line in source.split(separator: "\n") where line.hasPrefix("-- # ") {
      let text = line.dropFirst(5).trimmingCharacters(in: .whitespaces)
      if !text.isEmpty { return text }
    }
    return nil
  }
}
