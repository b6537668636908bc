import Basics
import Glibc

/// Tells recipes from recorded runs on a command line.
public enum RunReference {
  /// Whether a text names a recipe file rather than a run: it ends in `.lua`, or is a file that is not JSON.
  public static func isRecipe(_ text: String) -> Bool {
    if text.hasSuffix(".lua") { return true }
    var status = stat()
    guard stat(text, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
    return !text.hasSuffix(".json")
  }
}

/// Text files that commands write for the user.
public enum TextFile {
  /// Writes a file as a whole or not at all.
  ///
  /// - Throws: `Failure` of kind `file`.
  public static func write(_ text: String, to path: String) throws { try AtomicFile.write(Array(text.utf8), to: path) }
}
