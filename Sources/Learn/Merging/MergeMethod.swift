import Basics
import Kernels
import Tensors

/// What a merge method gets: weights of the same names and shapes, and its options, all checked.
public struct MergeInput {
  /// Models, or the task vectors between them and a base, not computed yet.
  public let expressions: [WeightsExpression]
  /// One for each of the list, for methods that ask for them.
  public let companions: [Weights]
  let settings: Settings
  /// For methods that draw.
  let source: RandomSource

  /// Models, or task vectors, as numbers. What is linear in them should do without.
  public var list: [Weights] { get throws { try expressions.map { try $0.weights } } }

  /// One factor for each of the list, from the option `weights`; ones when it was left out.
  func factors() throws -> [Double] {
    let given = settings.numbers("weights")
    if given.isEmpty { return expressions.map { _ in 1 } }
    guard given.count == expressions.count else {
      throw Failure(
        .argument, "'weights' must have a number for each of the \(expressions.count) entries, found \(given.count)")
    }
    return given
  }

  /// A tensor for each name, from those of the list.
  func map(_ f: (_ tensors: [Tensor]) throws -> Tensor) throws -> Weights {
    let list = try list
    return try list[0].map { name, _ in try f(list.map { try $0.tensor(name) }) }
  }
}

/// Everything there is to say about one way of merging weights, in one place.
public struct MergeMethod: @unchecked Sendable {
  /// What the entries of the list are.
  public enum Kind: Sendable {
    /// Weights of models; the result is a model.
    case models
    /// Task vectors, differences between models and a base; the result is one, too. With a base given, models.
    case vectors
  }

  /// As scripts call it: `ties`.
  public let name: String
  public let kind: Kind
  /// One sentence.
  public let summary: String
  public let formula: String
  public let notes: String?
  public let source: String?
  /// How many entries it takes.
  public let counts: ClosedRange<Int>
  /// What comes beside each entry, as in "diagonal Fisher information"; `nil` for most.
  public let companion: String?
  /// Whether it draws random numbers.
  public let draws: Bool
  public let options: [OptionSpec]
  /// Lua for the options in an example.
  public let exampleOptions: String
  private let body: (MergeInput) throws -> WeightsExpression

  init(
    _ name: String, _ kind: Kind, _ summary: String, formula: String, notes: String? = nil, source: String?,
    counts: ClosedRange<Int> = 1...Int.max, companion: String? = nil, draws: Bool = false, options: [OptionSpec] = [],
    exampleOptions: String = "", body: @escaping (MergeInput) throws -> WeightsExpression
  ) {
    self.name = name
    self.kind = kind
    self.summary = summary
    self.formula = formula
    self.notes = notes
    self.source = source
    self.counts = counts
    self.companion = companion
    self.draws = draws
    self.options = options
    self.exampleOptions = exampleOptions
    self.body = body
  }

  /// Merges weights.
  ///
  /// - Parameters:
  ///   - list: models, or task vectors for methods of that kind.
  ///   - base: makes the list models for methods on task vectors: their differences from the base are merged, and the base
  ///     is added.
  ///   - source: random numbers for methods that draw.
  /// - Throws: when names, shapes or dtypes differ, when there are too few or too many, or for a wrong option.
  public func callAsFunction(
    _ list: [Weights], base: Weights? = nil, companions: [Weights] = [],
    _ options: [(name: String, value: SettingValue)] = [], source: RandomSource? = nil
  ) throws -> Weights {
    let settings = try Settings(self.options, options)
    guard counts.contains(list.count) else {
      let wanted =
        counts.lowerBound == counts.upperBound
        ? "exactly \(counts.lowerBound)" : "at least \(counts.lowerBound)"
      throw Failure(.argument, "needs \(wanted) weights to merge, found \(list.count)")
    }
    for (position, other) in list.enumerated().dropFirst() {
      try MergeMethod.require(list[0], other, "entry \(position + 1)")
    }
    if let companion {
      guard companions.count == list.count else {
        throw Failure(
          .argument, "needs one \(companion) for each of the \(list.count) weights, found \(companions.count)")
      }
      for (position, other) in companions.enumerated() {
        try MergeMethod.require(list[0], other, "\(companion) \(position + 1)")
      }
    }
    // They hold the weights, so that nothing is computed before the end.
    let models = list.map { WeightsExpression($0) }
    let origin = base.map { WeightsExpression($0) }
    var entries = models
    if let base, let origin {
      guard kind == .vectors else {
        throw Failure(.argument, "'base' goes with methods on task vectors, and \(name) merges models")
      }
      try MergeMethod.require(list[0], base, "the base")
      entries = try models.map { try $0 - origin }
    }
    return try withExtendedLifetime((models, origin)) {
      let merged = try body(
        MergeInput(
          expressions: entries, companions: companions, settings: settings,
          source: source ?? RandomSource(seed: 0, name: name)))
      return try (origin.map { try $0 + merged } ?? merged).weights
    }
  }

  static func require(_ first: Weights, _ other: Weights, _ what: String) throws {
    do { try first.requireSame(other) } catch let failure as Failure {
      throw Failure(failure.kind, "\(what) does not agree with entry 1: \(failure.message)")
    }
  }
}

/// Every way of merging there is. A new one is a file here, and its name in this list.
public enum MergeMethods {
  public static let all: [MergeMethod] = [
    taskArithmetic, ties, dare, signConsensus, trim, orthogonal, soup, metricsWeighted, slerp, fisher,
  ]

  /// The row of a name.
  public static func named(_ name: String) throws -> MergeMethod {
    guard let method = all.first(where: { $0.name == name }) else {
      throw Failure(.argument, "unknown merge method '\(name)'" + NearestName.hint(name, among: all.map(\.name)))
    }
    return method
  }

  static let scale = OptionSpec(
    "scale", .number(-OptionSpec.unbounded...OptionSpec.unbounded), default: .number(1), "a factor for the result")
  static let weights = OptionSpec(
    "weights", .numbers(count: nil, -OptionSpec.unbounded...OptionSpec.unbounded), default: .numbers([]),
    "a factor for each entry, ones when left out")
  static let scope = OptionSpec(
    "scope", .choice(Magnitude.Scope.allCases.map(\.rawValue)), default: .text("whole"),
    "whether magnitudes are ranked over the whole vector or in each tensor")
}
