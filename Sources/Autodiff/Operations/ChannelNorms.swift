import Basics
import Tensors

/// Norms of the channels of images (dimension 1).
extension Tensor {
  /// Channels normalised by their own statistics over all other dimensions.
  func batchNormalized(_ w: Tensor?, _ b: Tensor?, _ epsilon: Double) throws -> (
    y: Tensor, mean: Tensor, variance: Tensor
  ) {
    let x = self
    let (y, mean, variance) = try Forward.normalizeChannels(x, weight: w, bias: b, epsilon: epsilon)
    guard Recording.isOn, x.requiresGradient || w?.requiresGradient == true || b?.requiresGradient == true else {
      return (y, mean, variance)
    }
    // The statistics as constants: the results with a history would be a cycle.
    let (means, variances) = (mean.detached(), variance.detached())
    let inputs = [x] + (w.map { [$0] } ?? []) + (b.map { [$0] } ?? [])
    let biasPlace = w == nil ? 1 : 2
    record("batch_norm", results: [y, mean, variance], inputs, saving: [x] + (w.map { [$0] } ?? [])) { backward in
      let g = try backward.gradient(of: 0)
      if !Recording.isOn && !backward.hasGradient(of: 1) && !backward.hasGradient(of: 2) {
        let gradients = try Forward.normalizeChannelsGradient(
          x, g, weight: w, means: means, variances: variances, epsilon: epsilon, wantsInput: backward.needs(0))
        if let input = gradients.input { try backward.send(0, input) }
        if w != nil { try backward.send(1, gradients.weight) }
        if b != nil { try backward.send(biasPlace, gradients.bias) }
        return
      }
      let dims = (0..<x.rank).filter { $0 != 1 }
      var spread = Shape(repeating: 1, rank: x.rank)
      spread[1] = x.shape[1]
      let centered = try x - x.mean(dims, keep: true)
      let scale = try Elementwise.reciprocalSquareRoot.call(
        (centered * centered).mean(dims, keep: true) + epsilon)
      let normal = try centered * scale
      if w != nil { try backward.send(1, (g * normal).sum(dims)) }
      if b != nil { try backward.send(biasPlace, g.sum(dims)) }
      guard backward.needs(0) else { return }
      let h = try w.map { try g * $0.reshape(spread) } ?? g
      var slope = try scale * (h - h.mean(dims, keep: true) - normal * (h * normal).mean(dims, keep: true))
      let share = 1 / Double(x.count / max(1, x.shape[1]))
      if backward.hasGradient(of: 1) { slope = try slope + backward.gradient(of: 1).reshape(spread) * share }
      if backward.hasGradient(of: 2) {
        slope = try slope + backward.gradient(of: 2).reshape(spread) * centered * (2 * share)
      }
      try backward.send(0, slope)
    }
    return (y, mean, variance)
  }

  /// Groups of channels of each example normalised to mean 0 and variance 1, then each channel times `weight` plus `bias`.
  public func groupNorm(_ groups: Int, _ weight: Tensor? = nil, _ bias: Tensor? = nil, epsilon: Double = 1e-5) throws
    -> Tensor
  {
    let x = try Promotion.floating(self)
    guard x.rank >= 2 else { throw Failure(.shape, "needs {batch, channels, ...}, found shape \(x.shape)") }
    let channels = x.shape[1]
    guard groups >= 1, channels % groups == 0 else {
      throw Failure(.shape, "\(groups) groups do not divide the \(channels) channels of shape \(x.shape)")
    }
    var spread = Shape(repeating: 1, rank: x.rank)
    spread[1] = channels
    func shaped(_ parameter: Tensor, _ what: String) throws -> Tensor {
      guard parameter.shape == [channels] else {
        throw Failure(
          .shape, "the \(what) has shape \(parameter.shape), wanted one number for each channel, {\(channels)}")
      }
      return try Promotion.align(parameter, x).0.reshape(spread)
    }
    let rows = x.shape[0] * groups
    var y = try x.reshape([rows, rows == 0 ? 0 : x.count / rows]).layerNorm(epsilon: epsilon).reshape(x.shape)
    if let weight { y = try y * shaped(weight, "weight") }
    if let bias { y = try y + shaped(bias, "bias") }
    return y
  }
}
