import Basics

/// Student's and Welch's t tests of means.
///
/// Without any spread the statistic is infinite (p = 0 on the side of the difference) or, without a difference, zero (p = 1).
public enum TTest {
  /// Whether the mean of `values` (at least two) differs from `mean`.
  public static func oneSample(
    _ values: [Double], mean: Double = 0, alternative: Alternative = .twoSided
  ) throws -> HypothesisTest {
    try Sample.check(values, atLeast: 2, for: "a t test")
    let difference = try Summary.mean(values) - mean
    return result(
      difference: difference, error: try Summary.standardError(values), degreesOfFreedom: Double(values.count - 1),
      alternative)
  }

  /// Whether pairs differ on average: the one-sample test of first - second.
  public static func paired(
    _ first: [Double], _ second: [Double], alternative: Alternative = .twoSided
  ) throws -> HypothesisTest {
    try oneSample(try Paired.differences(first, second), alternative: alternative)
  }

  /// Whether two independent samples (at least two values each) differ in mean, without assuming equal variances;
  /// degrees of freedom after Welch (1947) and Satterthwaite (1946).
  public static func welch(
    _ first: [Double], _ second: [Double], alternative: Alternative = .twoSided
  ) throws -> HypothesisTest {
    try Sample.check(first, atLeast: 2, for: "Welch's t test")
    try Sample.check(second, atLeast: 2, for: "Welch's t test")
    let (n, m) = (Double(first.count), Double(second.count))
    let a = try Summary.variance(first) / n
    let b = try Summary.variance(second) / m
    let total = a + b
    // Shares instead of squares, so that tiny variances do not underflow.
    let (shareA, shareB) = total > 0 ? (a / total, b / total) : (0.5, 0.5)
    let freedom = 1 / (shareA * shareA / (n - 1) + shareB * shareB / (m - 1))
    let difference = try Summary.mean(first) - Summary.mean(second)
    return result(difference: difference, error: total.squareRoot(), degreesOfFreedom: freedom, alternative)
  }

  private static func result(
    difference: Double, error: Double, degreesOfFreedom: Double, _ alternative: Alternative
  ) -> HypothesisTest {
    guard error > 0 || difference != 0 else {
      return HypothesisTest(statistic: 0, p: alternative == .twoSided ? 1 : 0.5, degreesOfFreedom: degreesOfFreedom)
    }
    let t = error > 0 ? difference / error : difference > 0 ? .infinity : -.infinity
    return HypothesisTest(
      statistic: t, p: alternative.p(t: t, degreesOfFreedom: degreesOfFreedom), degreesOfFreedom: degreesOfFreedom)
  }
}
