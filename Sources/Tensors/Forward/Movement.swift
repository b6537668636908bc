import Basics
import Kernels

extension Forward {
  /// Windows added back where `unfoldedView` cut them out: `x` is `[..., windows, ..., size]`, the result has `shape`.
  public static func fold(_ x: Tensor, dim: Int, step: Int, into shape: Shape) throws -> Tensor {
    let x = try x.contiguous()
    let y = try Tensor.zeros(shape, x.dtype)
    let (outer, length, inner) = y.split(at: dim)
    let (windows, size) = (x.shape[dim], x.shape[x.rank - 1])
    switch x.dtype {
    case .float32:
      Windows.add(
        x.floats, y.floats, outer: outer, length: length, inner: inner, windows: windows, size: size, step: step)
    case .float64:
      Windows.add(
        x.doubles, y.doubles, outer: outer, length: length, inner: inner, windows: windows, size: size, step: step)
    default: throw Failure(.dtype, "needs floating-point numbers, found \(x.dtype.name)")
    }
    return y
  }

  /// Running sums, products or extremes along one dimension.
  public static func cumulate(_ fold: Reduce.Fold, _ x: Tensor, dim: Int) throws -> Tensor {
    let x = try (x.dtype == .bool ? x.converted(to: .int64) : x).contiguous()
    let y = try Tensor(uninitialized: x.shape, x.dtype)
    let (outer, length, inner) = x.split(at: dim)
    switch x.dtype {
    case .float32: cumulate(fold, x.floats, y.floats, outer, length, inner)
    case .float64: cumulate(fold, x.doubles, y.doubles, outer, length, inner)
    default:
      let (from, to) = (x.integers, y.integers)
      switch fold {
      case .sum: Cumulate.middle(from, to, outer: outer, length: length, inner: inner) { $0 &+ $1 }
      case .product: Cumulate.middle(from, to, outer: outer, length: length, inner: inner) { $0 &* $1 }
      case .maximum: Cumulate.middle(from, to, outer: outer, length: length, inner: inner) { max($0, $1) }
      case .minimum: Cumulate.middle(from, to, outer: outer, length: length, inner: inner) { min($0, $1) }
      }
    }
    return y
  }

  private static func cumulate<T: Real>(
    _ fold: Reduce.Fold, _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, _ outer: Int, _ length: Int, _ inner: Int
  ) {
    switch fold {
    case .sum: Cumulate.middle(x, y, outer: outer, length: length, inner: inner) { $0 + $1 }
    case .product: Cumulate.middle(x, y, outer: outer, length: length, inner: inner) { $0 * $1 }
    // A nan stays until the end.
    case .maximum: Cumulate.middle(x, y, outer: outer, length: length, inner: inner) { $0 != $0 || $0 > $1 ? $0 : $1 }
    case .minimum: Cumulate.middle(x, y, outer: outer, length: length, inner: inner) { $0 != $0 || $0 < $1 ? $0 : $1 }
    }
  }

  /// A copy with the elements in which `keeps` is false replaced by zero; `keeps` is asked for the last two dimensions.
  public static func triangle(_ x: Tensor, upper: Bool, diagonal: Int) throws -> Tensor {
    let y = try x.copy()
    let (rows, columns) = (x.shape[x.rank - 2], x.shape[x.rank - 1])
    let width = x.dtype.stride
    if y.count == 0 { return y }
    // All types have zero as zero bytes.
    let start = y.start
    for matrix in 0..<(y.count / (rows * columns)) {
      for row in 0..<rows {
        let line = start + (matrix * rows + row) * columns * width
        // Column j is kept in the upper triangle when j - row >= diagonal, in the lower one when j - row <= diagonal.
        let edge = min(max(upper ? row + diagonal : row + diagonal + 1, 0), columns)
        if upper {
          line.initializeMemory(as: UInt8.self, repeating: 0, count: edge * width)
        } else {
          (line + edge * width).initializeMemory(as: UInt8.self, repeating: 0, count: (columns - edge) * width)
        }
      }
    }
    return y
  }
}
