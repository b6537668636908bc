import Basics
import Kernels
import Tensors

/// One optimizer: what it remembers of a parameter, and how it changes the parameter.
///
/// This is all that a new optimizer has to provide, together with its row (``OptimizerKind``).
public protocol UpdateRule {
  /// The rule under settings that its row's options allow.
  init(_ settings: Settings)

  /// What is remembered of a parameter before its first update: names with tensors of the parameter's shape.
  func newState(_ parameter: Tensor) throws -> [(name: String, tensor: Tensor)]

  /// Changes the parameter, and the state in place.
  ///
  /// - Parameters:
  ///   - memory: parameter, gradient and state, contiguous and of one dtype.
  ///   - step: how many updates of this parameter there were, this one included.
  func apply<T: Real>(_ memory: UpdateMemory<T>, step: Int)
}

/// The numbers of one update.
public struct UpdateMemory<T: Real> {
  public let parameter: UnsafeMutablePointer<T>
  public let gradient: UnsafePointer<T>
  /// In the order of `newState`.
  public let state: [UnsafeMutablePointer<T>]
  public let count: Int
}

/// Everything there is to say about one optimizer, in one place; bindings, help and the reference page walk these rows.
public struct OptimizerKind: Sendable {
  /// As scripts call it: `AdamW`.
  public let name: String
  /// One sentence.
  public let summary: String
  public let formula: String
  /// The paper that it comes from.
  public let source: String
  public let options: [OptionSpec]
  public let make: @Sendable (Settings) -> any UpdateRule

  public init(
    _ name: String, _ summary: String, formula: String, source: String, options: [OptionSpec],
    make: @escaping @Sendable (Settings) -> any UpdateRule
  ) {
    self.name = name
    self.summary = summary
    self.formula = formula
    self.source = source
    self.options = options
    self.make = make
  }
}

/// Every optimizer there is. A new one is a file with its rule and its row, and its name here.
public enum Optimizers {
  public static let all: [OptimizerKind] = [SGD.kind, Adam.kind, AdamW.kind, RMSprop.kind, Adagrad.kind, Lion.kind]

  /// The row of a name.
  public static func named(_ name: String) throws -> OptimizerKind {
    guard let kind = all.first(where: { $0.name == name }) else {
      throw Failure(.argument, "unknown optimizer '\(name)'" + NearestName.hint(name, among: all.map(\.name)))
    }
    return kind
  }

  static func learningRate(_ value: Double) -> OptionSpec {
    OptionSpec("lr", .number(0...OptionSpec.unbounded), default: .number(value), "the learning rate")
  }
  static func betas(_ first: Double, _ second: Double) -> OptionSpec {
    OptionSpec(
      "betas", .numbers(count: 2, 0...1, open: true), default: .numbers([first, second]),
      "how slowly the running averages forget")
  }
  static func epsilon(_ value: Double) -> OptionSpec {
    OptionSpec("eps", .number(0...OptionSpec.unbounded), default: .number(value), "added to what is divided by")
  }
  static func weightDecay(_ value: Double, decoupled: Bool) -> OptionSpec {
    OptionSpec(
      "weight_decay", .number(0...OptionSpec.unbounded), default: .number(value),
      decoupled
        ? "the share of the parameter, times lr, that each step takes away"
        : "how much of the parameter is added to its gradient")
  }
  static func momentum() -> OptionSpec {
    OptionSpec(
      "momentum", .number(0...OptionSpec.unbounded), default: .number(0), "how much of the last step continues")
  }
}
