import Basics
import Kernels
import Tensors

/// Parameters of which training changes only a part.
///
/// A mask belongs to a parameter, not to an optimizer: every optimizer gives the masked entries a gradient of 0 before its
/// step, and sets them back after it, so that weight decay and momentum cannot move them either. Their values are exact.
public enum SparseMasks {
  /// What holds for the entries where the mask is false.
  public enum Rule: Sendable {
    /// They are 0.
    case zero
    /// They keep the value that they have.
    case frozen
  }

  struct Held {
    weak var parameter: Tensor?
    let mask: Tensor
    let rule: Rule

    /// The values to return to after a step, where they are not 0.
    func before() throws -> Tensor? { rule == .frozen ? try parameter?.copy() : nil }

    /// Sets the masked entries to their value.
    func restore(_ parameter: Tensor, _ before: Tensor?) throws {
      try parameter.assign(Forward.select(mask, parameter, before ?? .scalar(0, parameter.dtype)))
    }
  }

  // Belongs to the thread that runs the script, as tensors do.
  nonisolated(unsafe) private static var held: [ObjectIdentifier: Held] = [:]

  /// What holds for a parameter; `nil` for most.
  static func held(_ parameter: Tensor) -> Held? {
    if held.isEmpty { return nil }
    guard let found = held[ObjectIdentifier(parameter)], found.parameter === parameter else { return nil }
    return found
  }

  /// The mask of a parameter: true where training may change it.
  public static func mask(of parameter: Tensor) -> (mask: Tensor, rule: Rule)? {
    held(parameter).map { ($0.mask, $0.rule) }
  }

  /// Holds the entries of a parameter where the mask is 0, or nothing any more when `mask` is `nil`.
  ///
  /// - Parameter mask: of the parameter's shape; anything but 0 is true.
  public static func hold(_ parameter: Tensor, _ mask: Tensor?, _ rule: Rule = .zero) throws {
    held = held.filter { $0.value.parameter != nil }
    guard let mask else {
      held[ObjectIdentifier(parameter)] = nil
      return
    }
    guard parameter.dtype.isFloating else {
      throw Failure(.dtype, "only floating-point tensors can be learned in part, found \(parameter.dtype.name)")
    }
    guard mask.shape == parameter.shape else {
      throw Failure(.shape, "the mask has shape \(mask.shape), the parameter \(parameter.shape)")
    }
    let new = Held(parameter: parameter, mask: try mask.converted(to: .bool).copy(), rule: rule)
    held[ObjectIdentifier(parameter)] = new
    try enforce(parameter)
  }

  /// Sets the masked entries of a parameter to 0 where that is the rule; for use after values were written into it.
  public static func enforce(_ parameter: Tensor) throws {
    guard let held = held(parameter), held.rule == .zero else { return }
    try held.restore(parameter, nil)
  }

  /// Sets the masked entries of a parameter's gradient to 0.
  public static func maskGradient(of parameter: Tensor) throws {
    guard let held = held(parameter), let gradient = parameter.gradient else { return }
    parameter.gradient = try Forward.select(held.mask, gradient, .scalar(0, gradient.dtype))
  }
}
