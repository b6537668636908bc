import Autodiff
import Tensors

/// Numbers that are the same on every machine (splitmix64; Steele, Lea and Flood 2014).
struct SplitMix {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Uniform in [0, 1).
  mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Uniform in `0..<count`.
  mutating func below(_ count: Int) -> Int { Int(fraction() * Double(count)) }

  /// Nearly normal: the sum of twelve fractions, centred.
  mutating func normal() -> Double { (0..<12).reduce(-6.0) { sum, _ in sum + fraction() } }
}

/// Makes the arguments that a row asks to be tried with.
struct OperationSamples {
  /// How the elements of tensor arguments stand in memory.
  enum Layout: String, CaseIterable {
    case contiguous, transposed, stepped
    /// The first dimension repeats its first position with stride 0; the values differ from those of the others.
    case expanded
  }

  let sample: Sample
  let seed: UInt64

  /// The arguments. Floating ones are rounded to float32 first, so that both float types see the same numbers.
  func values(_ dtype: DType, _ layout: Layout) throws -> [Value] {
    var numbers = SplitMix(seed)
    return try sample.items.map { try value($0, dtype, layout, &numbers) }
  }

  private func value(_ item: Sample.Item, _ dtype: DType, _ layout: Layout, _ numbers: inout SplitMix) throws -> Value {
    func floats(_ shape: [Int], _ make: (Int) -> Double) throws -> Value {
      let values = (0..<shape.reduce(1, *)).map { Double(Float(make($0))) }
      return .tensor(try Self.laidOut(.from(values, shape: Shape(shape), dtype), layout))
    }
    switch item {
    case .normal(let shape): return try floats(shape) { _ in numbers.normal() }
    case .uniform(let shape, let low, let high):
      return try floats(shape) { _ in low + (high - low) * numbers.fraction() }
    case .distinct(let shape):
      let order = Self.scrambled(shape.reduce(1, *), &numbers)
      // Never 0, where many functions have a kink.
      return try floats(shape) { 0.13 * (Double(order[$0]) - Double(order.count / 2)) + 0.05 }
    case .ids(let shape, let range):
      let ids = (0..<shape.reduce(1, *)).map { _ in Int64(range.lowerBound + numbers.below(range.count)) }
      return .tensor(try Self.laidOut(.from(ids, shape: Shape(shape)), layout))
    case .mask(let shape):
      let bits = (0..<shape.reduce(1, *)).map { _ in Double(numbers.below(2)) }
      return .tensor(try Self.laidOut(.from(bits, shape: Shape(shape), .bool), layout))
    case .positiveDefinite(let shape):
      return .tensor(
        try Self.laidOut(Self.positiveDefinite(shape, dtype, &numbers), shape.count > 2 ? layout : layout.keepingValues)
      )
    case .values(let shape, let values): return try floats(shape) { values[$0] }
    case .list(let shapes):
      return .tensors(
        try shapes.map { shape in
          let values = (0..<shape.reduce(1, *)).map { _ in Double(Float(numbers.normal())) }
          return try Self.laidOut(.from(values, shape: Shape(shape), dtype), layout)
        })
    case .none: return .none
    case .number(let number): return .number(number)
    case .integer(let number): return .integer(number)
    case .integers(let list): return .integers(list)
    case .boolean(let truth): return .boolean(truth)
    case .text(let text): return .text(text)
    case .dtype(let dtype): return .dtype(dtype)
    }
  }

  private static func scrambled(_ count: Int, _ numbers: inout SplitMix) -> [Int] {
    var order = Array(0..<count)
    for i in stride(from: count - 1, to: 0, by: -1) { order.swapAt(i, numbers.below(i + 1)) }
    return order
  }

  /// A A^T / n + 1/2 for each matrix.
  private static func positiveDefinite(_ shape: [Int], _ dtype: DType, _ numbers: inout SplitMix) throws -> Tensor {
    let n = shape[shape.count - 1]
    var values: [Double] = []
    for _ in 0..<shape.dropLast(2).reduce(1, *) {
      let a = (0..<(n * n)).map { _ in numbers.normal() }
      for i in 0..<n {
        for j in 0..<n {
          let product = (0..<n).reduce(0.0) { $0 + a[i * n + $1] * a[j * n + $1] } / Double(n)
          values.append(Double(Float(product + (i == j ? 0.5 : 0))))
        }
      }
    }
    return try .from(values, shape: Shape(shape), dtype)
  }

  /// The same values in memory of another order (`expanded`: the first position's values everywhere).
  static func laidOut(_ x: Tensor, _ layout: Layout) throws -> Tensor {
    if x.rank == 0 || x.count == 0 { return x }
    switch layout {
    case .contiguous: return x
    case .transposed:
      let backwards = Array((0..<x.rank).reversed())
      return try x.permutedView(backwards).copy().permutedView(backwards)
    case .stepped:
      var shape = x.shape
      let last = x.rank - 1
      shape[last] = 2 * x.shape[last] + 1
      let view = try Tensor.full(shape, 7, x.dtype).narrowedView(last, start: 1, length: x.shape[last], step: 2)
      try view.assign(x)
      return view
    case .expanded: return x.narrowedView(0, start: 0, length: 1).broadcastView(to: x.shape) ?? x
    }
  }
}

extension OperationSamples.Layout {
  /// This layout, or the contiguous one if this changes values.
  fileprivate var keepingValues: Self { self == .expanded ? .contiguous : self }
}

extension Sample.Item {
  /// Whether it makes tensors of the float type under test.
  var isFloating: Bool {
    switch self {
    case .normal, .uniform, .distinct, .positiveDefinite, .values, .list: true
    default: false
    }
  }

  /// The same kind of array in another shape; other arguments as they are.
  func reshaped(_ shape: [Int]) -> Sample.Item {
    switch self {
    case .normal: .normal(shape)
    case .uniform(_, let low, let high): .uniform(shape, low, high)
    case .distinct: .distinct(shape)
    case .ids(_, let range): .ids(shape, range)
    case .mask: .mask(shape)
    case .values(_, let values): .uniform(shape, values.min() ?? 0, values.max() ?? 1)
    default: self
    }
  }
}
