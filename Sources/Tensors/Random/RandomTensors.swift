import Basics
import Kernels

/// Random tensors. The bits depend on the source's state alone, not on the number of threads.
extension RandomSource {
  /// Uniform numbers from `lower` (included) to `upper` (excluded).
  public func uniform(_ shape: Shape, from lower: Double = 0, to upper: Double = 1, _ dtype: DType = .float32) throws
    -> Tensor
  {
    let y = try floating(shape, dtype)
    if dtype == .float32 {
      let to = y.floats
      fill(y.count, perBlock: RandomKernels.narrowPerBlock) {
        RandomKernels.uniform($0, first: $1, into: to + $1, count: $2)
      }
    } else {
      let to = y.doubles
      fill(y.count, perBlock: RandomKernels.widePerBlock) {
        RandomKernels.uniform($0, first: $1, into: to + $1, count: $2)
      }
    }
    return try scaled(y, by: upper - lower, plus: lower)
  }

  /// Normal numbers with a mean and a standard deviation.
  public func normal(_ shape: Shape, mean: Double = 0, deviation: Double = 1, _ dtype: DType = .float32) throws
    -> Tensor
  {
    let y = try floating(shape, dtype)
    if dtype == .float32 {
      let to = y.floats
      fill(y.count, perBlock: RandomKernels.narrowPerBlock) {
        RandomKernels.normal($0, first: $1, into: to + $1, count: $2)
      }
    } else {
      let to = y.doubles
      fill(y.count, perBlock: RandomKernels.widePerBlock) {
        RandomKernels.normal($0, first: $1, into: to + $1, count: $2)
      }
    }
    return try scaled(y, by: deviation, plus: mean)
  }

  private func floating(_ shape: Shape, _ dtype: DType) throws -> Tensor {
    guard dtype.isFloating else {
      throw Failure(.dtype, "random fractions need dtype float32 or float64, found \(dtype.name)")
    }
    return try Tensor(uninitialized: shape, dtype)
  }

  private func scaled(_ y: Tensor, by factor: Double, plus shift: Double) throws -> Tensor {
    var y = y
    if factor != 1 { y = try Forward.binary(.multiply, y, number: factor) }
    if shift != 0 { y = try Forward.binary(.add, y, number: shift) }
    return y
  }

  /// Whole numbers from `lower` to `upper`, both included.
  public func integers(_ shape: Shape, from lower: Int, to upper: Int) throws -> Tensor {
    guard lower <= upper else { throw Failure(.range, "the lower end \(lower) is above the upper end \(upper)") }
    let (width, overflow) = upper.subtractingReportingOverflow(lower)
    guard !overflow, width < Int.max else { throw Failure(.range, "the range from \(lower) to \(upper) is too wide") }
    let y = try Tensor(uninitialized: shape, .int64)
    let to = y.integers
    fill(y.count, perBlock: RandomKernels.widePerBlock) {
      RandomKernels.integers($0, below: Int64(width) + 1, first: $1, into: to + $1, count: $2)
    }
    return lower == 0 ? y : try Forward.binary(.add, y, number: Double(lower))
  }

  /// Ones with a probability, else zeros.
  public func bernoulli(_ shape: Shape, probability: Double, _ dtype: DType = .float32) throws -> Tensor {
    guard (0...1).contains(probability) else {
      throw Failure(.range, "a probability lies between 0 and 1, found \(probability)")
    }
    return try mask(shape, probability: probability, value: 1, dtype)
  }

  /// `value` with a probability, else zero: a dropout mask when `value` is `1 / probability`.
  public func mask(_ shape: Shape, probability: Double, value: Double, _ dtype: DType = .float32) throws -> Tensor {
    let y = try floating(shape, dtype)
    if dtype == .float32 {
      let to = y.floats
      fill(y.count, perBlock: RandomKernels.narrowPerBlock) {
        RandomKernels.mask($0, probability: probability, value: Float(value), first: $1, into: to + $1, count: $2)
      }
    } else {
      let to = y.doubles
      fill(y.count, perBlock: RandomKernels.narrowPerBlock) {
        RandomKernels.mask($0, probability: probability, value: value, first: $1, into: to + $1, count: $2)
      }
    }
    return y
  }

  /// The ids 1 to `count` in random order.
  public func permutation(_ count: Int) throws -> Tensor {
    guard count >= 0 else { throw Failure(.range, "a permutation needs a count from 0, found \(count)") }
    // The order and the result take this much, which must be there before a plain array is asked for it.
    let (bytes, overflow) = count.multipliedReportingOverflow(by: 16)
    guard !overflow else { throw Failure(.shape, "a permutation of \(count) ids is more than memory can hold") }
    try Storage.require(byteCount: bytes)
    let order = draw { $0.permutation(count) }
    return try .from(order.map { Int64($0 + 1) }, shape: [count])
  }

  /// For each row of weights `count` ids drawn with probability proportional to the weights.
  public func multinomial(_ weights: Tensor, count: Int, replacement: Bool) throws -> Tensor {
    guard weights.rank == 1 || weights.rank == 2, weights.shape[weights.rank - 1] > 0 else {
      throw Failure(
        .shape, "weights must be a vector or a matrix with a row for each draw, found shape \(weights.shape)")
    }
    guard count >= 0 else { throw Failure(.range, "the number of draws must not be negative, found \(count)") }
    let width = weights.shape[weights.rank - 1]
    let values = weights.toDoubles()
    var ids: [Int64] = []
    for row in 0..<(weights.count / width) {
      let line = Array(values[(row * width)..<((row + 1) * width)])
      guard line.allSatisfy({ $0 >= 0 && $0.isFinite }), line.contains(where: { $0 > 0 }) else {
        throw Failure(.range, "weights must be finite, not negative, and not all 0 (row \(row + 1))")
      }
      if replacement {
        guard let choice = WeightedChoice(weights: line) else {
          throw Failure(.range, "these weights cannot be drawn from (row \(row + 1))")
        }
        ids += draw { stream in (0..<count).map { _ in Int64(choice.draw(&stream) + 1) } }
      } else {
        guard count <= line.count(where: { $0 > 0 }), let drawn = draw({ $0.sample(count, weights: line) }) else {
          throw Failure(
            .range, "cannot draw \(count) different ids from \(line.count(where: { $0 > 0 })) with a weight above 0")
        }
        ids += drawn.map { Int64($0 + 1) }
      }
    }
    return try .from(ids, shape: weights.rank == 1 ? [count] : [weights.count / width, count])
  }
}
