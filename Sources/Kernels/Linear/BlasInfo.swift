import COpenBLAS

/// What the BLAS library says about itself.
public enum BlasInfo {
  /// The processor type whose kernels it runs: "Haswell", "Zen", "SkylakeX". Products have the same bits where it is the
  /// same; `OPENBLAS_CORETYPE` chooses it before the program starts.
  public static var coreType: String { openblas_get_corename().map { String(cString: $0) } ?? "unknown" }

  /// The threads that the library itself would use; 1, as tiles are handed out above it.
  public static var threads: Int { Int(openblas_get_num_threads()) }
}
