import Basics

/// A number that changes with the step, most often the learning rate: a pure function of the step, counted from 1.
public struct Schedule: Sendable {
  private let value: @Sendable (_ step: Int) -> Double

  public init(_ value: @escaping @Sendable (_ step: Int) -> Double) { self.value = value }

  /// The number for a step; steps below 1 count as 1.
  public func callAsFunction(_ step: Int) -> Double { value(max(1, step)) }

  /// This schedule after a linear rise: step `t` of the first `steps` gives `t / steps` of this schedule's first number,
  /// and the step after them is this schedule's first.
  public func warmedUp(_ steps: Int) -> Schedule {
    if steps <= 0 { return self }
    return Schedule { step in step <= steps ? self(1) * Double(step) / Double(steps) : self(step - steps) }
  }
}

/// Everything there is to say about one schedule, in one place.
public struct ScheduleKind: Sendable {
  /// As scripts call it: `cosine`.
  public let name: String
  /// One sentence.
  public let summary: String
  /// With `n = t - 1` for step `t`.
  public let formula: String
  public let source: String?
  public let options: [OptionSpec]
  private let build: @Sendable (Settings) throws -> Schedule

  init(
    _ name: String, _ summary: String, formula: String, source: String? = nil, options: [OptionSpec],
    build: @escaping @Sendable (Settings) throws -> Schedule
  ) {
    self.name = name
    self.summary = summary
    self.formula = formula
    self.source = source
    self.options = options
    self.build = build
  }

  /// The schedule under options; see `options`.
  public func make(_ given: [(name: String, value: SettingValue)] = []) throws -> Schedule {
    try build(Settings(options, given))
  }
}

/// Every schedule there is. A new one is a row in one of the files here, and its name in this list.
public enum Schedules {
  public static let all: [ScheduleKind] = [
    constant, step, multistep, exponential, linear, cosine, inverseSquareRoot, oneCycle, cyclic,
  ]

  /// The row of a name.
  public static func named(_ name: String) throws -> ScheduleKind {
    guard let kind = all.first(where: { $0.name == name }) else {
      throw Failure(.argument, "unknown schedule '\(name)'" + NearestName.hint(name, among: all.map(\.name)))
    }
    return kind
  }

  static let rate = OptionSpec(
    "lr", .number(0...OptionSpec.unbounded), default: .number(1),
    "the highest number; 1 gives a factor for any learning rate")
  static let warmup = OptionSpec(
    "warmup", .integer(0...Int.max), default: .number(0), "steps of linear rise before the schedule begins")
  static let final = OptionSpec(
    "final", .number(0...OptionSpec.unbounded), default: .number(0), "the number that it falls to")
  static let steps = OptionSpec(
    "steps", .integer(1...Int.max), default: nil,
    "all steps, warm-up included; later steps give what the last would lead to")
  static let gamma = OptionSpec(
    "gamma", .number(0...OptionSpec.unbounded), default: .number(0.1), "the factor of each fall")

  /// Steps that are left after the warm-up.
  static func stepsAfterWarmup(_ settings: Settings) throws -> Int {
    let (steps, warmup) = (settings.integer("steps"), settings.integer("warmup"))
    guard steps > warmup else { throw Failure(.range, "'warmup' (\(warmup)) must be below 'steps' (\(steps))") }
    return steps - warmup
  }
}
