import Basics
import Tensors

extension Tensor {
  /// Adds the gradient of this tensor to the `gradient` of every leaf it was made from.
  ///
  /// - Parameters:
  ///   - seed: the gradient to start from, of this tensor's shape; may be left out for a single number.
  ///   - createGraph: record the gradients themselves, so that they can be differentiated again.
  ///   - retainGraph: keep the graph for another walk; by default it is freed (unless `createGraph`).
  public func backward(seed: Tensor? = nil, createGraph: Bool = false, retainGraph: Bool? = nil) throws {
    _ = try Engine.run(
      [(self, try startingGradient(seed))], targets: nil, createGraph: createGraph,
      retainGraph: retainGraph ?? createGraph)
  }

  private func startingGradient(_ seed: Tensor?) throws -> Tensor {
    guard requiresGradient else {
      throw Failure(
        .gradient,
        "this tensor does not depend on anything that requires a gradient; call :requires_grad_() on what should be learned"
      )
    }
    if let seed {
      guard seed.shape == shape else {
        throw Failure(.shape, "the starting gradient has shape \(seed.shape), the tensor \(shape)")
      }
      return try seed.converted(to: dtype)
    }
    guard count == 1 else {
      throw Failure(
        .gradient,
        "only a single number has a gradient by itself; this tensor has shape \(shape): reduce it with :sum() or :mean(), or pass a starting gradient"
      )
    }
    return try .ones(shape, dtype)
  }

  /// The gradients of `outputs` (their sum, or weighted by `seeds`) with respect to `inputs`, in the order of `inputs`.
  ///
  /// - Parameter allowUnused: an input that `outputs` do not depend on gives zeros instead of an error.
  public static func gradients(
    of outputs: [Tensor], seeds: [Tensor]? = nil, withRespectTo inputs: [Tensor], createGraph: Bool = false,
    retainGraph: Bool? = nil, allowUnused: Bool = false
  ) throws -> [Tensor] {
    for (index, input) in inputs.enumerated() where !input.requiresGradient {
      if allowUnused { continue }
      throw Failure(
        .gradient, "input \(index + 1) does not require a gradient; call :requires_grad_() on it before it is used")
    }
    if let seeds, seeds.count != outputs.count {
      throw Failure(.argument, "\(outputs.count) outputs need as many starting gradients, found \(seeds.count)")
    }
    let roots = try outputs.enumerated().map { ($1, try $1.startingGradient(seeds?[$0])) }
    let found = try Engine.run(
      roots, targets: inputs, createGraph: createGraph, retainGraph: retainGraph ?? createGraph)
    return try zip(inputs, found).enumerated().map { index, pair in
      if let gradient = pair.1 { return gradient }
      guard allowUnused else {
        throw Failure(
          .gradient, "the output does not depend on input \(index + 1); pass {allow_unused = true} to get zeros for it")
      }
      return try .zeros(pair.0.shape, pair.0.dtype)
    }
  }

  /// A sum for the engine: recorded when gradients are to be differentiated again.
  func adding(_ other: Tensor) throws -> Tensor { try self + other }

  /// Adds a tensor of the same shape to this contiguous one.
  func addInPlace(_ other: Tensor) throws { try Forward.accumulate(other, into: self) }

  /// Calls `hook` with the complete gradient of this tensor on each walk; a tensor that it returns takes its place.
  public func addGradientHook(_ hook: @escaping (Tensor) throws -> Tensor?) throws {
    guard let node = node else {
      throw Failure(
        .gradient, "gradient hooks go on results of operations; read .grad of a leaf after backward instead")
    }
    node.hooks.append(hook)
  }
}
