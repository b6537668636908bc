/// The chi-squared distribution. Degrees of freedom are positive; other values give NaN.
public enum ChiSquared {
  /// P(X <= x).
  public static func cumulative(_ x: Double, degreesOfFreedom v: Double) -> Double {
    IncompleteGamma.tails(v / 2, max(0, x) / 2).lower
  }

  /// P(X > x).
  public static func upperTail(_ x: Double, degreesOfFreedom v: Double) -> Double {
    IncompleteGamma.tails(v / 2, max(0, x) / 2).upper
  }
}
