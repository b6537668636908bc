import Tensors

/// What becomes of the losses of single examples.
public enum LossReduction: String, CaseIterable, Sendable {
  /// The mean over what counts; nan when nothing does.
  case mean
  case sum
  /// Each example's own loss.
  case none

  func apply(_ losses: Tensor) throws -> Tensor {
    switch self {
    case .mean: try losses.mean()
    case .sum: try losses.sum()
    case .none: losses
    }
  }

  /// The same for references.
  func apply(_ losses: Plain, weights: [Double]? = nil) -> Plain {
    let total = losses.values.reduce(0, +)
    switch self {
    case .mean: return Plain([], [total / (weights?.reduce(0, +) ?? Double(losses.values.count))])
    case .sum: return Plain([], [total])
    case .none: return losses
    }
  }

  static let parameter = Parameter.option(
    "reduce", .choice(LossReduction.allCases.map(\.rawValue)), default: .text("mean"),
    "\"mean\", \"sum\", or \"none\" for the losses of single examples")
}

extension Arguments {
  func reduction(_ index: Int) -> LossReduction { text(index).flatMap(LossReduction.init(rawValue:)) ?? .mean }
}
