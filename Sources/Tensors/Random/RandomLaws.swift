import Basics
import Kernels

/// Further laws, and rows in random order.
extension RandomSource {
  /// Numbers from the exponential law with mean 1.
  public func exponential(_ shape: Shape, _ dtype: DType = .float32) throws -> Tensor {
    try drawn(shape, dtype, RandomKernels.exponential, RandomKernels.exponential)
  }

  /// Numbers from the standard Gumbel law: the place of the greatest of `logits + gumbel` is a draw from their softmax.
  public func gumbel(_ shape: Shape, _ dtype: DType = .float32) throws -> Tensor {
    try drawn(shape, dtype, RandomKernels.gumbel, RandomKernels.gumbel)
  }

  /// Ones with the probability that each element says, else zeros; of the same shape and dtype, without history.
  public func bernoulli(_ probabilities: Tensor) throws -> Tensor {
    guard probabilities.dtype.isFloating else {
      throw Failure(.dtype, "probabilities must be floating-point numbers, found \(probabilities.dtype.name)")
    }
    let y = try probabilities.copy()
    if let wrong = (0..<y.count).lazy.map(y.element).first(where: { !($0 >= 0 && $0 <= 1) }) {
      throw Failure(.range, "a probability lies between 0 and 1, found \(wrong)")
    }
    let fractions = try uniform(y.shape, y.dtype)
    Parallel.forEachRange(y.count) { start, count in
      if y.dtype == .float32 {
        RandomScaling.below(fractions.floats + start, y.floats + start, count: count)
      } else {
        RandomScaling.below(fractions.doubles + start, y.doubles + start, count: count)
      }
    }
    return y
  }

  /// The positions along the first dimension in random order; no history.
  public func shuffled(_ x: Tensor) throws -> Tensor {
    guard x.rank > 0 else { throw Failure(.shape, "a single number has no rows to shuffle") }
    return try Forward.indexSelect(x, dim: 0, permutation(x.shape[0]))
  }

  private typealias Draw<T> = (RandomStream, Int, UnsafeMutablePointer<T>, Int) -> Void

  private func drawn(_ shape: Shape, _ dtype: DType, _ float: Draw<Float>, _ double: Draw<Double>) throws -> Tensor {
    guard dtype.isFloating else {
      throw Failure(.dtype, "random fractions need dtype float32 or float64, found \(dtype.name)")
    }
    let y = try Tensor(uninitialized: Shape(Array(shape)), dtype)
    if dtype == .float32 {
      fill(y.count, perBlock: RandomKernels.narrowPerBlock) { float($0, $1, y.floats + $1, $2) }
    } else {
      fill(y.count, perBlock: RandomKernels.widePerBlock) { double($0, $1, y.doubles + $1, $2) }
    }
    return y
  }
}
