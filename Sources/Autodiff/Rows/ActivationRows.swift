import Foundation
import Kernels
import Tensors

/// Rows for the activations of neural networks.
public enum Activations {
  public static let rows: [Operation] = [relu, sigmoid, silu, softplus, gelu]

  static let relu: Operation = .unary(
    "relu", .activation, "The rectified linear unit.", formula: "max(x, 0)", notes: "The gradient at 0 is 0.",
    source: "Nair and Hinton 2010, Rectified Linear Units Improve Restricted Boltzmann Machines",
    kernel: .relu, integerKernel: { Swift.max(0, $0) }, slope: .whenPositive,
    reference: { Swift.max(0, $0) }, gradient: { try $0.g * positive($0.x) })

  static let sigmoid: Operation = .unary(
    "sigmoid", .activation, "The logistic function.", formula: "1 / (1 + e^-x)", kernel: .sigmoid, usesResult: true,
    slope: .sigmoidSlope, bend: { product, y in try product * (1 - y * 2) },
    reference: { 1 / (1 + Foundation.exp(-$0)) }, gradient: { try $0.g * $0.y * (1 - $0.y) })

  static let silu: Operation = .unary(
    "silu", .activation, "The sigmoid-weighted linear unit, also called swish.", formula: "x * sigmoid(x)",
    source:
      "Elfwing, Uchibe and Doya 2017, Sigmoid-Weighted Linear Units for Neural Network Function Approximation in Reinforcement Learning",
    kernel: .silu, slope: .siluSlope, reference: { $0 / (1 + Foundation.exp(-$0)) },
    gradient: { parts in
      let s = try sigmoid.call(parts.x)
      return try parts.g * s * (1 + parts.x * (1 - s))
    })

  static let softplus: Operation = .unary(
    "softplus", .activation, "A smooth form of relu.", formula: "log(1 + e^x)", kernel: .softplus,
    slope: .softplusSlope, reference: { Swift.max($0, 0) + Foundation.log1p(Foundation.exp(-Swift.abs($0))) },
    gradient: { try $0.g * sigmoid.call($0.x) })

  static let gelu: Operation = Operation(
    "gelu", .activation,
    [
      .tensor(),
      .option(
        "approximate", .choice(["none", "tanh"]), default: .text("none"), "\"tanh\" for the form that GPT-2 uses"),
    ],
    "The Gaussian error linear unit.",
    formula: "x * Phi(x); tanh form: x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3)))",
    source: "Hendrycks and Gimpel 2016, Gaussian Error Linear Units",
    example: "print(lab.tensor{-1, 0, 1}:gelu{approximate = \"tanh\"})",
    check: .init(
      samples: [
        Sample(.uniform([3, 4], -3, 3), .text("none")), Sample(.uniform([3, 4], -3, 3), .text("tanh")),
      ]
    ) { values in
      let tanhForm = values.arguments.text(1) == "tanh"
      return [
        try values.array(0).map { x in
          tanhForm
            ? x / 2 * (1 + Foundation.tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
            : x / 2 * (1 + Foundation.erf(x / 2.0.squareRoot()))
        }
      ]
    },
    body: .general { [.tensor(try $0.tensor(0).gelu(tanhForm: $0.text(1) == "tanh"))] })

  /// 1 where positive, else 0; not differentiable further.
  static func positive(_ x: Tensor) throws -> Tensor {
    try Recording.without { try Forward.compare(.greater, x, number: 0).converted(to: x.dtype) }
  }
}

extension Tensor {
  public func relu() throws -> Tensor { try Activations.relu.call(self) }
  public func sigmoid() throws -> Tensor { try Activations.sigmoid.call(self) }
  public func silu() throws -> Tensor { try Activations.silu.call(self) }
  public func tanh() throws -> Tensor { try Elementwise.tanh.call(self) }
  public func exp() throws -> Tensor { try Elementwise.exp.call(self) }
  public func log() throws -> Tensor { try Elementwise.log.call(self) }
  public func squareRoot() throws -> Tensor { try Elementwise.squareRoot.call(self) }

  /// Gaussian error linear unit, exact or in its tanh form.
  public func gelu(tanhForm: Bool = false) throws -> Tensor {
    let x = try Promotion.floating(self)
    let y = try Forward.unary(tanhForm ? .geluTanh : .gelu, x)
    guard x.isTracked else { return y }
    return y.recorded("gelu", [x], saving: [x]) { backward in
      if !Recording.isOn {
        return try backward.send(0, Forward.binary(tanhForm ? .geluTanhSlope : .geluSlope, x, backward.gradient))
      }
      try backward.send(
        0, tanhForm ? Tensor.geluTanhSlope(x) * backward.gradient : Tensor.geluSlope(x) * backward.gradient)
    }
  }

  /// Phi(x) + x phi(x)
  private static func geluSlope(_ x: Tensor) throws -> Tensor {
    let cumulative = try (Elementwise.erf.call(x * 0.5.squareRoot()) + 1) * 0.5
    let density = try (x * x * -0.5).exp() * (1 / (2 * Double.pi).squareRoot())
    return try cumulative + x * density
  }

  /// The product rule on x/2 (1 + t), t = tanh(u), u = c (x + a x^3).
  private static func geluTanhSlope(_ x: Tensor) throws -> Tensor {
    let c = (2 / Double.pi).squareRoot()
    let a = 0.044715
    let t = try (x * (x * x * a + 1) * c).tanh()
    let inner = try (x * x * (3 * a) + 1) * c
    return try (t + 1) * 0.5 + x * 0.5 * (1 - t * t) * inner
  }
}
