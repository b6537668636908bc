import Basics

/// Intervals of a share: `successes` of `trials` independent yes-or-no outcomes.
public enum BinomialInterval {
  /// Wilson's score interval (1927), without continuity correction: good coverage on average.
  public static func wilson(successes: Int, trials: Int, confidence: Double = 0.95) throws -> Interval {
    try check(successes, trials, confidence)
    let n = Double(trials)
    let share = Double(successes) / n
    let z = -Normal.quantile((1 - confidence) / 2)
    let centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    let half = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
    return Interval(successes == 0 ? 0 : max(0, centre - half), successes == trials ? 1 : min(1, centre + half))
  }

  /// The exact interval of Clopper & Pearson (1934): never covers less than `confidence`.
  public static func clopperPearson(successes: Int, trials: Int, confidence: Double = 0.95) throws -> Interval {
    try check(successes, trials, confidence)
    let tail = (1 - confidence) / 2
    let (k, n) = (Double(successes), Double(trials))
    let lower = successes == 0 ? 0 : BetaDistribution.quantile(tail, k, n - k + 1)
    // The mirror image, so that the tail is the small probability.
    let upper = successes == trials ? 1 : 1 - BetaDistribution.quantile(tail, n - k, k + 1)
    return Interval(lower, upper)
  }

  private static func check(_ successes: Int, _ trials: Int, _ confidence: Double) throws {
    guard trials >= 1, successes >= 0, successes <= trials else {
      throw Failure(.range, "a share needs 0 <= successes <= trials and a trial, got \(successes) of \(trials)")
    }
    try Sample.check(confidence: confidence)
  }
}
