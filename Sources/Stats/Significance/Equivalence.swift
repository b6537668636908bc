import Basics

/// Tests of being practically the same.
public enum Equivalence {
  /// Two one-sided t tests (Schuirmann 1987): whether the mean of `values` lies between `lower` and `upper`.
  ///
  /// The p value is the larger of both sides'; below 0.05 means that the 90 % t interval lies inside the bounds. The
  /// statistic is the t of the deciding side.
  public static func twoOneSided(_ values: [Double], lower: Double, upper: Double) throws -> HypothesisTest {
    guard lower < upper else {
      throw Failure(.range, "equivalence bounds must increase, got \(lower) and \(upper)")
    }
    let above = try TTest.oneSample(values, mean: lower, alternative: .greater)
    let below = try TTest.oneSample(values, mean: upper, alternative: .less)
    return above.p >= below.p ? above : below
  }
}
