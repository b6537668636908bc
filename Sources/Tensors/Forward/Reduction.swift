import Basics
import Kernels

extension Forward {
  /// Folds the given dimensions (distinct, from 0); `keep` leaves them with size 1.
  public static func reduce(_ fold: Reduce.Fold, _ x: Tensor, dims: [Int], keep: Bool) throws -> Tensor {
    guard x.dtype.isFloating || x.dtype == .int64 else {
      throw Failure(.dtype, "does not work on bool tensors; convert with :to(\"int64\") or use :any(), :all()")
    }
    var folded = FoldedDimensions()
    for d in dims { folded.insert(d) }
    // Folding nothing is a copy: results never share memory with inputs.
    if folded.isEmpty { return try x.copy() }
    // Neighbouring dimensions are folded in one pass, the last ones first; the last pass makes the result's shape.
    var result = try x.contiguous()
    var end = x.rank
    while let group = folded.lastGroup(below: end) {
      let isLast = folded.lastGroup(below: group.lowerBound) == nil
      var shape = Shape()
      for d in 0..<x.rank {
        if !isLast {
          shape.append(group.contains(d) ? 1 : result.shape[d])
        } else if !folded.contains(d) {
          shape.append(x.shape[d])
        } else if keep {
          shape.append(1)
        }
      }
      result = try fold1(fold, result, group, into: shape)
      end = group.lowerBound
    }
    return result
  }

  private static func fold1(_ fold: Reduce.Fold, _ x: Tensor, _ group: Range<Int>, into shape: Shape) throws -> Tensor {
    var (outer, length, inner) = (1, 1, 1)
    for d in 0..<x.rank {
      if d < group.lowerBound {
        outer *= x.shape[d]
      } else if d < group.upperBound {
        length *= x.shape[d]
      } else {
        inner *= x.shape[d]
      }
    }
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
    var dims: [Int] = []
    dims.reserveCapacity(x.rank)
    for d in 0..<x.rank where d < missing || (shape[d - missing] == 1 && x.shape[d] != 1) { dims.append(d) }
    let kept = try reduce(.sum, x, dims: dims, keep: true)
    return missing == 0 ? kept : try kept.reshapedView(shape)
  }
}

/// A set of dimensions, as bits.
private struct FoldedDimensions {
  private var bits: UInt16 = 0

  mutating func insert(_ dim: Int) { bits |= 1 << UInt16(dim) }

  var isEmpty: Bool { bits == 0 }

  @inline(__always) func contains(_ dim: Int) -> Bool { bits >> UInt16(dim) & 1 == 1 }

  /// The last neighbouring members, all of them below `end`.
  func lastGroup(below end: Int) -> Range<Int>? {
    var upper = end
    while upper > 0, !contains(upper - 1) { upper -= 1 }
    if upper == 0 { return nil }
    var lower = upper - 1
    while lower > 0, contains(lower - 1) { lower -= 1 }
    return lower..<upper
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
