/// The F distribution, for ratios of variances. Degrees of freedom are positive; other values give NaN.
public enum FisherF {
  /// P(F <= x).
  public static func cumulative(_ x: Double, _ numerator: Double, _ denominator: Double) -> Double {
    tails(x, numerator, denominator).lower
  }

  /// P(F > x).
  public static func upperTail(_ x: Double, _ numerator: Double, _ denominator: Double) -> Double {
    tails(x, numerator, denominator).upper
  }

  private static func tails(_ x: Double, _ numerator: Double, _ denominator: Double) -> Tails {
    guard numerator > 0, denominator > 0, !x.isNaN else { return .undefined }
    if x <= 0 { return Tails(lower: 0, upper: 1) }
    let weighted = numerator * x
    if weighted.isInfinite { return Tails(lower: 1, upper: 0) }
    let total = weighted + denominator
    return IncompleteBeta.tails(
      weighted / total, complement: denominator / total, numerator / 2, denominator / 2)
  }
}
