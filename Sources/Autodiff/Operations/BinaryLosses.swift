import Basics
import Tensors

/// Losses of yes-or-no predictions.
extension Tensor {
  /// `-(t log p + (1 - t) log(1 - p))` for probabilities; logarithms are cut off at -100, so that no loss is infinite.
  public func binaryCrossEntropy(_ targets: Tensor, weight: Tensor? = nil, reduction: LossReduction = .mean) throws
    -> Tensor
  {
    let (p, t) = try Tensor.pair(self, targets, "probabilities")
    for value in [try Forward.compare(.less, p, number: 0), try Forward.compare(.greater, p, number: 1)] {
      if try value.converted(to: .int64).sum().element(0) > 0 {
        throw Failure(
          .range, "probabilities must lie between 0 and 1; for raw scores use binary_cross_entropy_with_logits")
      }
    }
    let y = try Recording.without {
      let yes = try Arithmetic.maximum.call(p.log(), -100)
      let no = try Arithmetic.maximum.call(Elementwise.log1p.call(-p), -100)
      return try -(t * yes + (1 - t) * no)
    }
    if Recording.isOn, p.requiresGradient || t.requiresGradient {
      _ = y.recorded("binary_cross_entropy", [p, t], saving: [p, t]) { backward in
        let g = try backward.gradient
        try backward.send(0, g * (p - t) / Arithmetic.maximum.call(p * (1 - p), 1e-12))
        try backward.send(
          1, g * (Arithmetic.maximum.call(Elementwise.log1p.call(-p), -100) - Arithmetic.maximum.call(p.log(), -100)))
      }
    }
    return try reduction.apply(weight.map { try y * Promotion.align($0, y).0 } ?? y)
  }

  /// Binary cross entropy of `sigmoid(self)`, without overflow.
  ///
  /// - Parameter positiveWeight: a factor for the loss of positive targets; broadcasts.
  public func binaryCrossEntropyWithLogits(
    _ targets: Tensor, weight: Tensor? = nil, positiveWeight: Tensor? = nil, reduction: LossReduction = .mean
  ) throws -> Tensor {
    let (x, t) = try Tensor.pair(self, targets, "logits")
    var y: Tensor
    if let positiveWeight {
      let extra = try Promotion.align(positiveWeight, x).0 - 1
      y = try (1 - t) * x + (t * extra + 1) * Activations.softplus.call(-x)
    } else {
      y = try Activations.softplus.call(x) - x * t
    }
    if let weight { y = try y * Promotion.align(weight, y).0 }
    return try reduction.apply(y)
  }

  /// Two tensors of one floating dtype and of equal shapes: a loss that broadcast would hide a mistake.
  static func pair(_ a: Tensor, _ b: Tensor, _ what: String, _ other: String = "targets") throws -> (Tensor, Tensor) {
    let x = try Promotion.floating(a)
    let (left, right) = try Promotion.align(x, b)
    guard left.shape == right.shape else {
      throw Failure(
        .shape,
        "\(what) of shape \(left.shape) and \(other) of shape \(right.shape) must have one shape; losses do not broadcast"
      )
    }
    return (left, right)
  }
}
