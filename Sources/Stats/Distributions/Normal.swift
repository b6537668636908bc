import Glibc

/// The standard normal distribution.
public enum Normal {
  /// Density at x.
  public static func density(_ x: Double) -> Double { exp(-0.5 * x * x - LogGamma.halfLogTwoPi) }

  /// P(Z <= x); far in the lower tail still accurate relative to itself.
  public static func cumulative(_ x: Double) -> Double { 0.5 * erfc(-x * 0.5.squareRoot()) }

  /// P(Z > x).
  public static func upperTail(_ x: Double) -> Double { cumulative(-x) }

  /// The x with P(Z <= x) = p. Infinite at 0 and 1, NaN outside 0...1.
  ///
  /// A rational start (Abramowitz & Stegun 26.2.23) polished by Halley's method.
  public static func quantile(_ p: Double) -> Double {
    guard p >= 0, p <= 1 else { return .nan }
    if p == 0 { return -.infinity }
    if p == 1 { return .infinity }
    if p == 0.5 { return 0 }
    if p > 0.5 { return -quantile(1 - p) }
    let t = (-2 * log(p)).squareRoot()
    let numerator = 2.515517 + t * (0.802853 + t * 0.010328)
    let denominator = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308))
    var x = numerator / denominator - t
    for _ in 0..<4 {
      let error = (cumulative(x) - p) / density(x)
      let step = error / (1 + x * error / 2)
      guard step.isFinite else { break }
      x -= step
    }
    return x
  }
}
