import Basics
import Kernels
import Tensors

/// What the gradient rules of a function of two tensors may use.
struct BinaryGradient {
  let a: Tensor
  let b: Tensor
  let backward: Backward
  var y: Tensor { backward.result() }
  var g: Tensor { get throws { try backward.gradient } }
}

/// What the gradient rule of a function of a tensor and a number may use.
struct NumberGradient {
  let x: Tensor
  let number: Double
  let numberOnLeft: Bool
  let backward: Backward
  var y: Tensor { backward.result() }
  var g: Tensor { get throws { try backward.gradient } }
}

extension Operation {
  typealias BinaryRule = @Sendable (BinaryGradient) throws -> Tensor
  typealias NumberRule = @Sendable (NumberGradient) throws -> Tensor

  /// A row for a function of two numbers, elementwise with broadcasting; either side may be a plain number.
  ///
  /// - Parameters:
  ///   - floating: whole numbers are converted to float32 first (division).
  ///   - saves: whether the rules read the inputs' values.
  ///   - withNumber: the gradient of the tensor where the other side is a number; without it, the number becomes a tensor
  ///     and the rule of the side is used.
  static func binary(
    _ name: String, metamethod: String?, _ summary: String, formula: String? = nil, notes: String? = nil,
    example: String,
    kernel: BinaryKernel, floating: Bool = false, saves: Bool = true, usesResult: Bool = false,
    domains: (ClosedRange<Double>, ClosedRange<Double>) = (-3...3, -3...3), order: Int = 2, distinct: Bool = false,
    reference: @escaping @Sendable (Double, Double) -> Double, left: BinaryRule?, right: BinaryRule?,
    withNumber: NumberRule? = nil
  ) -> Operation {
    let row = Kernel(
      name: name, kernel: kernel, floating: floating, saves: saves, usesResult: usesResult, left: left, right: right,
      withNumber: withNumber)
    func samples(_ a: [Int], _ b: [Int]) -> Sample {
      Sample(
        .uniform(a, domains.0.lowerBound, domains.0.upperBound), .uniform(b, domains.1.lowerBound, domains.1.upperBound)
      )
    }
    return Operation(
      name, .arithmetic, metamethod: metamethod,
      [.tensorOrNumber("a", "the left side"), .tensorOrNumber("b", "the right side; shapes broadcast as in NumPy")],
      summary, formula: formula, notes: notes, example: example,
      check: Check(
        samples: [
          samples([3, 4], [3, 4]), samples([3, 4], [4]), samples([3, 1], [1, 4]), samples([], [2, 3]),
          samples([2, 1, 3], [4, 1]),
        ], order: left == nil && right == nil ? 0 : order
      ) { values in
        let (a, b) = (try values.array(0), try values.array(1))
        let shape = Shape.broadcast(Shape(unchecked: a.shape), Shape(unchecked: b.shape)) ?? []
        return [Plain(Array(shape)) { reference(a.broadcast(at: $0), b.broadcast(at: $0)) }]
      },
      body: .binary(Binary(tensors: row.apply, number: row.apply)))
  }

  /// The row's forms as they run. What few calls need stands apart, so that adding small tensors stays short.
  private final class Kernel: Sendable {
    let name: String
    let kernel: BinaryKernel
    let floating: Bool
    let saves: Bool
    let usesResult: Bool
    let left: BinaryRule?
    let right: BinaryRule?
    let withNumber: NumberRule?

    init(
      name: String, kernel: BinaryKernel, floating: Bool, saves: Bool, usesResult: Bool, left: BinaryRule?,
      right: BinaryRule?, withNumber: NumberRule?
    ) {
      self.name = name
      self.kernel = kernel
      self.floating = floating
      self.saves = saves
      self.usesResult = usesResult
      self.left = left
      self.right = right
      self.withNumber = withNumber
    }

    @Sendable func apply(_ a: Tensor, _ b: Tensor) throws -> Tensor {
      guard a.dtype == b.dtype, a.dtype.isFloating else { return try applyAligned(a, b) }
      let y = try Forward.binary(kernel, a, b)
      return a.isTracked || b.isTracked ? recorded(y, a, b) : y
    }

    /// For dtypes that differ, or are not floating.
    private func applyAligned(_ a: Tensor, _ b: Tensor) throws -> Tensor {
      let aligned = try Promotion.align(a, b)
      let a = floating ? try Promotion.floating(aligned.0) : aligned.0
      let b = floating ? try Promotion.floating(aligned.1) : aligned.1
      if !a.dtype.isFloating { try refuseZeroDivisor(b) }
      let y = try Forward.binary(kernel, a, b)
      return a.isTracked || b.isTracked ? recorded(y, a, b) : y
    }

    private func recorded(_ y: Tensor, _ a: Tensor, _ b: Tensor) -> Tensor {
      guard left != nil || right != nil else { return y }
      return y.recorded(name, from: a, b, saves: saves, keepsResult: usesResult) { [self] backward in
        let parts = BinaryGradient(a: a, b: b, backward: backward)
        if let left { try backward.send(0, left(parts).sum(to: a.shape)) }
        if let right { try backward.send(1, right(parts).sum(to: b.shape)) }
      }
    }

    @Sendable func apply(_ x: Tensor, _ number: Double, _ numberOnLeft: Bool) throws -> Tensor {
      let x = x.dtype.isFloating ? x : try prepared(x, number, numberOnLeft)
      let y = try Forward.binary(kernel, x, number: number, numberOnLeft: numberOnLeft)
      return x.isTracked ? recorded(y, x, number, numberOnLeft) : y
    }

    /// A tensor of whole numbers or bools as the operation needs it.
    private func prepared(_ x: Tensor, _ number: Double, _ numberOnLeft: Bool) throws -> Tensor {
      let x = floating ? try Promotion.floating(x) : (x.dtype == .bool ? try x.converted(to: .float32) : x)
      if x.dtype == .int64 && !numberOnLeft && number == 0 { try refuseZeroDivisor(.scalar(0, .int64)) }
      if x.dtype == .int64 && numberOnLeft { try refuseZeroDivisor(x) }
      return x
    }

    private func recorded(_ y: Tensor, _ x: Tensor, _ number: Double, _ numberOnLeft: Bool) -> Tensor {
      guard let rule = numberOnLeft ? right : left else { return y }
      return y.recorded(name, from: x, saves: saves, keepsResult: usesResult) { [self] backward in
        if let withNumber {
          let parts = NumberGradient(x: x, number: number, numberOnLeft: numberOnLeft, backward: backward)
          return try backward.send(0, withNumber(parts))
        }
        let other = try Tensor.scalar(number, x.dtype)
        try backward.send(
          0,
          rule(
            numberOnLeft
              ? BinaryGradient(a: other, b: x, backward: backward) : BinaryGradient(a: x, b: other, backward: backward)
          ).sum(to: x.shape))
      }
    }

    private func refuseZeroDivisor(_ b: Tensor) throws {
      guard name == "floor_divide" || name == "remainder" else { return }
      if try b.toIntegers().contains(0) {
        throw Failure(.numerics, "whole numbers cannot be divided by 0; convert to \"float32\" for inf and nan")
      }
    }
  }
}
