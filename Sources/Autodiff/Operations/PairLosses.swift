import Basics
import Tensors

/// Losses of numbers and of vectors against each other.
extension Tensor {
  public func meanSquaredError(_ targets: Tensor, reduction: LossReduction = .mean) throws -> Tensor {
    let (x, t) = try Tensor.pair(self, targets, "predictions")
    return try reduction.apply(Elementwise.square.call(x - t))
  }

  public func absoluteError(_ targets: Tensor, reduction: LossReduction = .mean) throws -> Tensor {
    let (x, t) = try Tensor.pair(self, targets, "predictions")
    return try reduction.apply(Elementwise.absolute.call(x - t))
  }

  /// Quadratic up to `delta`, linear beyond (Huber 1964).
  public func huberLoss(_ targets: Tensor, delta: Double = 1, reduction: LossReduction = .mean) throws -> Tensor {
    guard delta > 0, delta.isFinite else { throw Failure(.range, "delta must be a positive number, found \(delta)") }
    let (x, t) = try Tensor.pair(self, targets, "predictions")
    let distance = try Elementwise.absolute.call(x - t)
    // c (e - c / 2) with c = min(e, delta) is e^2 / 2 below delta and delta (e - delta / 2) above.
    let cut = try Arithmetic.minimum.call(distance, delta)
    return try reduction.apply(cut * (distance - cut * 0.5))
  }

  /// One minus the cosine of the angle between vectors along the last dimension.
  public func cosineLoss(_ other: Tensor, epsilon: Double = 1e-8, reduction: LossReduction = .mean) throws -> Tensor {
    let (a, b) = try Tensor.pair(self, other, "vectors", "others")
    guard a.rank >= 1 else { throw Failure(.shape, "needs vectors along the last dimension, found single numbers") }
    let last = a.rank - 1
    let squares = try (a * a).sum([last]) * (b * b).sum([last])
    let lengths = try Arithmetic.maximum.call(squares, epsilon * epsilon).squareRoot()
    return try reduction.apply(1 - (a * b).sum([last]) / lengths)
  }

  /// `max(|a - p| - |a - n| + margin, 0)` for vectors along the last dimension, this tensor being the anchor.
  public func tripletLoss(
    _ positive: Tensor, _ negative: Tensor, margin: Double = 1, epsilon: Double = 1e-6, reduction: LossReduction = .mean
  ) throws -> Tensor {
    let (anchor, near) = try Tensor.pair(self, positive, "anchors", "positives")
    let far = try Tensor.pair(anchor, negative, "anchors", "negatives").1
    guard anchor.rank >= 1 else {
      throw Failure(.shape, "needs vectors along the last dimension, found single numbers")
    }
    // The small number keeps the slope of the distance finite where two vectors coincide.
    func distance(_ other: Tensor) throws -> Tensor {
      try Elementwise.square.call(anchor - other + epsilon).sum([anchor.rank - 1]).squareRoot()
    }
    return try reduction.apply((distance(near) - distance(far) + margin).relu())
  }

  /// `max(margin - t * score, 0)` for targets 1 and -1.
  public func hingeLoss(_ targets: Tensor, margin: Double = 1, reduction: LossReduction = .mean) throws -> Tensor {
    let (x, t) = try Tensor.pair(self, targets, "scores")
    return try reduction.apply((margin - x * t).relu())
  }
}
