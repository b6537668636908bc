import Foundation
import Kernels
import Tensors

func powReference(_ a: Double, _ b: Double) -> Double { Foundation.pow(a, b) }

/// Rows for functions of each element.
public enum Elementwise {
  public static let rows: [Operation] = [
    exp, expm1, log, log1p, squareRoot, reciprocalSquareRoot, absolute, sign, floor, ceil, round, truncate, square,
    reciprocal,
    sin, cos, tanh, erf, lgamma, digamma,
  ]

  static let exp: Operation = .unary(
    "exp", .elementwise, "The exponential function.", formula: "e^x", kernel: .exp, usesResult: true,
    reference: { Foundation.exp($0) }, gradient: { try $0.g * $0.y })

  static let expm1: Operation = .unary(
    "expm1", .elementwise, "The exponential minus one, exact near 0.", formula: "e^x - 1", kernel: .expm1,
    usesResult: true,
    reference: { Foundation.expm1($0) }, gradient: { try $0.g * ($0.y + 1) })

  static let log: Operation = .unary(
    "log", .elementwise, "The natural logarithm.", notes: "-inf at 0, nan below.", kernel: .log, domain: 0.2...3,
    reference: { Foundation.log($0) }, gradient: { try $0.g / $0.x })

  static let log1p: Operation = .unary(
    "log1p", .elementwise, "The logarithm of 1 + x, exact near 0.", formula: "log(1 + x)", kernel: .log1p,
    domain: -0.8...3,
    reference: { Foundation.log1p($0) }, gradient: { try $0.g / ($0.x + 1) })

  static let squareRoot: Operation = .unary(
    "sqrt", .elementwise, "The square root.", notes: "nan below 0.", kernel: .squareRoot, usesResult: true,
    domain: 0.2...3,
    reference: { $0.squareRoot() }, gradient: { try $0.g * 0.5 / $0.y })

  static let reciprocalSquareRoot: Operation = .unary(
    "rsqrt", .elementwise, "One over the square root.", formula: "1 / sqrt(x)", kernel: .reciprocalSquareRoot,
    usesResult: true,
    domain: 0.2...3, reference: { 1 / $0.squareRoot() }, gradient: { try $0.g * -0.5 * $0.y * $0.y * $0.y })

  static let absolute: Operation = .unary(
    "abs", .elementwise, "The absolute value.", notes: "The gradient at 0 is 0.", kernel: .absolute,
    integerKernel: { $0 < 0 ? 0 &- $0 : $0 }, reference: { Swift.abs($0) },
    gradient: { parts in try parts.g * Recording.without { try Forward.unary(.sign, parts.x) } })

  static let sign: Operation = .unary(
    "sign", .elementwise, "-1, 0 or 1, as the number is negative, zero or positive.", notes: "Its gradient is zero.",
    kernel: .sign,
    integerKernel: { $0.signum() }, reference: { $0 > 0 ? 1 : ($0 < 0 ? -1 : 0) }, gradient: nil)

  static let floor: Operation = .unary(
    "floor", .elementwise, "Rounded down to a whole number.", notes: "Its gradient is zero.", kernel: .floor,
    integerKernel: { $0 },
    reference: { $0.rounded(.down) }, gradient: nil)

  static let ceil: Operation = .unary(
    "ceil", .elementwise, "Rounded up to a whole number.", notes: "Its gradient is zero.", kernel: .ceil,
    integerKernel: { $0 },
    reference: { $0.rounded(.up) }, gradient: nil)

  static let round: Operation = .unary(
    "round", .elementwise, "Rounded to the nearest whole number, halves to the even one.",
    notes: "Its gradient is zero.",
    kernel: .round, integerKernel: { $0 }, reference: { $0.rounded(.toNearestOrEven) }, gradient: nil)

  static let truncate: Operation = .unary(
    "trunc", .elementwise, "Rounded towards zero to a whole number.", notes: "Its gradient is zero.", kernel: .truncate,
    integerKernel: { $0 }, reference: { $0.rounded(.towardZero) }, gradient: nil)

  static let square: Operation = .unary(
    "square", .elementwise, "The square.", formula: "x * x", kernel: .square, integerKernel: { $0 &* $0 },
    slope: .squareSlope, bend: { product, _ in try product * 2 }, reference: { $0 * $0 },
    gradient: { try $0.g * ($0.x * 2) })

  static let reciprocal: Operation = .unary(
    "reciprocal", .elementwise, "One over the number.", formula: "1 / x", kernel: .reciprocal, usesResult: true,
    domain: 0.3...3,
    reference: { 1 / $0 }, gradient: { try -$0.g * $0.y * $0.y })

  static let sin: Operation = .unary(
    "sin", .elementwise, "The sine; angles in radians.", kernel: .sin, reference: { Foundation.sin($0) },
    gradient: { try $0.g * cos.call($0.x) })

  static let cos: Operation = .unary(
    "cos", .elementwise, "The cosine; angles in radians.", kernel: .cos, reference: { Foundation.cos($0) },
    gradient: { try -$0.g * sin.call($0.x) })

  static let tanh: Operation = .unary(
    "tanh", .activation, "The hyperbolic tangent.", kernel: .tanh, usesResult: true, slope: .tanhSlope,
    bend: { product, y in try product * y * -2 },
    reference: { Foundation.tanh($0) },
    gradient: { try $0.g * (1 - $0.y * $0.y) })

  static let erf: Operation = .unary(
    "erf", .elementwise, "The error function.", formula: "2 / sqrt(pi) * integral of exp(-t^2) from 0 to x",
    kernel: .erf,
    reference: { Foundation.erf($0) },
    gradient: { try $0.g * exp.call(-($0.x * $0.x)) * (2 / Double.pi.squareRoot()) })

  static let lgamma: Operation = .unary(
    "lgamma", .elementwise, "The logarithm of the absolute value of the gamma function.", kernel: .lgamma,
    domain: 0.5...4,
    reference: { Foundation.lgamma($0) }, gradient: { try $0.g * digamma.call($0.x) })

  static let digamma: Operation = .unary(
    "digamma", .elementwise, "The derivative of lgamma.", kernel: .digamma, domain: 0.5...4, order: 1,
    reference: { x in
      // psi(x) = psi(x + 1) - 1/x, and the asymptotic series from 30 on.
      var (x, sum) = (x, 0.0)
      while x < 30 { (sum, x) = (sum - 1 / x, x + 1) }
      let s = 1 / (x * x)
      return sum + Foundation.log(x) - 0.5 / x - s * (1 / 12.0 - s * (1 / 120.0 - s * (1 / 252.0 - s / 240)))
    },
    gradient: { parts in try parts.g * Recording.without { try Forward.unary(.trigamma, parts.x) } })
}
