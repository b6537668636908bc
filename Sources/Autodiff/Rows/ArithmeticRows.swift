import Foundation
import Kernels
import Tensors

/// Rows for arithmetic on two tensors, or a tensor and a number.
public enum Arithmetic {
  public static let rows: [Operation] = [
    add, subtract, multiply, divide, floorDivide, remainder, power, maximum, minimum, negate,
  ]

  static let add: Operation = .binary(
    "add", metamethod: "__add", "The sum, elementwise: `a + b`.",
    example: "print(lab.tensor{1, 2} + lab.tensor{10, 20})",
    kernel: .add, saves: false, reference: { $0 + $1 }, left: { try $0.g }, right: { try $0.g },
    withNumber: { try $0.g })

  static let subtract: Operation = .binary(
    "sub", metamethod: "__sub", "The difference, elementwise: `a - b`.", example: "print(lab.tensor{1, 2} - 1)",
    kernel: .subtract, saves: false, reference: { $0 - $1 }, left: { try $0.g }, right: { try -$0.g },
    withNumber: { try $0.numberOnLeft ? -$0.g : $0.g })

  static let multiply: Operation = .binary(
    "mul", metamethod: "__mul", "The product, elementwise: `a * b`. Matrix products are `matmul`.",
    example: "print(lab.tensor{1, 2} * lab.tensor{10, 20})",
    kernel: .multiply, reference: { $0 * $1 }, left: { try $0.g * $0.b }, right: { try $0.g * $0.a },
    withNumber: { try $0.g * $0.number })

  static let divide: Operation = .binary(
    "div", metamethod: "__div", "The quotient, elementwise: `a / b`.",
    notes: "Whole numbers are converted to float32. Division by 0 gives inf or nan.",
    example: "print(lab.tensor{1, 2} / 4)",
    kernel: .divide, floating: true, domains: (-3...3, 0.5...3), reference: { $0 / $1 },
    left: { try $0.g / $0.b }, right: { try -$0.g * $0.a / ($0.b * $0.b) },
    withNumber: { try $0.numberOnLeft ? $0.g * -$0.number / ($0.x * $0.x) : $0.g / $0.number })

  static let floorDivide: Operation = .binary(
    "floor_divide", metamethod: "__idiv", "The quotient rounded down, elementwise: `a // b`.",
    notes: "Its gradient is zero.", example: "print(lab.tensor({7, -7}, \"int64\") // 2)",
    kernel: .floorDivide, domains: (-3...3, 0.5...3), reference: { ($0 / $1).rounded(.down) }, left: nil, right: nil)

  static let remainder: Operation = .binary(
    "remainder", metamethod: "__mod", "What floor division leaves, with the sign of the divisor: `a % b`.",
    formula: "a - b * floor(a / b)", example: "print(lab.tensor({7, -7}, \"int64\") % 3)",
    kernel: .remainder, saves: true, domains: (-3...3, 0.7...0.8), order: 1,
    reference: { $0 - $1 * ($0 / $1).rounded(.down) },
    left: { try $0.g },
    right: { parts in try -parts.g * Recording.without { try floorDivide.call(parts.a, parts.b) } })

  static let power: Operation = .binary(
    "pow", metamethod: "__pow", "The power, elementwise: `a ^ b`.",
    notes: "A negative base with a fractional exponent gives nan.", example: "print(lab.tensor{1, 2, 3} ^ 2)",
    kernel: .power, usesResult: true, domains: (0.3...2, -2...2), reference: { powReference($0, $1) },
    left: { parts in
      // b a^(b-1); where b is 0 the derivative is 0 even at a = 0.
      try parts.g * parts.b * power.call(parts.a, parts.b - 1)
    },
    right: { parts in try parts.g * parts.y * Elementwise.log.call(parts.a) },
    withNumber: { parts in
      if parts.numberOnLeft { return try parts.g * parts.y * Foundation.log(parts.number) }
      if parts.number == 2 { return try parts.g * 2 * parts.x }
      return try parts.g * parts.number * power.call(parts.x, parts.number - 1)
    })

  static let maximum: Operation = .binary(
    "maximum", metamethod: nil, "The greater of two, elementwise; nan if either is nan.",
    notes: "Where both are equal, each side receives half of the gradient.",
    example: "print(lab.tensor{1, -2}:maximum(0))",
    kernel: .maximum, reference: { Swift.max($0, $1) },
    left: { parts in try parts.g * share(parts, .greater) }, right: { parts in try parts.g * share(parts, .less) })

  static let minimum: Operation = .binary(
    "minimum", metamethod: nil, "The lesser of two, elementwise; nan if either is nan.",
    notes: "Where both are equal, each side receives half of the gradient.",
    example: "print(lab.tensor{1, -2}:minimum(0))",
    kernel: .minimum, reference: { Swift.min($0, $1) },
    left: { parts in try parts.g * share(parts, .less) }, right: { parts in try parts.g * share(parts, .greater) })

  static let negate: Operation = .unary(
    "neg", .arithmetic, metamethod: "__unm", "The negative, elementwise: `-x`.", kernel: .negate,
    integerKernel: { 0 &- $0 },
    reference: { -$0 }, gradient: { try -$0.g })

  /// 1 where the comparison holds, one half where both are equal, else 0.
  private static func share(_ parts: BinaryGradient, _ kernel: ComparisonKernel) throws -> Tensor {
    try Recording.without {
      let wins = try Forward.compare(kernel, parts.a, parts.b).converted(to: parts.a.dtype)
      let ties = try Forward.compare(.equal, parts.a, parts.b).converted(to: parts.a.dtype)
      return try wins + ties * 0.5
    }
  }
}
