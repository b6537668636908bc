import Basics

/// Other ways to look at the same memory. None of these copies, none records history.
extension Tensor {
  @inline(__always)
  public func view(_ shape: Shape, _ strides: Shape, offset: Int? = nil) -> Tensor {
    Tensor(storage: storage, shape: shape, strides: strides, offset: offset ?? self.offset, dtype: dtype)
  }

  /// The same elements without history, sharing memory.
  public func detached() -> Tensor { view(shape, strides) }

  /// This tensor repeated along dimensions of size 1 and new outer ones; `nil` when the shapes do not fit.
  @inline(__always)
  public func broadcastView(to target: Shape) -> Tensor? {
    if shape == target { return self }
    return broadcastStrides(to: target).map { view(target, $0) }
  }

  /// The strides with which this tensor shows a larger shape, by repetition; `nil` when the shapes do not fit.
  @inline(__always)
  func broadcastStrides(to target: Shape) -> Shape? {
    if shape == target { return strides }
    let missing = target.rank - rank
    guard missing >= 0 else { return nil }
    var steps = Shape(repeating: 0, rank: target.rank)
    for d in 0..<rank {
      if shape[d] == target[d + missing] {
        steps[d + missing] = strides[d]
      } else if shape[d] != 1 {
        return nil
      }
    }
    return steps
  }

  /// Dimensions in another order: result dimension `d` is this tensor's `order[d]`.
  public func permutedView(_ order: [Int]) -> Tensor {
    view(Shape(unchecked: order.map { shape[$0] }), Shape(unchecked: order.map { strides[$0] }))
  }

  public func transposedView(_ a: Int, _ b: Int) -> Tensor {
    var sizes = shape
    var steps = strides
    (sizes[a], sizes[b]) = (sizes[b], sizes[a])
    (steps[a], steps[b]) = (steps[b], steps[a])
    return view(sizes, steps)
  }

  /// `length` positions of one dimension from `start` (from 0) in steps of `step`.
  public func narrowedView(_ dim: Int, start: Int, length: Int, step: Int = 1) -> Tensor {
    var sizes = shape
    var steps = strides
    sizes[dim] = length
    // A single position has no next one; its step may be any number.
    if length > 1 { steps[dim] = strides[dim] * step }
    return view(sizes, steps, offset: offset + (length == 0 ? 0 : start * strides[dim]))
  }

  /// One position of a dimension, which disappears.
  public func selectedView(_ dim: Int, _ position: Int) -> Tensor {
    var sizes = shape
    var steps = strides
    sizes.remove(at: dim)
    steps.remove(at: dim)
    return view(sizes, steps, offset: offset + position * strides[dim])
  }

  /// A new dimension of size 1 before `dim`.
  public func unsqueezedView(_ dim: Int) throws -> Tensor {
    guard rank < Shape.maximumRank else {
      throw Failure(.shape, "a tensor has at most \(Shape.maximumRank) dimensions")
    }
    var sizes = shape
    var steps = strides
    sizes.insert(1, at: dim)
    steps.insert(dim < rank ? strides[dim] * shape[dim] : 1, at: dim)
    return view(sizes, steps)
  }

  /// Without a dimension of size 1.
  public func squeezedView(_ dim: Int) -> Tensor {
    var sizes = shape
    var steps = strides
    sizes.remove(at: dim)
    steps.remove(at: dim)
    return view(sizes, steps)
  }

  /// Windows of `size` along `dim`, `step` apart; the window's positions become a new last dimension.
  public func unfoldedView(_ dim: Int, size: Int, step: Int) throws -> Tensor {
    guard rank < Shape.maximumRank else {
      throw Failure(.shape, "a tensor has at most \(Shape.maximumRank) dimensions")
    }
    var sizes = shape
    var steps = strides
    sizes[dim] = (shape[dim] - size) / step + 1
    // A single window has no next one; its step may be any number.
    steps[dim] = sizes[dim] > 1 ? strides[dim] * step : strides[dim]
    sizes.append(size)
    steps.append(strides[dim])
    return view(sizes, steps)
  }

  /// The same elements in row-major order under another shape, without a copy where the strides allow it.
  public func reshapedView(_ target: Shape) throws -> Tensor {
    if shape == target { return view(shape, strides) }
    if isContiguous { return view(target, target.contiguousStrides) }
    if let steps = viewStrides(for: target) { return view(target, steps) }
    let whole = try copy()
    return whole.view(target, target.contiguousStrides)
  }

  /// Strides under which `target` shows the same elements in the same order, if there are any.
  private func viewStrides(for target: Shape) -> Shape? {
    let sizes = Array(shape).enumerated().filter { $0.element != 1 }
    var steps = target.contiguousStrides
    var old = sizes.count - 1
    var new = target.rank - 1
    while old >= 0 {
      // Grow the old group while its strides continue each other, and match it with new dimensions.
      var group = sizes[old].element
      let innermost = strides[sizes[old].offset]
      var first = old
      while first > 0,
        strides[sizes[first - 1].offset] == strides[sizes[first].offset] * sizes[first].element
      {
        first -= 1
        group *= sizes[first].element
      }
      var step = innermost
      var covered = 1
      while new >= 0, covered < group || target[new] == 1 {
        if covered * target[new] > group { return nil }
        steps[new] = step
        step *= target[new]
        covered *= target[new]
        new -= 1
      }
      if covered != group { return nil }
      old = first - 1
    }
    return steps
  }
}
