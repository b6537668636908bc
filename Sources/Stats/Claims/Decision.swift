/// What the trials say about a claim.
public enum Verdict: String, Sendable, CaseIterable {
  case supported
  case refuted
  case undecided

  /// The verdict of a claim that lists conditions: all supported makes it supported, any refuted makes it refuted, else it
  /// is undecided; so is an empty list.
  public static func ofAll(_ verdicts: [Verdict]) -> Verdict {
    if verdicts.contains(.refuted) { return .refuted }
    return !verdicts.isEmpty && verdicts.allSatisfy { $0 == .supported } ? .supported : .undecided
  }
}

/// How one condition was decided.
public struct Decision: Equatable, Sendable {
  /// The mean of the measure over the seeds; NaN without a usable value.
  public let estimate: Double
  /// The t interval of the mean at the condition's own confidence; absent below two values or with values that are not
  /// finite.
  public let interval: Interval?
  public let count: Int
  /// The two-sided t-test p value against the threshold that is decisive on the side where the estimate lies, before
  /// correction; absent for conditions on every seed, which make no inference.
  public let p: Double?
  /// `p` after Holm's correction over all conditions decided together; what the verdict rests on.
  public let adjustedP: Double?
  /// The interval at `adjustedConfidence`: it lies wholly beyond the threshold exactly when the verdict is supported, and
  /// wholly on the other side exactly when it is refuted.
  public let adjustedInterval: Interval?
  public let adjustedConfidence: Double?
  public let verdict: Verdict
  /// (estimate - nearest threshold) / standard deviation; absent without spread.
  public let effectSize: Double?
  /// The standard deviation of the measure over the seeds; absent without an interval.
  public let standardDeviation: Double?
  /// The confidence that the condition asks for.
  public let confidence: Double
  /// What a reader should know: undecidable values, no spread, results too good to be true.
  public let notes: [String]

  /// The smallest distance from the threshold, in units of the measure, that this many seeds would have shown four times
  /// out of five at the condition's own confidence; absent without spread.
  public func smallestDetectable() -> Double? {
    guard let standardDeviation, standardDeviation > 0 else { return nil }
    return (try? DetectableEffect.smallest(count: count, confidence: confidence)).map { $0 * standardDeviation }
  }
}

/// How a claim, one or more conditions, was decided.
public struct ClaimDecision: Equatable, Sendable {
  public let verdict: Verdict
  public let conditions: [Decision]

  public init(conditions: [Decision]) {
    self.conditions = conditions
    verdict = Verdict.ofAll(conditions.map(\.verdict))
  }
}
