import Basics

/// How small an effect a number of seeds can see.
public enum DetectableEffect {
  /// The chance that the two-sided t interval of `count` values lies wholly above the threshold when the true mean is
  /// `effect` standard deviations above it: the upper tail of the noncentral t distribution, exact for normal values.
  public static func power(effect: Double, count: Int, confidence: Double = 0.95) throws -> Double {
    try check(count, confidence)
    guard effect.isFinite else { throw Failure(.range, "an effect must be finite, got \(effect)") }
    let freedom = Double(count - 1)
    let critical = StudentT.twoSidedQuantile(confidence: confidence, degreesOfFreedom: freedom)
    let shift = effect * Double(count).squareRoot()
    guard abs(shift) < 1e4 else { return shift > 0 ? 1 : 0 }
    return 1 - NoncentralT.cumulative(critical, degreesOfFreedom: freedom, shift: shift)
  }

  /// The smallest true difference, in standard deviations of the values, that `count` values would show with probability
  /// `power`; found by bisection on ``power(effect:count:confidence:)``.
  public static func smallest(count: Int, power wanted: Double = 0.8, confidence: Double = 0.95) throws -> Double {
    try check(count, confidence)
    guard wanted > (1 - confidence) / 2, wanted < 1 else {
      throw Failure(.range, "power must lie between half of 1 - confidence and 1, got \(wanted)")
    }
    let root = Double(count).squareRoot()
    var (low, high) = (0.0, 1.0)
    while try power(effect: high / root, count: count, confidence: confidence) < wanted {
      (low, high) = (high, high * 2)
      guard high < 8192 else {
        throw Failure(.numerics, "\(count) values cannot show any effect below 8192 standard errors")
      }
    }
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if middle == low || middle == high { break }
      if try power(effect: middle / root, count: count, confidence: confidence) < wanted {
        low = middle
      } else {
        high = middle
      }
    }
    return (low + high) / 2 / root
  }

  private static func check(_ count: Int, _ confidence: Double) throws {
    guard count >= 2 else { throw Failure(.range, "a detectable effect needs at least 2 values, got \(count)") }
    try Sample.check(confidence: confidence)
  }
}
