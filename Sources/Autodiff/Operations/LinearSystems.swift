import Basics
import Foundation
import Tensors

/// Systems of linear equations, inverses and determinants, with gradients of any order.
extension Tensor {
  /// `x` with `self x = b`; `b` is a vector (one dimension) or has the columns to solve for. Leading dimensions broadcast.
  public func solve(_ b: Tensor) throws -> Tensor {
    let (a, b) = try Promotion.align(Promotion.floating(self), b)
    let (lead, n) = try Forward.squareSizes(a)
    guard b.rank > 0, b.shape[max(0, b.rank - 2)] == n else {
      throw Failure(.shape, "a matrix of shape \(a.shape) needs a right side with \(n) rows, found shape \(b.shape)")
    }
    let columns = b.rank == 1 ? try b.unsqueeze(1) : b
    let width = columns.shape[columns.rank - 1]
    guard let shared = Shape.broadcast(Shape(unchecked: lead), Shape(unchecked: columns.shape.dropLast(2))) else {
      throw Failure(.shape, "leading sizes of shapes \(a.shape) and \(b.shape) do not broadcast")
    }
    let x = try a.expand(to: Shape(Array(shared) + [n, n])).solveMatrices(
      columns.expand(to: Shape(Array(shared) + [n, width])))
    return b.rank == 1 ? try x.squeeze(x.rank - 1) : x
  }

  private func solveMatrices(_ b: Tensor) throws -> Tensor {
    let y = try Forward.solve(self, b)
    guard Recording.isOn, requiresGradient || b.requiresGradient else { return y }
    return y.recorded("solve", [self, b], saving: [self], keepsResult: true) { backward in
      let gb = try self.matrixTranspose.solveMatrices(backward.gradient)
      try backward.send(1, gb)
      try backward.send(0, -gb.matmul(backward.result().matrixTranspose))
    }
  }

  /// The inverse matrix.
  public func inverse() throws -> Tensor {
    let x = try Promotion.floating(self)
    let (_, n) = try Forward.squareSizes(x)
    let y = try Forward.solve(x, Recording.without { try Tensor.identity(n, x.dtype).expand(to: x.shape) })
    guard x.isTracked else { return y }
    return y.recorded("inverse", [x], keepsResult: true) { backward in
      let transposed = try backward.result().matrixTranspose
      try backward.send(0, -transposed.matmul(backward.gradient).matmul(transposed))
    }
  }

  /// The determinant.
  public func determinant() throws -> Tensor {
    let x = try Promotion.floating(self)
    let y = try Forward.determinant(x).value
    guard x.isTracked else { return y }
    return y.recorded("det", [x], saving: [x], keepsResult: true) { backward in
      let g = try backward.gradient
      try backward.send(0, g.unsqueeze(g.rank).unsqueeze(g.rank + 1) * x.cofactors(determinant: backward.result()))
    }
  }

  /// The gradient of the determinant: `det(a) a^-T`, and where that does not exist the products of the singular values.
  private func cofactors(determinant: Tensor) throws -> Tensor {
    if !determinant.toDoubles().contains(0) {
      return try determinant.unsqueeze(determinant.rank).unsqueeze(determinant.rank + 1) * inverse().matrixTranspose
    }
    guard !Recording.isOn else {
      throw Failure(.gradient, "det has no second gradient here: the matrix is singular")
    }
    let (u, s, vh) = try Forward.svd(self)
    let sign = try Forward.determinant(u).value * Forward.determinant(vh).value
    let n = s.shape[s.rank - 1]
    let others = try (0..<n).map { i in
      try Tensor.cat(
        [s.narrow(s.rank - 1, start: 0, length: i), s.narrow(s.rank - 1, start: i + 1, length: n - i - 1)],
        dim: s.rank - 1
      )
      .product([s.rank - 1])
    }
    let weights = try Tensor.stack(others, dim: s.rank - 1) * sign.unsqueeze(sign.rank)
    return try (u * weights.unsqueeze(weights.rank - 1)).matmul(vh)
  }

  /// The sign of the determinant and the logarithm of its magnitude.
  public func signAndLogDeterminant() throws -> (sign: Tensor, logarithm: Tensor) {
    let x = try Promotion.floating(self)
    let (_, sign, y) = try Forward.determinant(x)
    guard x.isTracked else { return (sign, y) }
    return (
      sign,
      y.recorded("slogdet", [x], saving: [x]) { backward in
        let g = try backward.gradient
        try backward.send(0, g.unsqueeze(g.rank).unsqueeze(g.rank + 1) * x.inverse().matrixTranspose)
      }
    )
  }

  /// The logarithm of the determinant: nan where it is negative, -inf where it is 0.
  public func logDeterminant() throws -> Tensor {
    let (sign, logarithm) = try signAndLogDeterminant()
    let negative = try Forward.compare(.less, sign, number: 0)
    return negative.toDoubles().contains(1)
      ? try Tensor.scalar(.nan, sign.dtype).chosen(where: negative, else: logarithm) : logarithm
  }

  /// The matrix that solves least-squares problems with the smallest norm (Moore and Penrose). Singular values up to
  /// `tolerance` times the greatest count as 0.
  public func pseudoInverse(tolerance: Double? = nil) throws -> Tensor {
    let x = try Promotion.floating(self)
    let (u, s, vh) = try Forward.svd(x)
    let y = try Recording.without {
      let zero = try Tensor.scalar(0, s.dtype)
      let kept = try Forward.compare(.greater, s, x.rankThreshold(s, tolerance))
      // The quotients of what is left out are not looked at.
      let inverted = try (1 / s.chosen(where: kept, else: .scalar(1, s.dtype))).chosen(where: kept, else: zero)
      return try (vh.matrixTranspose * inverted.unsqueeze(s.rank - 1)).matmul(u.matrixTranspose)
    }
    guard x.isTracked else { return y }
    return y.recorded("pinv", [x], saving: [x], keepsResult: true) { backward in
      // Golub and Pereyra (1973), for changes that keep the rank.
      let (y, g) = (backward.result(), try backward.gradient)
      let (yt, gt) = (try y.matrixTranspose, try g.matrixTranspose)
      let inner = try -yt.matmul(g).matmul(yt)
      let left = try gt.matmul(y).matmul(yt)
      let right = try yt.matmul(y).matmul(gt)
      let gradient = try inner + (left - x.matmul(y.matmul(left))) + (right - right.matmul(y).matmul(x))
      try backward.send(0, gradient)
    }
  }

  /// The number of singular values above `tolerance` times the greatest; int64.
  public func matrixRank(tolerance: Double? = nil) throws -> Tensor {
    let x = try Promotion.floating(self).detached()
    let s = try Forward.svd(x).s
    let above = try Forward.compare(.greater, s, x.rankThreshold(s, tolerance))
    return try Recording.without { try above.sum([s.rank - 1]) }
  }

  /// What singular values must exceed to count: `tolerance` (by default the larger size times the dtype's precision) times
  /// the greatest.
  private func rankThreshold(_ s: Tensor, _ tolerance: Double?) throws -> Tensor {
    let precision = dtype == .float32 ? Double(Float.ulpOfOne) : Double.ulpOfOne
    let relative = tolerance ?? precision * Double(max(shape[rank - 1], shape[rank - 2]))
    if s.count == 0 { return try .zeros(s.keptShape([s.rank - 1]), s.dtype) }
    return try Recording.without { try s.narrow(s.rank - 1, start: 0, length: 1) * relative }
  }

  /// The `x` of smallest norm among those with the least squared distance of `self x` from `b`.
  public func leastSquares(_ b: Tensor, tolerance: Double? = nil) throws -> Tensor {
    let (a, b) = try Promotion.align(Promotion.floating(self), b)
    let (_, m, _) = try Forward.matrixSizes(a)
    guard b.rank > 0, b.shape[max(0, b.rank - 2)] == m else {
      throw Failure(.shape, "a matrix of shape \(a.shape) needs a right side with \(m) rows, found shape \(b.shape)")
    }
    return try a.pseudoInverse(tolerance: tolerance).matmul(b)
  }

  /// This matrix multiplied with itself `exponent` times; a negative exponent multiplies the inverse.
  public func matrixPower(_ exponent: Int) throws -> Tensor {
    let x = try Promotion.floating(self)
    let (_, n) = try Forward.squareSizes(x)
    var base = exponent < 0 ? try x.inverse() : x
    var rest = exponent.magnitude
    var result: Tensor?
    while rest > 0 {
      if rest & 1 == 1 { result = try result.map { try $0.matmul(base) } ?? base }
      rest >>= 1
      if rest > 0 { base = try base.matmul(base) }
    }
    return try result ?? Tensor.identity(n, x.dtype).expand(to: x.shape)
  }

  /// The exponential of a square matrix by scaling, a Padé approximation of order 13 and squaring
  /// (Higham, "The scaling and squaring method for the matrix exponential revisited", 2005).
  ///
  /// Written in recorded operations; a batch is scaled by what its largest matrix needs.
  public func matrixExponential() throws -> Tensor {
    let x = try Promotion.floating(self)
    let (_, n) = try Forward.squareSizes(x)
    if x.count == 0 { return x }
    let norm = try Recording.without {
      try Forward.reduce(.maximum, x.detached().absoluteSum(x.rank - 2), dims: Array(0..<(x.rank - 1)), keep: false)
    }
    .element(0)
    guard norm.isFinite else {
      throw Failure(.numerics, "the matrix contains nan or infinite elements, or its norm overflows")
    }
    let squarings = norm > 5.371920351148152 ? Int(Foundation.log2(norm / 5.371920351148152).rounded(.up)) : 0
    let eye = try Tensor.identity(n, x.dtype)
    let a = squarings == 0 ? x : try x * Foundation.exp2(-Double(squarings))
    let a2 = try a.matmul(a)
    let a4 = try a2.matmul(a2)
    let a6 = try a4.matmul(a2)
    func sum(_ c6: Double, _ c4: Double, _ c2: Double, _ c0: Double) throws -> Tensor {
      // Scaled by b0, so that single precision does not overflow.
      let s: Double = 1 / 64_764_752_532_480_000
      let high: Tensor = try a6 * (c6 * s) + a4 * (c4 * s)
      let low: Tensor = try a2 * (c2 * s) + eye * (c0 * s)
      return try high + low
    }
    let oddHigh = try sum(1, 16380, 40_840_800, 0)
    let evenHigh = try sum(182, 960_960, 1_323_241_920, 0)
    let oddLow = try sum(33_522_128_640, 10_559_470_521_600, 1_187_353_796_428_800, 32_382_376_266_240_000)
    let evenLow = try sum(670_442_572_800, 129_060_195_264_000, 7_771_770_303_897_600, 64_764_752_532_480_000)
    let oddFactor: Tensor = try a6.matmul(oddHigh) + oddLow
    let odd: Tensor = try a.matmul(oddFactor)
    let even: Tensor = try a6.matmul(evenHigh) + evenLow
    let denominator: Tensor = try even - odd
    let numerator: Tensor = try even + odd
    var y = try denominator.solve(numerator)
    for _ in 0..<squarings { y = try y.matmul(y) }
    return y
  }

  /// The sums of magnitudes along a dimension.
  private func absoluteSum(_ dim: Int) throws -> Tensor {
    try Forward.reduce(.sum, Forward.unary(.absolute, self), dims: [dim], keep: false)
  }
}
