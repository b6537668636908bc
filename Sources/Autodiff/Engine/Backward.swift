import Basics
import Tensors

/// What a rule sees: the gradients of the results, and the way back to the inputs.
public struct Backward {
  let node: Node
  let engine: Engine
  let gradients: [Tensor?]

  /// The gradient of the only (or first) result.
  public var gradient: Tensor {
    get throws { try gradient(of: 0) }
  }

  /// The gradient of a result; zeros when nothing depends on it.
  public func gradient(of result: Int) throws -> Tensor {
    if result < gradients.count, let found = gradients[result] { return found }
    guard result < node.results.count else {
      throw Failure(.gradient, "'\(node.name)' has no gradient for result \(result + 1)")
    }
    return try .zeros(node.results[result].shape, node.results[result].dtype)
  }

  /// Whether any gradient arrived for a result.
  public func hasGradient(of result: Int) -> Bool { result < gradients.count && gradients[result] != nil }

  /// A result's value, differentiable again.
  public func result(_ index: Int = 0) -> Tensor {
    let value = node.results[index].detached()
    if Recording.isOn {
      value.history = node
      value.historyIndex = index
      value.requiresGradient = true
    }
    return value
  }

  /// Whether somebody wants the gradient of an input.
  @inline(__always) public func needs(_ input: Int) -> Bool { engine.wants(node.edges[input]) }

  /// Computes and sends the gradient of an input, if somebody wants it.
  @inline(__always)
  public func send(_ input: Int, _ make: @autoclosure () throws -> Tensor) throws {
    if needs(input) { try engine.deliver(make(), along: node.edges[input]) }
  }
}
