import Foundation
import Kernels
import Tensors

/// Rows for the less common functions of angles and their inverses.
public enum Trigonometry {
  public static let rows: [Operation] = [tan, asin, acos, atan, sinh, cosh]

  static let tan: Operation = .unary(
    "tan", .elementwise, "The tangent; angles in radians.", kernel: .tan, usesResult: true, domain: -1.2...1.2,
    reference: { Foundation.tan($0) }, gradient: { try $0.g * ($0.y * $0.y + 1) })

  static let asin: Operation = .unary(
    "asin", .elementwise, "The angle in radians whose sine this is.", notes: "nan outside of -1 to 1.",
    example: "print(lab.tensor{0, 0.5, 1}:asin())", kernel: .asin, domain: -0.9...0.9,
    reference: { Foundation.asin($0) }, gradient: { try $0.g * rootOfOneMinusSquare($0.x) })

  static let acos: Operation = .unary(
    "acos", .elementwise, "The angle in radians whose cosine this is.", notes: "nan outside of -1 to 1.",
    example: "print(lab.tensor{0, 0.5, 1}:acos())", kernel: .acos, domain: -0.9...0.9,
    reference: { Foundation.acos($0) }, gradient: { try -$0.g * rootOfOneMinusSquare($0.x) })

  static let atan: Operation = .unary(
    "atan", .elementwise, "The angle in radians whose tangent this is.", kernel: .atan,
    reference: { Foundation.atan($0) },
    gradient: { try $0.g / ($0.x * $0.x + 1) })

  static let sinh: Operation = .unary(
    "sinh", .elementwise, "The hyperbolic sine.", formula: "(e^x - e^-x) / 2", kernel: .sinh,
    reference: { Foundation.sinh($0) }, gradient: { try $0.g * cosh.call($0.x) })

  static let cosh: Operation = .unary(
    "cosh", .elementwise, "The hyperbolic cosine.", formula: "(e^x + e^-x) / 2", kernel: .cosh,
    reference: { Foundation.cosh($0) }, gradient: { try $0.g * sinh.call($0.x) })

  /// 1 / sqrt(1 - x^2)
  private static func rootOfOneMinusSquare(_ x: Tensor) throws -> Tensor {
    try Elementwise.reciprocalSquareRoot.call(1 - x * x)
  }
}
