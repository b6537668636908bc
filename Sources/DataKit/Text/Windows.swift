import Basics
import Tensors

/// Data for language models.
extension Dataset {
  /// Windows of a long sequence: `x` holds `context` ids, `y` the same places one later, both int64 {windows, context}.
  ///
  /// The first window begins at the first id, the next one `stride` later; ids at the end that do not fill a window are left
  /// out.
  ///
  /// - Parameter stride: `context` when `nil`, so that every id is predicted once at most.
  /// - Throws: `Failure` of kind `dtype` for anything but an int64 vector, of kind `range` when it is shorter than a window.
  public static func windows(_ ids: Tensor, context: Int, stride: Int? = nil) throws -> Dataset {
    guard ids.dtype == .int64, ids.rank == 1 else {
      throw Failure(.dtype, "the ids must be an int64 vector, found \(ids.dtype.name) \(ids.shape)")
    }
    guard context >= 1 else { throw Failure(.range, "the context must be at least 1, found \(context)") }
    let stride = stride ?? context
    guard stride >= 1 else { throw Failure(.range, "the stride must be at least 1, found \(stride)") }
    guard ids.count - 1 >= context else {
      throw Failure(
        .range, "a window of \(context) ids and the one behind it do not fit a text of \(ids.count) ids")
    }
    let rows = (ids.count - 1 - context) / stride + 1
    let whole = try ids.contiguous()
    let columns = try [("x", 0), ("y", 1)].map { name, shift in
      let windows = try Tensor(uninitialized: try Shape([rows, context]), .int64)
      for row in 0..<rows {
        (windows.integers + row * context).update(from: whole.integers + row * stride + shift, count: context)
      }
      return try Column(name, windows)
    }
    withExtendedLifetime(whole) {}
    return try Dataset(checked: columns)
  }
}
