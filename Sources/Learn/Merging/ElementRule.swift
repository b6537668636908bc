import Basics
import Kernels
import Tensors

/// A number for each element from the numbers at the same place of several tensors.
protocol ElementRule {
  func callAsFunction<T: Real>(_ values: UnsafePointer<UnsafePointer<T>>, _ count: Int, at place: Int) -> T
}

extension ElementRule {
  /// The rule at every element of tensors of one shape and floating dtype.
  func apply(_ tensors: [Tensor]) throws -> Tensor {
    let first = tensors[0]
    guard first.dtype.isFloating else {
      throw Failure(
        .dtype, "merging needs floating-point tensors, found \(first.dtype.name) (leave such tensors out with select)")
    }
    let inputs = try tensors.map { try $0.contiguous() }
    let result = try Tensor(uninitialized: first.shape, first.dtype)
    if first.dtype == .float32 { run(inputs, result, Float.self) } else { run(inputs, result, Double.self) }
    return result
  }

  private func run<T: Real>(_ inputs: [Tensor], _ result: Tensor, _: T.Type) {
    let pointers = inputs.map { UnsafePointer($0.pointer(as: T.self)) }
    let out = result.pointer(as: T.self)
    pointers.withUnsafeBufferPointer { pointers in
      guard let values = pointers.baseAddress else { return }
      let count = pointers.count
      Parallel.forEachRange(result.count) { start, length in
        for place in start..<(start + length) { out[place] = self(values, count, at: place) }
      }
    }
  }
}

/// `sum_i factor_i x_i`, from the first to the last.
struct LinearRule: ElementRule {
  let factors: [Double]

  @inline(__always)
  func callAsFunction<T: Real>(_ values: UnsafePointer<UnsafePointer<T>>, _ count: Int, at place: Int) -> T {
    var sum = T(factors[0]) * values[0][place]
    for i in 1..<max(1, count) { sum += T(factors[i]) * values[i][place] }
    return sum
  }
}

/// The mean where enough of the numbers have one sign, else 0.
struct ConsensusRule: ElementRule {
  let required: Int
  /// Gives 1 in place of the mean.
  let isMask: Bool

  @inline(__always)
  func callAsFunction<T: Real>(_ values: UnsafePointer<UnsafePointer<T>>, _ count: Int, at place: Int) -> T {
    var (positive, negative) = (0, 0)
    var sum = T.zero
    for i in 0..<count {
      let value = values[i][place]
      if value > 0 { positive += 1 } else if value < 0 { negative += 1 }
      sum += value
    }
    if max(positive, negative) < required { return 0 }
    return isMask ? 1 : sum / T(count)
  }
}

/// The mean of the numbers that have the sign of their sum; those that are 0 do not count.
struct ElectedMeanRule: ElementRule {
  @inline(__always)
  func callAsFunction<T: Real>(_ values: UnsafePointer<UnsafePointer<T>>, _ count: Int, at place: Int) -> T {
    var total = T.zero
    for i in 0..<count { total += values[i][place] }
    var (sum, agreeing) = (T.zero, 0)
    for i in 0..<count where values[i][place] * total > 0 {
      sum += values[i][place]
      agreeing += 1
    }
    return agreeing == 0 ? 0 : sum / T(agreeing)
  }
}

/// `sum_i f_i x_i / sum_i f_i` of values x, in the first half, with importances f, in the second, that are at least
/// `floor`.
struct ImportanceRule: ElementRule {
  let floor: Double
  let factors: [Double]

  @inline(__always)
  func callAsFunction<T: Real>(_ values: UnsafePointer<UnsafePointer<T>>, _ count: Int, at place: Int) -> T {
    let models = count / 2
    var (sum, total) = (T.zero, T.zero)
    for i in 0..<models {
      let importance = T(factors[i]) * max(values[models + i][place], T(floor))
      sum += importance * values[i][place]
      total += importance
    }
    return sum / total
  }
}
