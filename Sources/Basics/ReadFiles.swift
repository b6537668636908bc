/// Which files a script reads: results depend on them as they do on the script itself.
public enum ReadFiles {
  /// Told the path of every file that is read; set by whoever keeps records. Called on the script's thread only.
  nonisolated(unsafe) public static var observer: ((String) -> Void)?

  /// Tells the observer that a file is being read.
  public static func note(_ path: String) { observer?(path) }
}
