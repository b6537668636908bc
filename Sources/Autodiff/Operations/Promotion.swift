import Basics
import Tensors

/// What two dtypes become together. Kinds mix upwards (bool, whole numbers, floats); float32 and float64 never mix
/// silently, because that is a bug more often than a wish.
enum Promotion {
  @inline(__always)
  static func align(_ a: Tensor, _ b: Tensor) throws -> (Tensor, Tensor) {
    if a.dtype == b.dtype { return (a, b) }
    return try alignDifferent(a, b)
  }

  private static func alignDifferent(_ a: Tensor, _ b: Tensor) throws -> (Tensor, Tensor) {
    if a.dtype.isFloating && b.dtype.isFloating {
      throw Failure(.dtype, "found \(a.dtype.name) and \(b.dtype.name); convert one with :to(\"\(a.dtype.name)\")")
    }
    if a.dtype.isFloating { return (a, try b.converted(to: a.dtype)) }
    if b.dtype.isFloating { return (try a.converted(to: b.dtype), b) }
    return (try a.converted(to: .int64), try b.converted(to: .int64))
  }

  /// Whole numbers and bools as float32, for functions whose results are fractions.
  @inline(__always)
  static func floating(_ x: Tensor) throws -> Tensor { x.dtype.isFloating ? x : try x.converted(to: .float32) }
}
