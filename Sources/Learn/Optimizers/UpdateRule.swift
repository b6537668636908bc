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
  /// The parameter's shape.
  public let shape: Shape
}

/// An optimizer that asks for the loss at places of its own choice, over all parameters as one vector.
public protocol LossSolver: AnyObject {
  /// The loss and its gradient at a place.
  typealias Evaluation = (_ point: [Double]) throws -> (loss: Double, gradient: [Double])

  /// The loss where it began, and the place to go to.
  func minimize(_ settings: Settings, from start: [Double], _ evaluate: Evaluation) throws
    -> (loss: Double, point: [Double])

  /// What is remembered between calls, by names.
  func state() throws -> [(name: String, tensor: Tensor)]

  /// Takes up what `state` gave, for parameters of `count` numbers together; changes nothing when it throws.
  func load(_ state: [(name: String, tensor: Tensor)], count: Int) throws
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
  /// The options of its own, and those of every rule (``Optimizers/common``).
  public let options: [OptionSpec]
  /// How many of the options are its own; they come first.
  public let ownOptions: Int
  public let make: @Sendable (Settings) -> any UpdateRule
  /// What it is instead of a rule for each parameter, when it has to evaluate the loss itself.
  public let makeSolver: (@Sendable () -> any LossSolver)?

  public init(
    _ name: String, _ summary: String, formula: String, source: String, options: [OptionSpec],
    make: @escaping @Sendable (Settings) -> any UpdateRule
  ) {
    self.name = name
    self.summary = summary
    self.formula = formula
    self.source = source
    self.options = options + Optimizers.common
    ownOptions = options.count
    self.make = make
    makeSolver = nil
  }

  public init(
    _ name: String, _ summary: String, formula: String, source: String, options: [OptionSpec],
    makeSolver: @escaping @Sendable () -> any LossSolver
  ) {
    self.name = name
    self.summary = summary
    self.formula = formula
    self.source = source
    self.options = options
    ownOptions = options.count
    make = { SGD($0) }
    self.makeSolver = makeSolver
  }
}

/// Every optimizer there is. A new one is a file with its rule and its row, and its name here.
public enum Optimizers {
  public static let all: [OptimizerKind] = [
    SGD.kind, Adam.kind, AdamW.kind, RMSprop.kind, Adagrad.kind, Lion.kind, Muon.kind, LBFGS.kind,
  ]

  /// Options that every rule for parameters has besides its own.
  public static let common: [OptionSpec] = [
    OptionSpec(
      "lr_scale", .number(0...OptionSpec.unbounded), default: .number(1),
      "multiplies lr: a group's share of a learning rate that all groups have in common"),
    OptionSpec(
      "noise", .number(0...OptionSpec.unbounded), default: .number(0),
      "the variance of the normal numbers that are added to gradients at the first step"),
    OptionSpec(
      "noise_decay", .number(0...OptionSpec.unbounded), default: .number(0.55),
      "how the noise fades: its variance is noise / t^noise_decay at step t"),
    OptionSpec(
      "rho", .number(0...OptionSpec.unbounded), default: .number(0),
      "how far the gradient is taken uphill of the parameters; 0 takes it where they are"),
    OptionSpec(
      "adaptive", .boolean, default: .boolean(false), "measure rho in proportion to the size of each parameter"),
  ]

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
