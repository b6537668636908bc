import Basics
import Foundation
import Kernels
import Tensors

/// Rows for operations that choose between values by a condition or by bounds.
public enum Choices {
  public static let rows: [Operation] = [whereRow, maskedFill, clamp, leakyRelu, elu]

  /// A tensor argument, or a number as a tensor that takes on the dtype of `other`.
  private static func operand(_ arguments: Arguments, _ index: Int, like other: Tensor?) throws -> Tensor {
    if let tensor = arguments.optionalTensor(index) { return tensor }
    return try .scalar(arguments.number(index), other?.dtype ?? .float32)
  }

  static let whereRow: Operation = Operation(
    "where", .comparison,
    [
      .tensor("condition", "a bool tensor"), .tensorOrNumber("a", "the values where it holds"),
      .tensorOrNumber("b", "the values elsewhere"),
    ],
    "Chooses between two values for each element; all three broadcast together.", formula: "condition ? a : b",
    example: "local x = lab.tensor{-1, 2}\nprint(x:gt(0):where(x, 0))",
    check: .init(samples: [
      Sample(.mask([3, 4]), .normal([3, 4]), .normal([3, 4])), Sample(.mask([3, 1]), .normal([4]), .normal([])),
      Sample(.mask([4]), .normal([3, 4]), .number(2)), Sample(.mask([4]), .number(-1), .normal([4])),
      Sample(.mask([0, 4]), .normal([4]), .normal([0, 1])),
    ]) { values in
      let (condition, a, b) = (try values.array(0), try values.array(1), try values.array(2))
      let both = Shape.broadcast(Shape(unchecked: a.shape), Shape(unchecked: b.shape)) ?? []
      let shape = Shape.broadcast(both, Shape(unchecked: condition.shape)) ?? []
      return [Plain(Array(shape)) { condition.broadcast(at: $0) != 0 ? a.broadcast(at: $0) : b.broadcast(at: $0) }]
    },
    body: .general { arguments in
      let a = try operand(arguments, 1, like: arguments.optionalTensor(2))
      let b = try operand(arguments, 2, like: arguments.optionalTensor(1))
      return [.tensor(try a.chosen(where: arguments.tensor(0), else: b))]
    })

  static let maskedFill: Operation = Operation(
    "masked_fill", .indexing,
    [
      .tensor(), .tensor("mask", "a bool tensor that broadcasts with x"),
      .number("value", "what to put where the mask holds"),
    ],
    "A copy with one value wherever a mask holds.",
    example: "local x = lab.tensor{-1, 2}\nprint(x:masked_fill(x:lt(0), 0))",
    check: .init(samples: [
      Sample(.normal([3, 4]), .mask([3, 4]), .number(7)), Sample(.normal([3, 4]), .mask([4]), .number(-.infinity)),
      Sample(.ids([3], 1...9), .mask([3]), .number(2)),
    ]) { values in
      let (x, mask, value) = (try values.array(0), try values.array(1), try values.arguments.number(2))
      return [Plain(x.shape) { mask.broadcast(at: $0) != 0 ? value : x[$0] }]
    },
    body: .general { arguments in
      let (x, value) = (try arguments.tensor(0), try arguments.number(2))
      if x.dtype == .int64 && Int64(exactly: value) == nil {
        throw Failure(.dtype, "\(value) is not a whole number, but the tensor is int64; convert with :to(\"float32\")")
      }
      return [.tensor(try Tensor.scalar(value, x.dtype).chosen(where: arguments.tensor(1), else: x))]
    })

  private static func bound(_ arguments: Arguments, _ index: Int, _ dtype: DType) throws -> Tensor? {
    if let tensor = arguments.optionalTensor(index) { return tensor }
    guard let number = arguments.optionalNumber(index) else { return nil }
    return try .scalar(number, dtype)
  }

  static let clamp: Operation = Operation(
    "clamp", .elementwise,
    [
      .tensor(),
      Parameter("min", .tensor(orNumber: true), default: Parameter.Fallback.none, "the least value, or nil for none"),
      Parameter(
        "max", .tensor(orNumber: true), default: Parameter.Fallback.none, "the greatest value, or nil for none"),
    ],
    "Limited to a range, elementwise.", formula: "min(max(x, lower), upper)",
    notes:
      "The gradient goes to x inside of the range and on its bounds, else to the bound. nan stays nan. Where the bounds cross, max wins.",
    example: "print(lab.tensor{-2, 0.5, 3}:clamp(0, 1))",
    check: .init(samples: [
      Sample(.uniform([3, 4], -3, 3), .number(-1), .number(1.5)), Sample(.uniform([3, 4], -3, 3), .none, .number(1)),
      Sample(.uniform([3, 4], -3, 3), .number(0.5), .none),
      Sample(.uniform([3, 4], -3, 3), .uniform([4], -1, 0), .uniform([3, 1], 0, 1)),
      Sample(.uniform([3, 4], -3, 3), .number(1), .number(-1)), Sample(.ids([5], 1...9), .number(3), .number(5)),
    ]) { values in
      let x = try values.array(0)
      func bound(_ index: Int) throws -> Plain? {
        if case .other(.none) = values[index] { nil } else { try values.array(index) }
      }
      let (low, high) = (try bound(1), try bound(2))
      return [
        Plain(x.shape) { place in
          let raised = low.map { Swift.max(x[place], $0.broadcast(at: place)) } ?? x[place]
          return high.map { Swift.min(raised, $0.broadcast(at: place)) } ?? raised
        }
      ]
    },
    body: .general { arguments in
      let x = try arguments.tensor(0)
      if arguments.optionalTensor(1) == nil && arguments.optionalTensor(2) == nil {
        return [.tensor(try x.clamped(arguments.optionalNumber(1), arguments.optionalNumber(2)))]
      }
      var y = x
      if let low = try bound(arguments, 1, x.dtype) {
        let (a, b) = try Promotion.align(y, low)
        y = try b.chosen(where: Forward.compare(.less, a, b), else: a)
      }
      if let high = try bound(arguments, 2, x.dtype) {
        let (a, b) = try Promotion.align(y, high)
        y = try b.chosen(where: Forward.compare(.greater, a, b), else: a)
      }
      return [.tensor(y)]
    })

  static let leakyRelu: Operation = Operation(
    "leaky_relu", .activation, [.tensor(), .number("slope", default: 0.01, "the slope below 0")],
    "The rectified linear unit with a small slope below 0.", formula: "x where positive, else slope * x",
    notes: "The gradient at 0 is the slope.",
    source: "Maas, Hannun and Ng 2013, Rectifier Nonlinearities Improve Neural Network Acoustic Models",
    example: "print(lab.tensor{-1, 2}:leaky_relu(0.1))",
    check: .init(samples: [Sample(.uniform([3, 4], -3, 3), .number(0.01)), Sample(.uniform([5], -3, 3), .number(0.3))])
    { values in
      let slope = try values.arguments.number(1)
      return [try values.array(0).map { $0 > 0 ? $0 : slope * $0 }]
    },
    body: .general { arguments in
      let x = try Promotion.floating(arguments.tensor(0))
      let slopes = try Forward.select(
        Forward.compare(.greater, x, number: 0), .scalar(1, x.dtype), .scalar(arguments.number(1), x.dtype))
      return [.tensor(try x * slopes)]
    })

  static let elu: Operation = Operation(
    "elu", .activation, [.tensor(), .number("alpha", default: 1, "minus the limit for very negative numbers")],
    "The exponential linear unit.", formula: "x where positive, else alpha * (e^x - 1)",
    source:
      "Clevert, Unterthiner and Hochreiter 2015, Fast and Accurate Deep Network Learning by Exponential Linear Units",
    example: "print(lab.tensor{-1, 2}:elu())",
    check: .init(samples: [Sample(.uniform([3, 4], -3, 3), .number(1)), Sample(.uniform([5], -3, 3), .number(0.5))]) {
      values in
      let alpha = try values.arguments.number(1)
      return [try values.array(0).map { $0 > 0 ? $0 : alpha * Foundation.expm1($0) }]
    },
    body: .general { [.tensor(try $0.tensor(0).elu(alpha: $0.number(1)))] })
}

extension Tensor {
  /// Limited to numbers; the gradient passes where x lies inside.
  public func clamped(_ low: Double?, _ high: Double?) throws -> Tensor {
    var y = self
    if let low { y = try Forward.binary(.maximum, y, number: low) }
    if let high { y = try Forward.binary(.minimum, y, number: high) }
    if y === self { return try clone() }
    return movedByMask("clamp", y) { x in
      let above = try low.map { try Forward.compare(.greaterOrEqual, x, number: $0) }
      let below = try high.map { try Forward.compare(.lessOrEqual, x, number: $0) }
      guard let above, let below else { return above ?? below }
      return try Forward.compare(.and, above, below)
    }
  }

  /// Records a function whose gradient passes where a mask of the input holds, and is 0 elsewhere.
  private func movedByMask(_ name: String, _ y: Tensor, _ mask: @escaping (Tensor) throws -> Tensor?) -> Tensor {
    guard isTracked else { return y }
    return y.recorded(name, [self], saving: [self]) { backward in
      guard let mask = try mask(self) else { return }
      try backward.send(0, backward.gradient.chosen(where: mask, else: .scalar(0, self.dtype)))
    }
  }

  /// Exponential linear unit.
  public func elu(alpha: Double = 1) throws -> Tensor {
    let x = try Promotion.floating(self)
    let isPositive = try Forward.compare(.greater, x, number: 0)
    let y = try Recording.without {
      try Forward.select(isPositive, x, Forward.binary(.multiply, Forward.unary(.expm1, x), number: alpha))
    }
    guard x.isTracked else { return y }
    return y.recorded("elu", [x], keepsResult: true) { backward in
      // Below 0 the slope is alpha e^x = y + alpha.
      let slope = try Tensor.scalar(1, x.dtype).chosen(where: isPositive, else: backward.result() + alpha)
      try backward.send(0, backward.gradient * slope)
    }
  }
}
