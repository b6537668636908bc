import Basics
import Foundation
import Tensors

/// How two distributions are compared in distillation.
public enum DistillationKind: String, CaseIterable, Sendable {
  /// KL(teacher || student), which covers all that the teacher does.
  case forward
  /// KL(student || teacher), which keeps to what the teacher does most.
  case reverse
  /// The generalised Jensen-Shannon divergence between the two.
  case jensenShannon = "jensen_shannon"
}

extension Tensor {
  /// The divergence between these logits, the student's, and the teacher's, at a temperature and times its square (Hinton,
  /// Vinyals and Dean 2015), so that gradients keep their size.
  ///
  /// - Parameter mix: the teacher's share in the mixture that Jensen-Shannon compares with.
  public func distillation(
    _ teacher: Tensor, kind: DistillationKind = .forward, temperature: Double = 1, mix: Double = 0.5,
    weights: Tensor? = nil, reduction: LossReduction = .mean
  ) throws -> Tensor {
    try Tensor.requireTemperature(temperature)
    guard mix > 0, mix < 1 else { throw Failure(.range, "mix must lie between 0 and 1, found \(mix)") }
    let (z, t) = try Tensor.pair(self, teacher, "student logits", "teacher logits")
    guard z.rank >= 1 else { throw Failure(.shape, "needs logits {..., classes}, found single numbers") }
    let last = z.rank - 1
    let q = try (z * (1 / temperature)).logSoftmax(last)
    let p = try (t * (1 / temperature)).logSoftmax(last)
    func divergence(_ a: Tensor, _ b: Tensor) throws -> Tensor { try (a.exp() * (a - b)).sum([last]) }
    let losses: Tensor
    switch kind {
    case .forward: losses = try divergence(p, q)
    case .reverse: losses = try divergence(q, p)
    case .jensenShannon:
      let both = try Tensor.stack([p + Foundation.log(mix), q + Foundation.log(1 - mix)], dim: 0).logSumExp([0])
      losses = try divergence(p, both) * mix + divergence(q, both) * (1 - mix)
    }
    return try PositionWeights.reduce(losses * (temperature * temperature), weights, reduction)
  }
}
