/// Which data sets a script trains on, and in which order: records keep the fingerprints of both.
public enum DataUse {
  /// Told the fingerprints of a data set and of its ordering whenever batches of it are made; set by whoever keeps
  /// records. Called on the script's thread only.
  nonisolated(unsafe) public static var observer: ((_ data: String, _ ordering: String) -> Void)?
}
