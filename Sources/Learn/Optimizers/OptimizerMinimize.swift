import Autodiff
import Basics
import Tensors

/// Whole steps from a loss: gradients, accumulation over micro-batches, and optimizers that need the loss twice or more.
extension Optimizer {
  /// The name that scripts see.
  public var name: String { sharpness > 0 ? "SAM (\(kind.name))" : kind.name }

  /// How far uphill the gradient is taken (Foret et al. 2021); 0 for plain steps.
  var sharpness: Double { solver == nil ? groups[0].settings.number("rho") : 0 }

  /// Whether `minimize` evaluates the loss more than once.
  public var needsFunction: Bool { solver != nil || sharpness > 0 }

  static func needsFunction(_ name: String) -> String {
    "\(name) evaluates the loss more than once: call minimize with a function that returns it"
  }

  /// One step from the gradients of a loss.
  ///
  /// - Parameters:
  ///   - every: how many losses make one step: their gradients are averaged, and all but the last of them only accumulate.
  ///   - adjust: called with all parameters before they change, to clip gradients.
  ///   - loss: a tensor with one number. Optimizers for which `needsFunction` holds call it more than once.
  /// - Returns: the loss before the step, and whether a step was made.
  @discardableResult
  public func minimize(
    every: Int = 1, adjusting adjust: (([Tensor]) throws -> Void)? = nil, _ loss: () throws -> Tensor
  ) throws -> (loss: Double, stepped: Bool) {
    guard every >= 1 else { throw Failure(.range, "'every' must be a whole number of at least 1, found \(every)") }
    guard every == 1 || !needsFunction else {
      throw Failure(
        .argument, "\(name) evaluates the loss more than once and cannot accumulate; return the sum of the losses")
    }
    if let solver {
      guard adjust == nil else {
        throw Failure(.argument, "\(name) searches by true gradients: it does not go with clipping")
      }
      return (try solve(solver, loss), true)
    }
    if pending == 0 { zeroGradient() }
    let value = try backward(loss, share: 1 / Double(every))
    pending += 1
    if pending < every { return (value, false) }
    pending = 0
    if sharpness > 0 { try climbAndReturn(loss) }
    try adjust?(parameters.map(\.tensor))
    try update()
    return (value, true)
  }

  private func backward(_ loss: () throws -> Tensor, share: Double) throws -> Double {
    let value = try loss()
    guard value.count == 1 else {
      throw Failure(
        .shape, "the loss must be a single number, but has shape \(value.shape): reduce it with :sum() or :mean()")
    }
    try value.backward(seed: share == 1 ? nil : .full(value.shape, share, value.dtype))
    return value.element(0)
  }

  // MARK: Sharpness-aware minimisation

  /// Replaces the gradients by those at `p + rho g / |g|`, or `p + rho p^2 g / |p g|` when adaptive (Kwon et al. 2021).
  private func climbAndReturn(_ loss: () throws -> Tensor) throws {
    let isAdaptive = groups[0].settings.boolean("adaptive")
    let moved = parameters.map(\.tensor).filter { $0.gradient != nil }
    let before = try moved.map { try $0.copy() }
    // A parameter's values are put back bit by bit, also when the second loss fails.
    defer { for (tensor, values) in zip(moved, before) { try? tensor.assign(values) } }
    try Recording.without {
      var total = 0.0
      var directions: [Tensor] = []
      for (tensor, values) in zip(moved, before) {
        guard let gradient = tensor.gradient else { continue }
        let scaled = isAdaptive ? try values * gradient : gradient
        total += try WideProducts.dot(scaled, scaled)
        directions.append(isAdaptive ? try values * scaled : gradient)
      }
      let norm = total.squareRoot()
      guard norm > 0, norm.isFinite else { return }
      for ((tensor, values), direction) in zip(zip(moved, before), directions) {
        try tensor.assign(values + direction * (sharpness / norm))
      }
    }
    zeroGradient()
    _ = try backward(loss, share: 1)
  }

  // MARK: Solvers

  private func solve(_ solver: any LossSolver, _ loss: () throws -> Tensor) throws -> Double {
    // Frozen parameters take no part.
    let tensors = parameters.map(\.tensor).filter(\.requiresGradient)
    func place(_ point: [Double]) throws {
      var start = 0
      for tensor in tensors {
        try tensor.assign(
          .from(Array(point[start..<(start + tensor.count)]), shape: tensor.shape, tensor.dtype))
        start += tensor.count
      }
    }
    let start = tensors.flatMap { $0.toDoubles() }
    var isDone = false
    // An error in the loss leaves the parameters as they were.
    defer { if !isDone { try? place(start) } }
    let (first, end) = try solver.minimize(groups[0].settings, from: start) { point in
      try place(point)
      zeroGradient()
      let value = try backward(loss, share: 1)
      // A search never leaves the plane in which all its gradients lie: masked entries stay exactly as they are.
      try maskGradients()
      return (value, tensors.flatMap { $0.gradient?.toDoubles() ?? Array(repeating: 0, count: $0.count) })
    }
    try place(end)
    isDone = true
    return first
  }
}
