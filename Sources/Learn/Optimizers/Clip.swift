import Basics
import Kernels
import Tensors

/// Limits gradients before a step, in place.
public enum Clip {
  /// What clipping by norm found.
  public struct Report: Sendable, Equatable {
    /// The norm of all gradients as one vector, before clipping.
    public let norm: Double
    /// Whether the gradients were scaled.
    public let isClipped: Bool
    /// False when a gradient holds nan or inf; the gradients are as they were then.
    public var isFinite: Bool { norm.isFinite }
  }

  /// Scales all gradients by one factor so that their common norm is at most `limit` (Pascanu, Mikolov and Bengio 2013, On
  /// the Difficulty of Training Recurrent Neural Networks). The norm is summed in Double. Tensors without a gradient are
  /// left out.
  @discardableResult
  public static func norm(_ tensors: [Tensor], limit: Double) throws -> Report {
    guard limit > 0 else { throw Failure(.range, "the limit of the norm must be above 0, found \(limit)") }
    for tensor in tensors { try SparseMasks.maskGradient(of: tensor) }
    var total = 0.0
    for tensor in tensors { if let gradient = tensor.gradient { total += try WideProducts.dot(gradient, gradient) } }
    let norm = total.squareRoot()
    guard norm.isFinite, norm > limit else { return Report(norm: norm, isClipped: false) }
    let factor = limit / norm
    try forEachGradient(
      tensors, float: { AdaptiveKernels.scale($0, $1, by: Float(factor)) },
      double: { AdaptiveKernels.scale($0, $1, by: factor) })
    return Report(norm: norm, isClipped: true)
  }

  /// Limits every element of every gradient to -`limit` ... `limit`; nan stays.
  public static func values(_ tensors: [Tensor], limit: Double) throws {
    guard limit > 0 else { throw Failure(.range, "the limit of values must be above 0, found \(limit)") }
    try forEachGradient(
      tensors, float: { AdaptiveKernels.clamp($0, $1, limit: Float(limit)) },
      double: { AdaptiveKernels.clamp($0, $1, limit: limit) })
  }

  private static func forEachGradient(
    _ tensors: [Tensor], float: (UnsafeMutablePointer<Float>, Int) -> Void,
    double: (UnsafeMutablePointer<Double>, Int) -> Void
  ) throws {
    for tensor in tensors {
      guard let gradient = tensor.gradient else { continue }
      try gradient.willChange()
      let values = try gradient.contiguous()
      if values.dtype == .float32 { float(values.floats, values.count) } else { double(values.doubles, values.count) }
      if values === gradient { gradient.noteChange() } else { try gradient.assign(values) }
    }
  }
}
