import Basics
import Glibc

/// Correlation of two samples of equal length.
public struct Correlation: Equatable, Sendable {
  public let coefficient: Double
  /// Two-sided p value of no association.
  public let p: Double
  public let count: Int

  /// Pearson's linear correlation of at least two pairs, with the t test of n - 2 degrees of freedom (p = 1 for two pairs).
  public static func pearson(_ x: [Double], _ y: [Double]) throws -> Correlation {
    try check(x, y, "Pearson's correlation")
    let (meanX, meanY) = (try Summary.mean(x), try Summary.mean(y))
    // Scaled to at most one, so that squares neither overflow nor vanish.
    let a = scaled(x.map { $0 - meanX })
    let b = scaled(y.map { $0 - meanY })
    let product = Summary.sum(zip(a, b).map { $0 * $1 })
    let squares = Summary.sum(a.map { $0 * $0 }).squareRoot() * Summary.sum(b.map { $0 * $0 }).squareRoot()
    let coefficient = min(1, max(-1, product / squares))
    guard x.count > 2 else { return Correlation(coefficient: coefficient, p: 1, count: 2) }
    let freedom = Double(x.count - 2)
    let t = coefficient * (freedom / ((1 - coefficient) * (1 + coefficient))).squareRoot()
    return Correlation(
      coefficient: coefficient, p: StudentT.twoSided(t, degreesOfFreedom: freedom), count: x.count)
  }

  /// Spearman's correlation of ranks (equal values share ranks), with the t approximation.
  public static func spearman(_ x: [Double], _ y: [Double]) throws -> Correlation {
    try check(x, y, "Spearman's correlation")
    return try pearson(Ranks(x).values, Ranks(y).values)
  }

  /// Fisher's interval of a Pearson coefficient of more than three pairs: normal on the scale of artanh.
  public func interval(confidence: Double = 0.95) throws -> Interval {
    try Sample.check(confidence: confidence)
    guard count > 3 else { throw Failure(.numerics, "a correlation's interval needs 4 pairs, got \(count)") }
    let half = -Normal.quantile((1 - confidence) / 2) / Double(count - 3).squareRoot()
    let centre = atanh(coefficient)
    return Interval(tanh(centre - half), tanh(centre + half))
  }

  static func check(_ x: [Double], _ y: [Double], _ what: String) throws {
    try Sample.checkPaired(x, y, for: what)
    try Sample.check(x, atLeast: 2, for: what)
    try Sample.check(y, atLeast: 2, for: what)
    guard !Sample.isConstant(x), !Sample.isConstant(y) else {
      throw Failure(.numerics, "\(what) is undefined when all values of a sample are the same")
    }
  }

  private static func scaled(_ values: [Double]) -> [Double] {
    let largest = values.map(abs).max() ?? 0
    return largest > 0 ? values.map { $0 / largest } : values
  }
}
