import Basics
import Tensors

/// Losses of preferences and of forgetting, from log-probabilities of whole sequences, one for each example.
extension Tensor {
  /// Direct preference optimisation (Rafailov et al. 2023), with label smoothing as conservative DPO has it; this tensor
  /// holds the summed log-probabilities of the chosen answers.
  public func directPreference(
    over rejected: Tensor, referenceChosen: Tensor, referenceRejected: Tensor, beta: Double = 0.1,
    labelSmoothing: Double = 0, reduction: LossReduction = .mean
  ) throws -> Tensor {
    try Tensor.requirePositive(beta, "beta")
    let (chosen, other) = try Tensor.pair(self, rejected, "chosen", "rejected")
    let reference = try Tensor.pair(chosen, referenceChosen, "chosen", "reference_chosen").1
    let otherReference = try Tensor.pair(chosen, referenceRejected, "chosen", "reference_rejected").1
    let margin = try ((chosen - reference) - (other - otherReference)) * beta
    return try reduction.apply(Tensor.preference(margin, labelSmoothing))
  }

  /// Simple preference optimisation (Meng, Xia and Chen 2024); this tensor holds mean log-probabilities of the chosen
  /// answers.
  public func simplePreference(
    over rejected: Tensor, beta: Double = 2, gamma: Double = 1, labelSmoothing: Double = 0,
    reduction: LossReduction = .mean
  ) throws -> Tensor {
    try Tensor.requirePositive(beta, "beta")
    let (chosen, other) = try Tensor.pair(self, rejected, "chosen", "rejected")
    return try reduction.apply(Tensor.preference((chosen - other) * beta - gamma, labelSmoothing))
  }

  /// The odds-ratio term of ORPO (Hong, Lee and Thorne 2024), from mean log-probabilities.
  public func oddsRatioPreference(over rejected: Tensor, reduction: LossReduction = .mean) throws -> Tensor {
    let (chosen, other) = try Tensor.pair(self, rejected, "chosen", "rejected")
    func logOdds(_ x: Tensor) throws -> Tensor { try x - Elementwise.log.call(-Elementwise.expm1.call(x)) }
    return try reduction.apply(Activations.softplus.call(logOdds(other) - logOdds(chosen)))
  }

  /// Kahneman-Tversky optimisation (Ethayarajh et al. 2024): each answer by itself is desirable or not.
  ///
  /// - Parameter divergence: the reference point, an estimate of KL(policy || reference), one number; 0 when `nil`.
  public func prospectPreference(
    reference: Tensor, desirable: Tensor, divergence: Tensor? = nil, beta: Double = 0.1, desirableWeight: Double = 1,
    undesirableWeight: Double = 1, reduction: LossReduction = .mean
  ) throws -> Tensor {
    try Tensor.requirePositive(beta, "beta")
    let (policy, base) = try Tensor.pair(self, reference, "policy", "reference")
    guard desirable.dtype == .bool, desirable.shape == policy.shape else {
      throw Failure(
        .shape,
        "desirable must be a bool tensor of shape \(policy.shape), found \(desirable.dtype.name) of shape \(desirable.shape)"
      )
    }
    var gain = try policy - base
    if let divergence {
      guard divergence.count == 1 else {
        throw Failure(.shape, "kl must be a single number, found shape \(divergence.shape)")
      }
      gain = try gain - Promotion.align(divergence, gain).0.reshape([])
    }
    let dtype = policy.dtype
    let sign = try Forward.select(desirable, .scalar(1, dtype), .scalar(-1, dtype))
    let weight = try Forward.select(desirable, .scalar(desirableWeight, dtype), .scalar(undesirableWeight, dtype))
    // 1 - sigmoid(x) = sigmoid(-x)
    return try reduction.apply(weight * Activations.sigmoid.call(-(sign * gain * beta)))
  }

  /// Negative preference optimisation (Zhang et al. 2024) of answers to forget, this tensor, against a reference.
  public func negativePreference(reference: Tensor, beta: Double = 0.1, reduction: LossReduction = .mean) throws
    -> Tensor
  {
    try Tensor.requirePositive(beta, "beta")
    let (forget, base) = try Tensor.pair(self, reference, "forget", "reference")
    return try reduction.apply(Activations.softplus.call((forget - base) * beta) * (2 / beta))
  }

  /// Its form without a reference (Fan et al. 2024, SimNPO); this tensor holds mean log-probabilities.
  public func simpleNegativePreference(beta: Double = 2.5, gamma: Double = 0, reduction: LossReduction = .mean) throws
    -> Tensor
  {
    try Tensor.requirePositive(beta, "beta")
    return try reduction.apply(Activations.softplus.call(Promotion.floating(self) * beta + gamma) * (2 / beta))
  }

  /// `-log sigmoid(margin)`, with a share of the opposite.
  private static func preference(_ margin: Tensor, _ smoothing: Double) throws -> Tensor {
    guard (0...0.5).contains(smoothing) else {
      throw Failure(.range, "label_smoothing must lie between 0 and 0.5, found \(smoothing)")
    }
    let loss = try Activations.softplus.call(-margin)
    // softplus(m) = softplus(-m) + m
    return smoothing == 0 ? loss : try loss + margin * smoothing
  }

  static func requirePositive(_ value: Double, _ name: String) throws {
    guard value > 0, value.isFinite else {
      throw Failure(.range, "\(name) must be a positive number, found \(value)")
    }
  }
}
