import Basics
import Kernels

extension Forward {
  /// Folds the given dimensions (distinct, from 0); `keep` leaves them with size 1.
  public static func reduce(_ fold: Reduce.Fold, _ x: Tensor, dims: [Int], keep: Bool) throws -> Tensor {
    guard x.dtype.isFloating || x.dtype == .int64 else {
      throw Failure(.dtype, "does not work on bool tensors; convert with :to(\"int64\") or use :any(), :all()")
    }
    let sorted = dims.sorted()
    // Neighbouring dimensions are folded in one pass, the last ones first.
    var groups: [Range<Int>] = []
    for d in sorted {
      if let last = groups.last, last.upperBound == d {
        groups[groups.count - 1] = last.lowerBound..<(d + 1)
      } else {
        groups.append(d..<(d + 1))
      }
    }
    // Folding nothing is a copy: results never share memory with inputs.
    var result = groups.isEmpty ? try x.copy() : try x.contiguous()
    for group in groups.reversed() { result = try fold1(fold, result, group) }
    var shape = Shape()
    for d in 0..<x.rank {
      if !sorted.contains(d) { shape.append(x.shape[d]) } else if keep { shape.append(1) }
    }
    return result.view(shape, shape.contiguousStrides)
  }

  private static func fold1(_ fold: Reduce.Fold, _ x: Tensor, _ group: Range<Int>) throws -> Tensor {
    let outer = x.shape[..<group.lowerBound].reduce(1, *)
    let length = x.shape[group].reduce(1, *)
    let inner = x.shape[group.upperBound...].reduce(1, *)
    var shape = x.shape
    for d in group { shape[d] = 1 }
    if length == 0 {
      switch fold {
      case .sum: return try .full(shape, 0, x.dtype)
      case .product: return try .full(shape, 1, x.dtype)
      case .maximum, .minimum:
        throw Failure(.shape, "an empty dimension has no greatest or least element (shape \(x.shape))")
      }
    }
    let y = try Tensor(uninitialized: shape, x.dtype)
    switch x.dtype {
    case .float32: Reduce.middle(fold, x.floats, y.floats, outer: outer, length: length, inner: inner)
    case .float64: Reduce.middle(fold, x.doubles, y.doubles, outer: outer, length: length, inner: inner)
    default: Reduce.middleInteger(fold, x.integers, y.integers, outer: outer, length: length, inner: inner)
    }
    return y
  }

  /// Places (from 1) of the greatest or least element along one dimension.
  public static func places(_ fold: Reduce.Fold, _ x: Tensor, dim: Int, keep: Bool) throws -> Tensor {
    guard x.shape[dim] > 0 else {
      throw Failure(.shape, "an empty dimension has no greatest or least element (shape \(x.shape))")
    }
    let source = try (x.dtype == .bool ? x.converted(to: .int64) : x)
    let last = try source.movedToLast(dim).contiguous()
    var shape = last.shape
    let length = shape[shape.rank - 1]
    shape.remove(at: shape.rank - 1)
    let y = try Tensor(uninitialized: shape, .int64)
    switch last.dtype {
    case .float32: Reduce.places(fold, last.floats, y.integers, outer: y.count, length: length)
    case .float64: Reduce.places(fold, last.doubles, y.integers, outer: y.count, length: length)
    default: Reduce.placesInteger(fold, last.integers, y.integers, outer: y.count, length: length)
    }
    return keep ? try y.unsqueezedView(dim) : y
  }

  /// Sums what broadcasting repeated, so that the result has `shape` again: the gradient of broadcasting.
  public static func sum(_ x: Tensor, to shape: Shape) throws -> Tensor {
    if x.shape == shape { return x }
    let missing = x.rank - shape.rank
    var dims = Array(0..<missing)
    for d in 0..<shape.rank where shape[d] == 1 && x.shape[d + missing] != 1 { dims.append(d + missing) }
    return try reduce(.sum, x, dims: dims, keep: true).reshapedView(shape)
  }
}

extension Tensor {
  /// The given dimension moved behind the others.
  public func movedToLast(_ dim: Int) -> Tensor {
    if dim == rank - 1 { return self }
    return permutedView((0..<rank).filter { $0 != dim } + [dim])
  }
}

extension Forward {
  /// A shape without the given dimensions.
  public static func droppedShape(_ shape: Shape, _ dims: [Int]) -> Shape {
    Shape(unchecked: (0..<shape.rank).filter { !dims.contains($0) }.map { shape[$0] })
  }
}
