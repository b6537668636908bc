import Basics
import Tensors

/// What a rule sees: the gradients of the results, and the way back to the inputs.
public struct Backward {
  let node: Node
  let engine: Engine
  let gradients: IncomingGradients

  /// The gradient of the only (or first) result.
  public var gradient: Tensor {
    get throws { try gradient(of: 0) }
  }

  /// The gradient of a result; zeros when nothing depends on it.
  public func gradient(of result: Int) throws -> Tensor {
    if let found = gradients[result] { return found }
    guard let kept = node.kept(result) else {
      throw Failure(.gradient, "'\(node.name)' has no gradient for result \(result + 1)")
    }
    return try .zeros(kept.shape, kept.dtype)
  }

  /// Whether any gradient arrived for a result.
  public func hasGradient(of result: Int) -> Bool { gradients[result] != nil }

  /// A result's value, differentiable again.
  public func result(_ index: Int = 0) -> Tensor {
    guard let kept = node.kept(index) else {
      // The row that recorded the operation says which results its rule reads.
      preconditionFailure("'\(node.name)' does not keep result \(index + 1)")
    }
    if !Recording.isOn { return kept }
    let value = kept.detached()
    value.history = node
    value.historyIndex = index
    value.requiresGradient = true
    return value
  }

  /// Whether somebody wants the gradient of an input.
  @inline(__always) public func needs(_ input: Int) -> Bool { engine.wants(node.edges[input]) }

  /// Sends the gradient of a part of an input, if somebody wants it; the rest of the input gets zeros.
  ///
  /// - Parameters:
  ///   - shape: the input's shape.
  ///   - strides: the input's strides, in whose order the gradient is best laid out.
  ///   - part: shows the part, of a tensor of the input's shape.
  ///   - embedded: the same as a whole, recorded, for graphs that are differentiated again.
  func send(
    _ input: Int, _ gradient: Tensor, toPartOf shape: Shape, inOrderOf strides: Shape, part: (Tensor) -> Tensor,
    embedded: () throws -> Tensor
  ) throws {
    guard needs(input) else { return }
    if Recording.isOn { return try engine.deliver(embedded(), along: node.edges[input]) }
    try engine.deliver(gradient, toPartOf: shape, inOrderOf: strides, along: node.edges[input], part: part)
  }

  /// Computes and sends the gradient of an input, if somebody wants it.
  @inline(__always)
  public func send(_ input: Int, _ make: @autoclosure () throws -> Tensor) throws {
    if needs(input) { try engine.deliver(make(), along: node.edges[input]) }
  }
}
