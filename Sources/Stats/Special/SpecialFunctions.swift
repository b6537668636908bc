/// Special functions of mathematics, accurate to about 1e-13.
public enum SpecialFunctions {
  /// ln Γ(x) for x > 0; NaN for other x.
  public static func logGamma(_ x: Double) -> Double { LogGamma.value(x) }

  /// ln B(a, b) for positive a and b; NaN otherwise.
  public static func logBeta(_ a: Double, _ b: Double) -> Double {
    a > 0 && b > 0 ? LogGamma.beta(a, b) : .nan
  }

  /// The regularised incomplete beta function I_x(a, b) for a, b > 0 and x in 0...1; NaN otherwise.
  public static func regularizedBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    IncompleteBeta.tails(x, complement: 1 - x, a, b).lower
  }

  /// The regularised lower incomplete gamma function P(a, x) for a > 0 and x >= 0; NaN otherwise.
  public static func regularizedGamma(_ a: Double, _ x: Double) -> Double { IncompleteGamma.tails(a, x).lower }

  /// The regularised upper incomplete gamma function Q(a, x) = 1 - P(a, x); NaN outside its domain.
  public static func regularizedGammaComplement(_ a: Double, _ x: Double) -> Double {
    IncompleteGamma.tails(a, x).upper
  }
}
