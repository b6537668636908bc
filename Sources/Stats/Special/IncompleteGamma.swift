import Glibc

/// The regularised incomplete gamma functions P(a, x) and Q(a, x).
///
/// The power series below x = a + 1 and Legendre's continued fraction above (Abramowitz & Stegun 6.5.29, 6.5.31).
enum IncompleteGamma {
  /// P(a, x) as the lower and Q(a, x) as the upper side, for a > 0 and x >= 0.
  static func tails(_ a: Double, _ x: Double) -> Tails {
    guard a > 0, a.isFinite, x >= 0 else { return .undefined }
    if x == 0 { return Tails(lower: 0, upper: 1) }
    if x.isInfinite { return Tails(lower: 1, upper: 0) }
    if x < a + 1 {
      let lower = min(1, front(a, x) * series(a, x))
      return Tails(lower: lower, upper: 1 - lower)
    }
    let upper = min(1, front(a, x) * continuedFraction(a, x))
    return Tails(lower: 1 - upper, upper: upper)
  }

  /// x^a e^-x / Γ(a).
  private static func front(_ a: Double, _ x: Double) -> Double {
    guard a >= 12 else { return exp(a * log(x) - x - LogGamma.value(a)) }
    let exponent = a * IncompleteBeta.excess((x - a) / a)
    return exp(-exponent - LogGamma.stirlingRemainder(a) - LogGamma.halfLogTwoPi) * a.squareRoot()
  }

  private static func series(_ a: Double, _ x: Double) -> Double {
    var term = 1 / a
    var sum = term
    for k in 1...200_000 {
      term *= x / (a + Double(k))
      sum += term
      if term < sum * 1e-17 { break }
    }
    return sum
  }

  private static func continuedFraction(_ a: Double, _ x: Double) -> Double {
    var b = x + 1 - a
    var c = 1e300
    var d = 1 / b
    var fraction = d
    for k in 1...200_000 {
      let numerator = -Double(k) * (Double(k) - a)
      b += 2
      d = numerator * d + b
      if abs(d) < 1e-300 { d = 1e-300 }
      c = b + numerator / c
      if abs(c) < 1e-300 { c = 1e-300 }
      d = 1 / d
      fraction *= d * c
      if abs(d * c - 1) < 2e-16 { break }
    }
    return fraction
  }
}
