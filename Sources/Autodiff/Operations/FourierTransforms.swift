import Basics
import Tensors

/// Discrete Fourier transforms along one dimension. Complex numbers are pairs (real part, imaginary part) in the last
/// dimension, which has size 2. Each transform is linear, so its gradient is another transform.
extension Tensor {
  /// The transform of complex numbers along `dim`, or the inverse, which is divided by the length.
  public func fourier(_ dim: Int, inverse: Bool = false, length: Int? = nil) throws -> Tensor {
    let x = try requireComplex(dim)
    let last = try x.resized(dim, length).withPairs(dim)
    let n = last.shape[last.rank - 2]
    guard n > 0 else { throw Failure(.shape, "a transform needs at least one point, found shape \(shape)") }
    let y = try last.fourierRows(inverse: inverse)
    return try (inverse ? y * (1 / Double(n)) : y).withoutPairs(dim)
  }

  /// The first half, `n / 2 + 1` complex numbers, of the transform of real numbers along `dim`; the rest mirrors it.
  public func realFourier(_ dim: Int, length: Int? = nil) throws -> Tensor {
    let x = try Promotion.floating(self)
    guard x.rank > 0 else { throw Failure(.shape, "a transform needs at least one dimension, found a single number") }
    guard x.rank < Shape.maximumRank else {
      throw Failure(.shape, "a tensor has at most \(Shape.maximumRank) dimensions")
    }
    let resized = try x.resized(dim, length)
    guard resized.shape[dim] > 0 else {
      throw Failure(.shape, "a transform needs at least one point, found shape \(shape)")
    }
    let order = Tensor.lastOrder(x.rank, dim)
    let y = try resized.permuted(order).realFourierRows()
    return try y.withoutPairs(dim)
  }

  /// The real numbers along `dim` of which `realFourier` makes this tensor; their number is even unless `length` says so.
  public func inverseRealFourier(_ dim: Int, length: Int? = nil) throws -> Tensor {
    let x = try requireComplex(dim)
    let n = length ?? Swift.max(1, 2 * (x.shape[dim] - 1))
    guard n > 0 else { throw Failure(.range, "n must be at least 1, found \(n)") }
    let half = try x.resized(dim, n / 2 + 1).withPairs(dim)
    let y = try half.inverseRealFourierRows(n) * (1 / Double(n))
    return try y.permuted(Tensor.backOrder(y.rank, dim))
  }

  // MARK: Rows

  /// Not divided by the length in either direction.
  private func fourierRows(inverse: Bool) throws -> Tensor {
    moved(inverse ? "ifft" : "fft", try Forward.fourier(self, inverse: inverse)) {
      try $0.fourierRows(inverse: !inverse)
    }
  }

  private func realFourierRows() throws -> Tensor {
    let n = shape[rank - 1]
    // The adjoint adds each point once, where the inverse adds it together with its mirror image.
    return moved("rfft", try Forward.realFourier(self)) {
      try ($0 / Tensor.mirrorCounts(n, $0.dtype)).inverseRealFourierRows(n)
    }
  }

  private func inverseRealFourierRows(_ n: Int) throws -> Tensor {
    moved("irfft", try Forward.inverseRealFourier(self, length: n)) {
      try $0.realFourierRows() * Tensor.mirrorCounts(n, $0.dtype)
    }
  }

  /// 1 for points that are their own mirror image (the first, and the last for an even length), else 2; `[n / 2 + 1, 1]`.
  private static func mirrorCounts(_ n: Int, _ dtype: DType) throws -> Tensor {
    try .from((0...(n / 2)).map { $0 == 0 || 2 * $0 == n ? 1 : 2 }, shape: [n / 2 + 1, 1], dtype)
  }

  // MARK: Arranging

  private func requireComplex(_ dim: Int) throws -> Tensor {
    let x = try Promotion.floating(self)
    guard x.rank >= 2, x.shape[x.rank - 1] == 2 else {
      throw Failure(
        .shape, "needs complex numbers: a last dimension of size 2 (real and imaginary part), found shape \(shape)")
    }
    guard dim < x.rank - 1 else {
      throw Failure(.range, "dimension \(dim + 1) holds the real and imaginary parts; transform along an earlier one")
    }
    return x
  }

  /// Cut off or filled with zeros to `length` points of `dim`.
  private func resized(_ dim: Int, _ length: Int?) throws -> Tensor {
    guard let length, length != shape[dim] else { return self }
    guard length > 0 else { throw Failure(.range, "n must be at least 1, found \(length)") }
    if length < shape[dim] { return try narrow(dim, start: 0, length: length) }
    var target = shape
    target[dim] = length
    return try embedded(in: Shape(Array(target)), dim, start: 0, step: 1)
  }

  /// `dim` behind the others.
  private static func lastOrder(_ rank: Int, _ dim: Int) -> [Int] { (0..<rank).filter { $0 != dim } + [dim] }

  /// The last dimension back at `dim`.
  private static func backOrder(_ rank: Int, _ dim: Int) -> [Int] {
    var order = Array(0..<(rank - 1))
    order.insert(rank - 1, at: dim)
    return order
  }

  private func permuted(_ order: [Int]) throws -> Tensor { order == Array(0..<rank) ? self : try permute(order) }

  /// From pairs last to `dim` before the pairs.
  private func withPairs(_ dim: Int) throws -> Tensor { try permuted(Tensor.lastOrder(rank - 1, dim) + [rank - 1]) }

  private func withoutPairs(_ dim: Int) throws -> Tensor { try permuted(Tensor.backOrder(rank - 1, dim) + [rank - 1]) }
}
