import Glibc

/// Student's t distribution. Degrees of freedom are positive and need not be whole; other values give NaN.
///
/// Relative accuracy is about 1e-12 up to 10^5 degrees of freedom and falls off in proportion above.
public enum StudentT {
  /// Density at t.
  public static func density(_ t: Double, degreesOfFreedom v: Double) -> Double {
    guard v > 0, v.isFinite else { return .nan }
    let logFront = -LogGamma.beta(v / 2, 0.5) - 0.5 * log(v)
    return exp(logFront - (v + 1) / 2 * log1p(t * t / v))
  }

  /// P(T <= t).
  public static func cumulative(_ t: Double, degreesOfFreedom v: Double) -> Double {
    upperTail(-t, degreesOfFreedom: v)
  }

  /// P(T > t).
  public static func upperTail(_ t: Double, degreesOfFreedom v: Double) -> Double {
    let half = outside(abs(t), v).lower / 2
    return t >= 0 ? half : 1 - half
  }

  /// P(|T| > |t|).
  public static func twoSided(_ t: Double, degreesOfFreedom v: Double) -> Double { outside(abs(t), v).lower }

  /// The t with P(T <= t) = p. Infinite at 0 and 1, NaN outside 0...1.
  public static func quantile(_ p: Double, degreesOfFreedom v: Double) -> Double {
    guard p >= 0, p <= 1, v > 0, v.isFinite else { return .nan }
    if p == 0.5 { return 0 }
    return p < 0.5
      ? -upperQuantile(p, centre: 0.5 - p, v) : upperQuantile(1 - p, centre: p - 0.5, v)
  }

  /// The t with P(|T| <= t) = confidence: the multiplier of a two-sided interval.
  public static func twoSidedQuantile(confidence: Double, degreesOfFreedom v: Double) -> Double {
    guard confidence >= 0, confidence <= 1, v > 0, v.isFinite else { return .nan }
    return upperQuantile((1 - confidence) / 2, centre: confidence / 2, v)
  }

  /// The two-sided quantile whose probability outside is `alpha`; keeps its digits for tiny `alpha`.
  static func critical(alpha: Double, degreesOfFreedom v: Double) -> Double {
    upperQuantile(alpha / 2, centre: (1 - alpha) / 2, v)
  }

  /// P(|T| > t) as the lower side, P(|T| <= t) as the upper.
  private static func outside(_ t: Double, _ v: Double) -> Tails {
    guard v > 0, v.isFinite, !t.isNaN else { return .undefined }
    if t.isInfinite { return Tails(lower: 0, upper: 1) }
    if t > 1e150 { return IncompleteBeta.tails(v / t / t, complement: 1, v / 2, 0.5) }
    let square = t * t
    return IncompleteBeta.tails(v / (v + square), complement: square / (v + square), v / 2, 0.5)
  }

  /// The positive t with P(T > t) = tail, where `centre` = 1/2 - tail: solved on logarithms in the tail, where they are
  /// nearly straight, and on the central probability near zero.
  private static func upperQuantile(_ tail: Double, centre: Double, _ v: Double) -> Double {
    if tail <= 0 { return .infinity }
    if centre <= 0 { return 0 }
    let start = -Normal.quantile(tail)
    if tail > 0.2, outside(2, v).upper / 2 >= centre {
      return MonotoneRoot.find(between: 0, and: 2, from: start) { t in
        (outside(t, v).upper / 2 - centre, density(t, degreesOfFreedom: v))
      }
    }
    let logTail = log(tail)
    let solution = MonotoneRoot.find(between: -2, and: 345, from: log(start)) { logT in
      let t = exp(logT)
      let beyond = outside(t, v).lower / 2
      guard beyond > 0 else { return (.infinity, .infinity) }
      return (logTail - log(beyond), density(t, degreesOfFreedom: v) * t / beyond)
    }
    return exp(solution)
  }
}
