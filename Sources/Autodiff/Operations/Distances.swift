import Basics
import Kernels
import Tensors

/// Norms and distances. Where a length is 0 its gradient is 0.
extension Tensor {
  /// The p-norm over some dimensions, or over all: the greatest magnitude for `p = inf`, the least for `-inf`, and the
  /// number of elements other than 0 for `p = 0`.
  public func norm(_ p: Double = 2, _ dims: [Int]? = nil, keep: Bool = false) throws -> Tensor {
    let x = try Promotion.floating(self)
    if p.isNaN { throw Failure(.argument, "p must be a number, found nan") }
    if p == 1 { return try Elementwise.absolute.call(x).sum(dims, keep: keep) }
    if p.isInfinite { return try Elementwise.absolute.call(x).extreme(p > 0 ? .maximum : .minimum, dims, keep: keep) }
    if p == 0 {
      return try Recording.without {
        try Forward.compare(.notEqual, x, number: 0).converted(to: x.dtype).sum(dims, keep: keep)
      }
    }
    let y = try Recording.without {
      if p == 2 { return try (x * x).sum(dims, keep: keep).squareRoot() }
      return try Elementwise.absolute.call(x).power(p).sum(dims, keep: keep).power(1 / p)
    }
    guard x.isTracked else { return y }
    let kept = x.keptShape(dims ?? Array(0..<x.rank))
    return y.recorded("norm", [x], saving: [x], keepsResult: true) { backward in
      let length = try backward.result().oneWhereZero().reshape(kept)
      let g = try backward.gradient.reshape(kept)
      if p == 2 {
        try backward.send(0, x * (g / length))
      } else {
        // sign(x) (|x| / length)^(p - 1)
        let sign = try Recording.without { try Forward.unary(.sign, x) }
        let isLong = try Forward.compare(.notEqual, backward.result().detached().reshapedView(kept), number: 0)
        let ratio = try (Elementwise.absolute.call(x).oneWhereZero() / length).power(p - 1)
        try backward.send(0, (g * sign * ratio).chosen(where: isLong, else: .scalar(0, g.dtype)))
      }
    }
  }

  /// This tensor with 1 in the place of 0, where no gradient flows.
  private func oneWhereZero() throws -> Tensor {
    let isZero = try Forward.compare(.equal, detached(), number: 0)
    return try Tensor.scalar(1, dtype).chosen(where: isZero, else: self)
  }

  /// Divided by the p-norm along `dim`, or by `epsilon` where the norm is smaller.
  public func normalized(_ dim: Int, p: Double = 2, epsilon: Double = 1e-12) throws -> Tensor {
    let x = try Promotion.floating(self)
    return try x / x.norm(p, [dim], keep: true).maximum(.scalar(epsilon, x.dtype))
  }

  /// The cosine of the angle between vectors along `dim` of the broadcast shapes; 0 where a vector is shorter than `epsilon`
  /// and ends up as 0.
  public func cosineSimilarity(_ other: Tensor, dim: Int, epsilon: Double = 1e-8) throws -> Tensor {
    let (a, b) = try Promotion.align(Promotion.floating(self), other)
    guard let shape = Shape.broadcast(a.shape, b.shape) else {
      throw Failure(
        .shape, "shapes \(a.shape) and \(b.shape) do not broadcast: sizes must be equal or 1, from the last")
    }
    guard dim < shape.rank else { throw Failure(.shape, "needs at least one dimension") }
    let left = try a.expand(to: shape).normalized(dim, epsilon: epsilon)
    let right = try b.expand(to: shape).normalized(dim, epsilon: epsilon)
    return try (left * right).sum([dim])
  }

  /// The distances between the rows of two matrices, by the p-norm of the difference; leading dimensions broadcast.
  public func distances(to other: Tensor, p: Double = 2) throws -> Tensor {
    let (a, b) = try Promotion.align(Promotion.floating(self), other)
    guard a.rank >= 2, b.rank >= 2, a.shape[a.rank - 1] == b.shape[b.rank - 1] else {
      throw Failure(.shape, "needs two matrices with rows of one length, found shapes \(a.shape) and \(b.shape)")
    }
    func differences() throws -> Tensor { try a.unsqueeze(a.rank - 1) - b.unsqueeze(b.rank - 2) }
    if p != 2 {
      let apart = try differences()
      return try apart.norm(p, [apart.rank - 1])
    }
    let y = try Recording.without { () throws -> Tensor in
      let pairs = a.shape[a.rank - 2].multipliedReportingOverflow(by: b.count)
      let isSmall = !pairs.overflow && pairs.partialValue <= 1 << 16
      if isSmall && a.rank == 2 { return try differences().norm(2, [2]) }
      // |a|^2 + |b|^2 - 2 a b, whose rounding may pass below 0.
      let squares = try (a * a).sum([a.rank - 1], keep: true) + (b * b).sum([b.rank - 1], keep: true).matrixTranspose
      return try (squares - a.matmul(b.matrixTranspose) * 2).maximum(.scalar(0, a.dtype)).squareRoot()
    }
    guard Recording.isOn, a.requiresGradient || b.requiresGradient else { return y }
    return y.recorded("cdist", [a, b], saving: [a, b], keepsResult: true) { backward in
      let length = backward.result()
      let isApart = try Forward.compare(.notEqual, length.detached(), number: 0)
      let weights = try (backward.gradient / length.oneWhereZero()).chosen(where: isApart, else: .scalar(0, a.dtype))
      let last = weights.rank - 1
      try backward.send(0, (a * weights.sum([last], keep: true) - weights.matmul(b)).sum(to: a.shape))
      let turned = try weights.matrixTranspose
      try backward.send(1, (b * turned.sum([last], keep: true) - turned.matmul(a)).sum(to: b.shape))
    }
  }
}
