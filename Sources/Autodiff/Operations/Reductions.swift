import Basics
import Kernels
import Tensors

extension Tensor {
  /// All dimensions, or those given.
  private func chosen(_ dims: [Int]?) -> [Int] { dims ?? Array(0..<rank) }

  /// The shape after reducing, with reduced dimensions kept as 1.
  func keptShape(_ dims: [Int]) -> Shape {
    var kept = shape
    for d in dims { kept[d] = 1 }
    return kept
  }

  public func sum(_ dims: [Int]? = nil, keep: Bool = false) throws -> Tensor {
    let dims = chosen(dims)
    let source = dtype == .bool ? try converted(to: .int64) : self
    let y = try Forward.reduce(.sum, source, dims: dims, keep: keep)
    guard isTracked else { return y }
    let (before, kept) = (shape, keptShape(dims))
    return y.recorded("sum", from: self) { backward in
      try backward.send(0, backward.gradient.spread(from: kept, to: before))
    }
  }

  /// The gradient of a sum: that of the result, for every element that was added.
  private func spread(from kept: Shape, to before: Shape) throws -> Tensor {
    // Single numbers and kept dimensions broadcast as they are.
    rank == 0 || shape == kept ? try expand(to: before) : try reshape(kept).expand(to: before)
  }

  public func mean(_ dims: [Int]? = nil, keep: Bool = false) throws -> Tensor {
    let dims = chosen(dims)
    let n = dims.reduce(1) { $0 * shape[$1] }
    let x = try Promotion.floating(self)
    let y = try Forward.binary(
      .multiply, Forward.reduce(.sum, x, dims: dims, keep: keep), number: 1 / Double(n))
    guard x.isTracked else { return y }
    let (before, kept) = (shape, keptShape(dims))
    return y.recorded("mean", from: x) { backward in
      try backward.send(0, (backward.gradient * (1 / Double(n))).spread(from: kept, to: before))
    }
  }

  public func product(_ dims: [Int]? = nil, keep: Bool = false) throws -> Tensor {
    let dims = chosen(dims)
    let y = try Forward.reduce(.product, self, dims: dims, keep: keep)
    guard isTracked else { return y }
    let kept = keptShape(dims)
    return y.recorded("prod", [self], saving: [self]) { backward in
      // The product of the others, by products from both sides: right also where elements are 0.
      try backward.send(0, backward.gradient.reshape(kept) * self.productOfOthers(dims))
    }
  }

  /// For each element the product of all others that it is folded with.
  private func productOfOthers(_ dims: [Int]) throws -> Tensor {
    let rest = (0..<rank).filter { !dims.contains($0) }
    let lines = try permute(rest + dims)
    let width = dims.reduce(1) { $0 * shape[$1] }
    let flat = try lines.reshape([count / max(1, width), width])
    let one = try Tensor.ones([flat.shape[0], 1], dtype)
    var before = [one]
    var after = [one]
    for i in 1..<max(1, width) {
      before.append(try before[i - 1] * flat.narrow(1, start: i - 1, length: 1))
      after.append(try after[i - 1] * flat.narrow(1, start: width - i, length: 1))
    }
    let others = try Tensor.cat(before, dim: 1) * Tensor.cat(after.reversed(), dim: 1)
    var inverse = [Int](repeating: 0, count: rank)
    for (new, old) in (rest + dims).enumerated() { inverse[old] = new }
    return try others.reshape(lines.shape).permute(inverse)
  }

  /// Sum of squared distances from the mean over n - `correction`.
  public func variance(_ dims: [Int]? = nil, correction: Double = 1, keep: Bool = false) throws -> Tensor {
    let dims = chosen(dims)
    let x = try Promotion.floating(self)
    let n = Double(dims.reduce(1) { $0 * shape[$1] })
    let centered = try x - x.mean(dims, keep: true)
    return try (centered * centered).sum(dims, keep: keep) * (n > correction ? 1 / (n - correction) : .nan)
  }

  /// Greatest or least element; where several tie, they share the gradient.
  public func extreme(_ fold: Reduce.Fold, _ dims: [Int]? = nil, keep: Bool = false) throws -> Tensor {
    let dims = chosen(dims)
    let y = try Forward.reduce(fold, self, dims: dims, keep: keep)
    guard isTracked else { return y }
    let kept = keptShape(dims)
    return y.recorded(fold == .maximum ? "max" : "min", [self], saving: [self], keepsResult: true) { backward in
      let hit = try Recording.without {
        let ties = try Forward.compare(.equal, self, backward.result().detached().reshapedView(kept)).converted(
          to: self.dtype)
        return try ties / ties.sum(dims, keep: true)
      }
      try backward.send(0, backward.gradient.reshape(kept) * hit)
    }
  }

  /// log of the sum of exponentials, without overflow.
  public func logSumExp(_ dims: [Int]? = nil, keep: Bool = false) throws -> Tensor {
    let dims = chosen(dims)
    let x = try Promotion.floating(self)
    let y = try Recording.without {
      let top = try Forward.reduce(.maximum, x, dims: dims, keep: true)
      // Infinite maxima would give inf - inf.
      let finite = try Forward.select(
        Forward.compare(.less, Forward.unary(.absolute, top), number: .infinity), top, .scalar(0, x.dtype))
      let sum = try (x - finite).exp().sum(dims, keep: true)
      let kept = try sum.log() + finite
      return keep ? kept : try kept.reshapedView(Forward.droppedShape(x.shape, dims))
    }
    guard x.isTracked else { return y }
    let kept = x.keptShape(dims)
    return y.recorded("logsumexp", [x], saving: [x], keepsResult: true) { backward in
      try backward.send(0, backward.gradient.reshape(kept) * (x - backward.result().reshape(kept)).exp())
    }
  }

  /// e^x over its sum along `dim`.
  public func softmax(_ dim: Int) throws -> Tensor {
    let x = try Promotion.floating(self)
    let y = try Forward.softmax(x, dim: dim, logarithm: false)
    guard x.isTracked else { return y }
    return y.recorded("softmax", [x], keepsResult: true) { backward in
      let (y, g) = (backward.result(), try backward.gradient)
      try backward.send(
        0,
        Recording.isOn
          ? y * (g - (g * y).sum([dim], keep: true)) : Forward.softmaxGradient(y, g, dim: dim, logarithm: false))
    }
  }

  /// The logarithm of softmax along `dim`, exact for small probabilities.
  public func logSoftmax(_ dim: Int) throws -> Tensor {
    let x = try Promotion.floating(self)
    let y = try Forward.softmax(x, dim: dim, logarithm: true)
    guard x.isTracked else { return y }
    return y.recorded("log_softmax", [x], keepsResult: true) { backward in
      let (y, g) = (backward.result(), try backward.gradient)
      try backward.send(
        0,
        Recording.isOn
          ? g - y.exp() * g.sum([dim], keep: true) : Forward.softmaxGradient(y, g, dim: dim, logarithm: true))
    }
  }
}
