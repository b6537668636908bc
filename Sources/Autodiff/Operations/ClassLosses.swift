import Basics
import Tensors

/// Losses of classification, on the tensor of scores.
extension Tensor {
  /// Cross entropy of these logits `{..., classes}` against class ids `{...}` or probabilities `{..., classes}`.
  ///
  /// - Parameters:
  ///   - labelSmoothing: this share of each target is spread evenly over all classes.
  ///   - weight: one factor for each class; the mean of losses with ids is weighted by it.
  ///   - ignore: targets with this id give no loss.
  ///   - weights: a factor for each example or position, see ``PositionWeights``; the mean is weighted by it, too.
  public func crossEntropy(
    _ targets: Tensor, labelSmoothing: Double = 0, weight: Tensor? = nil, ignore: Int? = nil, weights: Tensor? = nil,
    reduction: LossReduction = .mean
  ) throws -> Tensor {
    guard (0...1).contains(labelSmoothing) else {
      throw Failure(.range, "label_smoothing must lie between 0 and 1, found \(labelSmoothing)")
    }
    let z = try Promotion.floating(self)
    let weight = try ClassTargets.checkedWeight(weight, logits: z)
    if targets.dtype.isFloating {
      return try z.crossEntropy(probabilities: targets, labelSmoothing, weight, ignore, weights, reduction)
    }
    let classes = try ClassTargets(targets, logits: z, ignore: ignore)
    let losses =
      try weight?.isTracked == true
      ? -(z.targetCoefficients(classes, labelSmoothing, weight) * z.logSoftmax(z.rank - 1)).sum([z.rank - 1])
      : z.fusedCrossEntropy(classes, labelSmoothing, weight)
    return try Tensor.reduced(losses, classes, weight, reduction, weights)
  }

  private func fusedCrossEntropy(_ targets: ClassTargets, _ smoothing: Double, _ weight: Tensor?) throws -> Tensor {
    let (y, logSums) = try Forward.crossEntropy(self, targets.ids, weight: weight, smoothing: smoothing)
    guard isTracked else { return y }
    return y.recorded("cross_entropy", [self], saving: [self]) { backward in
      let g = try backward.gradient
      guard Recording.isOn else {
        try backward.send(
          0,
          Forward.crossEntropyGradient(
            self, targets.ids, weight: weight, smoothing: smoothing, logSums: logSums, slopes: g))
        return
      }
      let a = try Recording.without { try self.targetCoefficients(targets, smoothing, weight) }
      let total = try Recording.without { try a.sum([self.rank - 1], keep: true) }
      try backward.send(0, g.unsqueeze(g.rank) * (self.softmax(self.rank - 1) * total - a))
    }
  }

  /// How much of each class's `-log p` a row's loss contains: `{..., classes}`.
  private func targetCoefficients(_ targets: ClassTargets, _ smoothing: Double, _ weight: Tensor?) throws -> Tensor {
    let last = rank - 1
    let counts = try targets.counting(dtype).unsqueezedView(last)
    let all = try weight ?? Tensor.ones([shape[last]], dtype)
    let spread = try (all * (smoothing / Double(shape[last]))) * counts
    let places = try targets.places()
    let own =
      try (all * (1 - smoothing)).indexSelect(0, places.reshapedView([places.count])).reshape(places.shape) * counts
    return try spread.scatter(last, places, own, add: true)
  }

  private func crossEntropy(
    probabilities targets: Tensor, _ smoothing: Double, _ weight: Tensor?, _ ignore: Int?, _ weights: Tensor?,
    _ reduction: LossReduction
  ) throws -> Tensor {
    guard ignore == nil else {
      throw Failure(.argument, "'ignore' goes with class ids, and the targets are probabilities")
    }
    guard rank >= 1, targets.shape == shape, shape[rank - 1] > 0 else {
      throw Failure(
        .shape,
        "probabilities of shape \(targets.shape) do not fit logits of shape \(shape): the shapes must be equal (class ids must be int64)"
      )
    }
    var p = try Promotion.align(targets, self).0
    if smoothing > 0 { p = try p * (1 - smoothing) + smoothing / Double(shape[rank - 1]) }
    if let weight { p = try p * weight }
    return try PositionWeights.reduce(-(p * logSoftmax(rank - 1)).sum([rank - 1]), weights, reduction)
  }

  /// Negative log-likelihood of class ids under these log-probabilities `{..., classes}`.
  public func negativeLogLikelihood(
    _ targets: Tensor, weight: Tensor? = nil, ignore: Int? = nil, reduction: LossReduction = .mean
  ) throws -> Tensor {
    let logs = try Promotion.floating(self)
    let weight = try ClassTargets.checkedWeight(weight, logits: logs)
    let classes = try ClassTargets(targets, logits: logs, ignore: ignore)
    let places = try classes.places()
    // -inf at an ignored place must not meet the factor 0.
    let chosen = try logs.gather(logs.rank - 1, places).squeeze(logs.rank - 1)
      .chosen(where: classes.ids.converted(to: .bool), else: Tensor.scalar(0, logs.dtype))
    var losses = try -chosen
    if let weight {
      losses = try losses * weight.indexSelect(0, places.reshapedView([places.count])).reshape(losses.shape)
    }
    return try Tensor.reduced(losses, classes, weight, reduction)
  }

  /// The mean divides by the weights of the classes that were wanted.
  static func reduced(
    _ losses: Tensor, _ targets: ClassTargets, _ weight: Tensor?, _ reduction: LossReduction,
    _ weights: Tensor? = nil
  ) throws -> Tensor {
    if let weights {
      var counting = try targets.counting(losses.dtype)
      if let weight {
        let places = try targets.places()
        counting = try counting * weight.indexSelect(0, places.reshapedView([places.count])).reshape(losses.shape)
      }
      return try PositionWeights.reduce(losses, weights, reduction, counting: counting)
    }
    guard reduction == .mean else { return try reduction.apply(losses) }
    guard let weight else { return try losses.sum() * (1 / Double(targets.counted)) }
    let places = try targets.places()
    let wanted = try weight.indexSelect(0, places.reshapedView([places.count])).reshape(losses.shape)
    return try losses.sum() / (wanted * targets.counting(losses.dtype)).sum()
  }

  /// Kullback-Leibler divergence from the distribution of `other` to that of this tensor, both given by logits over the
  /// last dimension.
  public func divergence(fromLogits other: Tensor, reduction: LossReduction = .mean) throws -> Tensor {
    let (a, b) = try Promotion.align(Promotion.floating(self), Promotion.floating(other))
    guard a.rank >= 1, a.shape == b.shape else {
      throw Failure(.shape, "logits of shape \(a.shape) and \(b.shape) must have one shape {..., classes}")
    }
    let last = a.rank - 1
    let logP = try a.logSoftmax(last)
    let logQ = try b.logSoftmax(last)
    return try reduction.apply((logP.exp() * (logP - logQ)).sum([last]))
  }
}
