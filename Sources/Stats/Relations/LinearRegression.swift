import Basics

/// The least-squares line y = intercept + slope x.
public struct LinearRegression: Equatable, Sendable {
  public let slope: Double
  public let intercept: Double
  /// Pearson's correlation of x and y; zero when y is constant.
  public let correlation: Double
  public let slopeError: Double
  public let interceptError: Double
  /// Two-sided p value of a slope of zero.
  public let p: Double
  public let slopeInterval: Interval
  public let confidence: Double

  /// Fits at least three pairs whose x are not all the same.
  public init(_ x: [Double], _ y: [Double], confidence: Double = 0.95) throws {
    let what = "a regression line"
    try Sample.checkPaired(x, y, for: what)
    try Sample.check(x, atLeast: 3, for: what)
    try Sample.check(y, atLeast: 3, for: what)
    try Sample.check(confidence: confidence)
    guard !Sample.isConstant(x) else { throw Failure(.numerics, "\(what) is undefined when all x are the same") }
    let (meanX, meanY) = (try Summary.mean(x), try Summary.mean(y))
    let (a, b) = (x.map { $0 - meanX }, y.map { $0 - meanY })
    let squares = Summary.sum(a.map { $0 * $0 })
    guard squares > 0, squares.isFinite else {
      throw Failure(.numerics, "\(what) needs x whose squared deviations can be represented, got \(squares)")
    }
    let slope = Summary.sum(zip(a, b).map { $0 * $1 }) / squares
    let residuals = Summary.sum(zip(a, b).map { ($1 - slope * $0) * ($1 - slope * $0) })
    let freedom = Double(x.count - 2)
    let noise = residuals / freedom
    slopeError = (noise / squares).squareRoot()
    interceptError = (noise * (1 / Double(x.count) + meanX * meanX / squares)).squareRoot()
    intercept = meanY - slope * meanX
    correlation = Sample.isConstant(y) ? 0 : try Correlation.pearson(x, y).coefficient
    if slopeError > 0 {
      p = StudentT.twoSided(slope / slopeError, degreesOfFreedom: freedom)
    } else {
      p = slope == 0 ? 1 : 0
    }
    let half = slopeError * StudentT.twoSidedQuantile(confidence: confidence, degreesOfFreedom: freedom)
    slopeInterval = Interval(slope - half, slope + half)
    self.slope = slope
    self.confidence = confidence
  }
}
