import Basics
import Tensors

/// What layers compute, as functions of the input and the layer's parameters.
extension Tensor {
  /// `x weight^T + bias` for `x` of shape `{..., inputs}`, `weight {outputs, inputs}`, `bias {outputs}`.
  public func linear(_ weight: Tensor, _ bias: Tensor? = nil) throws -> Tensor {
    let (x, w) = try Promotion.align(Promotion.floating(self), weight)
    let b = try bias.map { try Promotion.align($0, w).0 }
    let y = try Forward.linear(x, w, b)
    guard Recording.isOn, x.requiresGradient || w.requiresGradient || b?.requiresGradient == true else { return y }
    let (rows, inputs, outputs) = (y.shape.dropLast().reduce(1, *), w.shape[1], w.shape[0])
    return y.recorded("linear", [x, w] + (b.map { [$0] } ?? []), saving: [x, w]) { backward in
      let g = try backward.gradient
      try backward.send(0, g.matmul(w))
      try backward.send(1, g.reshape([rows, outputs]).transpose(0, 1).matmul(x.reshape([rows, inputs])))
      if let b { try backward.send(2, g.sum(to: b.shape)) }
    }
  }

  /// Rows along the last dimension shifted to mean 0 and scaled to variance 1, times `weight`, plus `bias`.
  public func layerNorm(_ weight: Tensor? = nil, _ bias: Tensor? = nil, epsilon: Double = 1e-5) throws -> Tensor {
    try rowNormalized("layer_norm", weight, bias, epsilon, centered: true)
  }

  /// Rows along the last dimension divided by their root mean square, times `weight`.
  public func rmsNorm(_ weight: Tensor? = nil, epsilon: Double = 1e-6) throws -> Tensor {
    try rowNormalized("rms_norm", weight, nil, epsilon, centered: false)
  }

  private func rowNormalized(_ name: String, _ weight: Tensor?, _ bias: Tensor?, _ epsilon: Double, centered: Bool)
    throws -> Tensor
  {
    let x = try Promotion.floating(self)
    guard x.rank >= 1 else { throw Failure(.shape, "needs at least one dimension to normalise, found a single number") }
    try Tensor.checkEpsilon(epsilon)
    let width = x.shape[x.rank - 1]
    func checked(_ parameter: Tensor?, _ what: String) throws -> Tensor? {
      guard let parameter else { return nil }
      guard parameter.shape == [width] else {
        throw Failure(.shape, "the \(what) has shape \(parameter.shape), wanted the last size of the input, {\(width)}")
      }
      return try Promotion.align(parameter, x).0
    }
    let w = try checked(weight, "weight")
    let b = try checked(bias, "bias")
    let (y, statistics) = try Forward.normalizeRows(x, weight: w, bias: b, epsilon: epsilon, centered: centered)
    let inputs = [x] + [w, b].compactMap { $0 }
    guard Recording.isOn, inputs.contains(where: \.requiresGradient) else { return y }
    return y.recorded(name, inputs, saving: [x] + (w.map { [$0] } ?? [])) { backward in
      let g = try backward.gradient
      let biasInput = w == nil ? 1 : 2
      guard Recording.isOn else {
        let wanted = (backward.needs(0), w != nil && backward.needs(1), b != nil && backward.needs(biasInput))
        let gradients = try Forward.normalizeRowsGradients(
          x, g, weight: w, statistics, centered: centered, wanted: wanted)
        if let input = gradients.input { try backward.send(0, input) }
        if let weight = gradients.weight { try backward.send(1, weight) }
        if let bias = gradients.bias { try backward.send(biasInput, bias) }
        return
      }
      if b != nil { try backward.send(biasInput, g.sum(to: [width])) }
      let last = x.rank - 1
      let shifted = centered ? try x - x.mean([last], keep: true) : x
      let scale = try Elementwise.reciprocalSquareRoot.call((shifted * shifted).mean([last], keep: true) + epsilon)
      let normal = try shifted * scale
      if w != nil { try backward.send(1, (g * normal).sum(to: [width])) }
      if backward.needs(0) {
        let h = try w.map { try g * $0 } ?? g
        let along = try (h * normal).mean([last], keep: true)
        let level = centered ? try h - h.mean([last], keep: true) : h
        try backward.send(0, scale * (level - normal * along))
      }
    }
  }

  static func checkEpsilon(_ epsilon: Double) throws {
    guard epsilon >= 0, epsilon.isFinite else {
      throw Failure(.range, "eps must be a number not below 0, found \(epsilon)")
    }
  }

  /// Each feature (position of the second dimension) shifted and scaled by its statistics over all other dimensions.
  ///
  /// - Parameter statistics: mean and variance to use instead of those of this tensor.
  /// - Returns: the result, and the mean and the variance (divided by n) of each feature that it used.
  public func batchNorm(
    _ weight: Tensor? = nil, _ bias: Tensor? = nil, statistics: (mean: Tensor, variance: Tensor)? = nil,
    epsilon: Double = 1e-5
  ) throws -> (y: Tensor, mean: Tensor, variance: Tensor) {
    let x = try Promotion.floating(self)
    guard x.rank >= 2 else {
      throw Failure(.shape, "needs a batch of features, {batch, features, ...}, found shape \(x.shape)")
    }
    try Tensor.checkEpsilon(epsilon)
    let features = x.shape[1]
    let dims = (0..<x.rank).filter { $0 != 1 }
    guard statistics != nil || features == 0 || x.count / features > 0 else {
      throw Failure(.shape, "an empty batch has no mean (shape \(x.shape))")
    }
    var spread = Shape(repeating: 1, rank: x.rank)
    spread[1] = features
    func shaped(_ parameter: Tensor, _ what: String) throws -> Tensor {
      guard parameter.shape == [features] else {
        throw Failure(
          .shape, "the \(what) has shape \(parameter.shape), wanted one number for each feature, {\(features)}")
      }
      return try Promotion.align(parameter, x).0.reshape(spread)
    }
    guard let statistics else {
      let w = try weight.map { try Promotion.align($0, x).0 }
      let b = try bias.map { try Promotion.align($0, x).0 }
      _ = (try w.map { try shaped($0, "weight") }, try b.map { try shaped($0, "bias") })
      return try x.batchNormalized(w, b, epsilon)
    }
    let (mean, variance) = (try shaped(statistics.mean, "mean"), try shaped(statistics.variance, "var"))
    var y = try (x - mean) * Elementwise.reciprocalSquareRoot.call(variance + epsilon)
    if let weight { y = try y * shaped(weight, "weight") }
    if let bias { y = try y + shaped(bias, "bias") }
    return (y, try mean.reshape([features]), try variance.reshape([features]))
  }

  /// The rows of `weight {entries, size}` named by these ids (from 1), of any shape: `{..., size}`.
  public func embedding(_ weight: Tensor) throws -> Tensor {
    guard weight.rank == 2 else {
      throw Failure(.shape, "the weight must be a matrix {entries, size}, found shape \(weight.shape)")
    }
    let shape = try Shape(Array(self.shape) + [weight.shape[1]])
    return try weight.indexSelect(0, contiguous().reshapedView([count])).reshape(shape)
  }
}
