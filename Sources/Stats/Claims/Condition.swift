import Basics

/// What a claim says about a measure that every seed yields once.
public struct Condition: Equatable, Sendable {
  /// Where the mean is claimed to lie.
  public enum Rule: Equatable, Sendable {
    /// Above the threshold.
    case above(Double)
    /// Below the threshold.
    case below(Double)
    /// Between two bounds: equivalence.
    case within(Double, Double)
  }

  public let rule: Rule
  /// The confidence of the interval that decides, 0.95 unless said otherwise.
  public let confidence: Double
  /// Whether the rule must hold in each seed instead of on average. Decided by looking, without an interval.
  public let everySeed: Bool

  /// - Throws: for thresholds that are not finite, bounds that do not increase, confidence outside 0..<1.
  public init(_ rule: Rule, confidence: Double = 0.95, everySeed: Bool = false) throws {
    switch rule {
    case .above(let threshold), .below(let threshold):
      guard threshold.isFinite else { throw Failure(.range, "a claim's threshold must be finite, got \(threshold)") }
    case .within(let lower, let upper):
      guard lower.isFinite, upper.isFinite, lower < upper else {
        throw Failure(.range, "a claim's bounds must be finite and increase, got \(lower) and \(upper)")
      }
    }
    try Sample.check(confidence: confidence)
    self.rule = rule
    self.confidence = confidence
    self.everySeed = everySeed
  }

  /// Whether one number satisfies the rule; bounds of `within` belong to it, thresholds do not.
  public func holds(for value: Double) -> Bool {
    switch rule {
    case .above(let threshold): value > threshold
    case .below(let threshold): value < threshold
    case .within(let lower, let upper): lower <= value && value <= upper
    }
  }

  /// The numbers that the mean is compared with.
  var thresholds: [Double] {
    switch rule {
    case .above(let threshold), .below(let threshold): [threshold]
    case .within(let lower, let upper): [lower, upper]
    }
  }
}
