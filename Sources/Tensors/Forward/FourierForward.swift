import Basics
import Kernels

/// Fourier transforms of rows. Complex numbers are pairs (real part, imaginary part) in a last dimension of size 2.
extension Forward {
  /// The transform of each row of a `[..., n, 2]` tensor; the inverse is not divided by `n`.
  public static func fourier(_ x: Tensor, inverse: Bool) throws -> Tensor {
    let n = x.shape[x.rank - 2]
    let source = try x.contiguous()
    let y = try Tensor(uninitialized: x.shape, x.dtype)
    func run<T: Real>(_ plan: FourierPlan<T>) {
      let (from, to) = (source.pointer(as: T.self), y.pointer(as: T.self))
      forEachRow(plan, rows: y.count / (2 * n)) { row, real, imaginary, scratch in
        let (input, output) = (from + 2 * n * row, to + 2 * n * row)
        for t in 0..<n { (real[t], imaginary[t]) = (input[2 * t], input[2 * t + 1]) }
        if inverse {
          plan.transform(imaginary, real, scratch: scratch)
        } else {
          plan.transform(real, imaginary, scratch: scratch)
        }
        for t in 0..<n { (output[2 * t], output[2 * t + 1]) = (real[t], imaginary[t]) }
      }
    }
    if y.count > 0 { try x.dtype == .float32 ? run(FourierPlans.float(n)) : run(FourierPlans.double(n)) }
    return y
  }

  /// The first `n / 2 + 1` points of the transform of each real row: `[..., n]` to `[..., n / 2 + 1, 2]`.
  public static func realFourier(_ x: Tensor) throws -> Tensor {
    let n = x.shape[x.rank - 1]
    let half = n / 2 + 1
    let source = try x.contiguous()
    let y = try Tensor(uninitialized: Shape(Array(x.shape.dropLast()) + [half, 2]), x.dtype)
    func run<T: Real>(_ plan: FourierPlan<T>) {
      let (from, to) = (source.pointer(as: T.self), y.pointer(as: T.self))
      forEachRow(plan, rows: x.count / n) { row, real, imaginary, scratch in
        let (input, output) = (from + n * row, to + 2 * half * row)
        for t in 0..<n { (real[t], imaginary[t]) = (input[t], 0) }
        plan.transform(real, imaginary, scratch: scratch)
        for t in 0..<half { (output[2 * t], output[2 * t + 1]) = (real[t], imaginary[t]) }
      }
    }
    if x.count > 0 { try x.dtype == .float32 ? run(FourierPlans.float(n)) : run(FourierPlans.double(n)) }
    return y
  }

  /// The `n` real points whose transform begins with each row of `[..., n / 2 + 1, 2]`, not divided by `n`. Imaginary parts
  /// of the first point, and of the last one if `n` is even, are taken as 0.
  public static func inverseRealFourier(_ x: Tensor, length n: Int) throws -> Tensor {
    let half = n / 2 + 1
    let source = try x.contiguous()
    let y = try Tensor(uninitialized: Shape(Array(x.shape.dropLast(2)) + [n]), x.dtype)
    func run<T: Real>(_ plan: FourierPlan<T>) {
      let (from, to) = (source.pointer(as: T.self), y.pointer(as: T.self))
      forEachRow(plan, rows: y.count / n) { row, real, imaginary, scratch in
        let (input, output) = (from + 2 * half * row, to + n * row)
        for t in 0..<half { (real[t], imaginary[t]) = (input[2 * t], input[2 * t + 1]) }
        imaginary[0] = 0
        if n % 2 == 0 { imaginary[n / 2] = 0 }
        for t in half..<max(half, n) { (real[t], imaginary[t]) = (real[n - t], 0 - imaginary[n - t]) }
        plan.transform(imaginary, real, scratch: scratch)
        for t in 0..<n { output[t] = real[t] }
      }
    }
    if y.count > 0 { try x.dtype == .float32 ? run(FourierPlans.float(n)) : run(FourierPlans.double(n)) }
    return y
  }

  /// Runs `body` for each row, with memory for one row and for the transform.
  private static func forEachRow<T: Real>(
    _ plan: FourierPlan<T>, rows: Int,
    _ body: (
      _ row: Int, _ real: UnsafeMutablePointer<T>, _ imaginary: UnsafeMutablePointer<T>,
      _ scratch: UnsafeMutablePointer<T>
    ) -> Void
  ) {
    let n = plan.length
    Parallel.forEachRange(rows, grain: max(1, 4096 / n)) { first, count in
      withUnsafeTemporaryAllocation(of: T.self, capacity: 2 * n + plan.scratchCount) { memory in
        guard let base = memory.baseAddress else { return }
        for row in first..<(first + count) { body(row, base, base + n, base + 2 * n) }
      }
    }
  }
}

/// Plans that were used lately; preparing one costs about as much as one transform.
private enum FourierPlans {
  nonisolated(unsafe) private static var floats: [Int: FourierPlan<Float>] = [:]
  nonisolated(unsafe) private static var doubles: [Int: FourierPlan<Double>] = [:]
  private static let most = 16

  static func float(_ length: Int) throws -> FourierPlan<Float> { try cached(length, &floats) }
  static func double(_ length: Int) throws -> FourierPlan<Double> { try cached(length, &doubles) }

  private static func cached<T: Real>(_ length: Int, _ plans: inout [Int: FourierPlan<T>]) throws -> FourierPlan<T> {
    if let plan = plans[length] { return plan }
    guard length <= 1 << 32 else { throw Failure(.shape, "a transform has at most 2^32 points, found \(length)") }
    if plans.count >= most { plans = [:] }
    let plan = FourierPlan<T>(length: length)
    plans[length] = plan
    return plan
  }
}
