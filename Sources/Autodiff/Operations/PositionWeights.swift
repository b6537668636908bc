import Basics
import Tensors

/// Factors for the losses of examples or positions.
///
/// Their shape is that of the losses, or the first part of it: for losses `{batch, length}`, `{batch}` weighs examples and
/// `{batch, length}` positions.
enum PositionWeights {
  /// The weights with the dtype of the losses and as many dimensions.
  static func fitting(_ weights: Tensor, _ losses: Tensor) throws -> Tensor {
    let first = Array(losses.shape.prefix(weights.rank))
    guard weights.rank <= losses.rank, Array(weights.shape) == first else {
      let wanted = losses.rank <= 1 ? "\(losses.shape)" : "{\(losses.shape[0])} or \(losses.shape)"
      throw Failure(
        .shape, "weights of shape \(weights.shape) do not fit losses of shape \(losses.shape): wanted \(wanted)")
    }
    let aligned = try Promotion.align(weights, losses).0
    return try aligned.reshape(Shape(Array(aligned.shape) + Array(repeating: 1, count: losses.rank - weights.rank)))
  }

  /// Losses times weights; the mean divides by the sum of the weights of what counts.
  ///
  /// - Parameter counting: a further factor that the losses contain already, such as 0 where a target is ignored.
  static func reduce(
    _ losses: Tensor, _ weights: Tensor?, _ reduction: LossReduction, counting: Tensor? = nil
  ) throws -> Tensor {
    guard let weights else {
      guard reduction == .mean, let counting else { return try reduction.apply(losses) }
      return try losses.sum() / counting.sum()
    }
    let factors = try fitting(weights, losses)
    let weighted = try losses * factors
    guard reduction == .mean else { return try reduction.apply(weighted) }
    let shares = try counting.map { try $0 * factors } ?? factors.expand(to: losses.shape)
    return try weighted.sum() / shares.sum()
  }
}
