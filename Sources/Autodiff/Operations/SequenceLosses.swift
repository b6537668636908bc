import Basics
import Kernels
import Tensors

/// Losses over tokens: the log-probability of sequences, and what should not be said.
extension Tensor {
  /// The log-probability of sequences of class ids `{..., length}` under these logits `{..., length, classes}`.
  ///
  /// - Parameters:
  ///   - ignore: ids that do not count, such as padding or the prompt.
  ///   - weights: a factor for each position, or for each sequence.
  ///   - average: the mean over what counts in place of the sum; nan where nothing does.
  public func sequenceLogProbability(
    _ targets: Tensor, ignore: Int? = nil, weights: Tensor? = nil, average: Bool = false
  ) throws -> Tensor {
    let z = try Promotion.floating(self)
    let classes = try ClassTargets(targets, logits: z, ignore: ignore)
    guard targets.rank >= 1 else {
      throw Failure(.shape, "needs sequences of ids {..., length}, found a single id")
    }
    var logs = try -z.crossEntropy(targets, ignore: ignore, reduction: .none)
    var counting = try classes.counting(logs.dtype)
    if let weights {
      let factors = try PositionWeights.fitting(weights, logs)
      logs = try logs * factors
      counting = try counting * factors
    }
    let last = logs.rank - 1
    let total = try logs.sum([last])
    return average ? try total / counting.sum([last]) : total
  }

  /// Unlikelihood (Welleck et al. 2020): `-log(1 - p)` of what should not be said.
  ///
  /// - Parameter targets: class ids `{...}`, or a bool mask `{..., classes}` of all negative candidates of a position.
  public func unlikelihood(
    _ targets: Tensor, ignore: Int? = nil, weights: Tensor? = nil, reduction: LossReduction = .mean
  ) throws -> Tensor {
    let z = try Promotion.floating(self)
    guard z.rank >= 1, z.shape[z.rank - 1] >= 2 else {
      throw Failure(.shape, "needs scores of at least two classes in the last dimension, found shape \(z.shape)")
    }
    let last = z.rank - 1
    if targets.dtype == .bool {
      guard ignore == nil else {
        throw Failure(.argument, "'ignore' goes with class ids, and the targets are a mask of candidates")
      }
      guard targets.shape == z.shape else {
        throw Failure(
          .shape, "candidates of shape \(targets.shape) do not fit logits of shape \(z.shape): the shapes must be equal"
        )
      }
      let chosen = try z.logComplement().chosen(where: targets, else: .scalar(0, z.dtype))
      return try PositionWeights.reduce(-chosen.sum([last]), weights, reduction)
    }
    let classes = try ClassTargets(targets, logits: z, ignore: ignore)
    let own = try z.logComplement().gather(last, classes.places()).squeeze(last)
    let losses = try -own.chosen(where: classes.ids.converted(to: .bool), else: .scalar(0, z.dtype))
    return try Tensor.reduced(losses, classes, nil, reduction, weights)
  }

  /// `log(1 - softmax(z))`, exact also where a probability is nearly 1: only the greatest can be more than one half, and of
  /// it the others' sum is taken.
  private func logComplement() throws -> Tensor {
    let last = rank - 1
    let top = try Recording.without {
      let places = try Forward.places(.maximum, self, dim: last, keep: false)
      return try Forward.oneHot(places, classes: self.shape[last]).converted(to: .bool)
    }
    let others = try Tensor.scalar(Tensor.farBelow, dtype).chosen(where: top, else: self)
    let greatest = try others.logSumExp([last], keep: true) - logSumExp([last], keep: true)
    let small = try Tensor.scalar(0, dtype).chosen(where: top, else: softmax(last))
    return try greatest.chosen(where: top, else: Elementwise.log1p.call(-small))
  }
}
