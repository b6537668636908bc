import Glibc

/// The noncentral t distribution: (Z + shift) / sqrt(χ²/v), the law of a t statistic when there is an effect.
public enum NoncentralT {
  /// P(T <= t) for `degreesOfFreedom` > 0 and a finite `shift` (the noncentrality); NaN otherwise.
  ///
  /// The Poisson-weighted sum of incomplete beta functions of Lenth 1989 (AS 243), taken around its largest weight so
  /// that large shifts do not underflow. Absolute error about 1e-12.
  public static func cumulative(_ t: Double, degreesOfFreedom v: Double, shift: Double) -> Double {
    guard v > 0, v.isFinite, shift.isFinite, abs(shift) < 1e4, !t.isNaN else { return .nan }
    if t.isInfinite { return t > 0 ? 1 : 0 }
    if t < 0 { return 1 - cumulative(-t, degreesOfFreedom: v, shift: -shift) }
    let square = t * t
    guard square.isFinite else { return 1 }
    if shift == 0 { return StudentT.cumulative(t, degreesOfFreedom: v) }
    let x = square / (square + v)
    let y = v / (square + v)
    let rate = shift * shift / 2
    let spread = 9 * (rate + 1).squareRoot() + 30
    let first = Int(max(0, rate - spread))
    let last = Int(rate + spread)
    let logRate = log(rate)
    var sum = 0.0
    for index in first...last {
      let j = Double(index)
      let even = exp(j * logRate - rate - LogGamma.value(j + 1))
      let odd = exp((j + 0.5) * logRate - rate - LogGamma.value(j + 1.5)) * (shift < 0 ? -1 : 1)
      sum += even * IncompleteBeta.tails(x, complement: y, j + 0.5, v / 2).lower
      sum += odd * IncompleteBeta.tails(x, complement: y, j + 1, v / 2).lower
    }
    return min(1, max(0, Normal.cumulative(-shift) + sum / 2))
  }
}
