/// The beta distribution on 0...1.
public enum BetaDistribution {
  /// P(X <= x) for positive shape parameters.
  public static func cumulative(_ x: Double, _ a: Double, _ b: Double) -> Double {
    SpecialFunctions.regularizedBeta(min(1, max(0, x)), a, b)
  }

  /// The x with P(X <= x) = p; NaN outside 0...1 and for shapes that are not positive.
  public static func quantile(_ p: Double, _ a: Double, _ b: Double) -> Double {
    guard p >= 0, p <= 1, a > 0, b > 0, a.isFinite, b.isFinite else { return .nan }
    if p == 0 { return 0 }
    if p == 1 { return 1 }
    let mean = a / (a + b)
    return MonotoneRoot.find(between: 0, and: 1, from: mean) { x in
      let sides = IncompleteBeta.tails(x, complement: 1 - x, a, b)
      let value = p < 0.5 ? sides.lower - p : (1 - p) - sides.upper
      return (value, IncompleteBeta.front(x, 1 - x, a, b) / (x * (1 - x)))
    }
  }
}
