import Kernels
import Tensors

/// What the gradient rule of a function of one tensor may use: input, result, and the gradient of the result.
struct UnaryGradient {
  let x: Tensor
  let backward: Backward
  var y: Tensor { backward.result() }
  var g: Tensor { get throws { try backward.gradient } }
}

extension Operation {
  /// A row for a function of each element. `gradient` gives the gradient of the input; `nil` for step functions, whose
  /// gradient is zero everywhere. `slope` does the same in one pass, from the input (or the result, with `usesResult`) and
  /// the gradient; where it is to be differentiated again, `bend` says how the slope itself changes.
  static func unary(
    _ name: String, _ group: Group, metamethod: String? = nil, _ summary: String, formula: String? = nil,
    notes: String? = nil,
    source: String? = nil, example: String? = nil, kernel: UnaryKernel,
    integerKernel: (@Sendable (Int64) -> Int64)? = nil,
    usesResult: Bool = false, slope: BinaryKernel? = nil, bend: SlopeKernel.Bend? = nil,
    domain: ClosedRange<Double> = -3...3, order: Int = 2,
    reference: @escaping @Sendable (Double) -> Double,
    gradient: (@Sendable (UnaryGradient) throws -> Tensor)?
  ) -> Operation {
    let slopeKernel = slope.map { SlopeKernel(name, $0, bend) }
    return Operation(
      name, group, metamethod: metamethod, [.tensor()], summary, formula: formula, notes: notes, source: source,
      example: example ?? "print(lab.tensor{0.5, 1, 2}:\(name)())",
      check: Check(
        samples: [
          Sample(.uniform([3, 4], domain.lowerBound, domain.upperBound)),
          Sample(.uniform([2, 1, 5], domain.lowerBound, domain.upperBound)),
        ],
        order: gradient == nil ? 0 : order
      ) { [try $0.array(0).map(reference)] },
      body: .unary { x in
        if let integerKernel, x.dtype == .int64 { return try mapIntegers(x, integerKernel) }
        let x = try Promotion.floating(x)
        let y = try Forward.unary(kernel, x)
        guard x.isTracked else { return y }
        guard let gradient else { return y }
        return y.recorded(name, from: x, saves: true, keepsResult: usesResult) { backward in
          if let slopeKernel, slopeKernel.bends || !Recording.isOn {
            return try backward.send(0, slopeKernel.apply(usesResult ? backward.result() : x, backward.gradient))
          }
          try backward.send(0, gradient(UnaryGradient(x: x, backward: backward)))
        }
      })
  }

  /// A slope in one pass, as an operation that can be differentiated again.
  final class SlopeKernel: Sendable {
    /// How the slope changes with the number that it is taken at, times `product`.
    typealias Bend = @Sendable (_ product: Tensor, _ at: Tensor) throws -> Tensor

    private let name: String
    private let kernel: BinaryKernel
    private let bend: Bend?

    init(_ name: String, _ kernel: BinaryKernel, _ bend: Bend?) {
      self.name = name + " (slope)"
      self.kernel = kernel
      self.bend = bend
    }

    /// Whether it can be differentiated again.
    var bends: Bool { bend != nil }

    /// The slope at `at` times `g`, to which it is linear.
    func apply(_ at: Tensor, _ g: Tensor) throws -> Tensor {
      let y = try Forward.binary(kernel, at, g)
      guard let bend, at.isTracked || g.isTracked else { return y }
      return y.recorded(name, from: at, g, saves: true) { [self] backward in
        let outer = try backward.gradient
        try backward.send(0, bend(outer * g, at))
        try backward.send(1, apply(at, outer))
      }
    }
  }

  private static func mapIntegers(_ x: Tensor, _ f: (Int64) -> Int64) throws -> Tensor {
    let x = try x.contiguous()
    let y = try Tensor(uninitialized: x.shape, .int64)
    for i in 0..<x.count { y.integers[i] = f(x.integers[i]) }
    return y
  }
}
