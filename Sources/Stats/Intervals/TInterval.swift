import Basics

/// A mean with its two-sided Student t interval.
public struct TInterval: Equatable, Sendable {
  public let mean: Double
  public let interval: Interval
  public let confidence: Double
  public let count: Int
  public let standardDeviation: Double

  /// The interval of the mean of at least two finite values; a point when all values are the same.
  public init(_ values: [Double], confidence: Double = 0.95) throws {
    try self.init(values, alpha: 1 - confidence)
  }

  /// The interval that leaves out `alpha`, which keeps its digits where 1 - alpha would lose them.
  init(_ values: [Double], alpha: Double) throws {
    try Sample.check(values, atLeast: 2, for: "a t interval")
    try Sample.check(confidence: 1 - alpha)
    count = values.count
    confidence = 1 - alpha
    mean = try Summary.mean(values)
    standardDeviation = try Summary.standardDeviation(values)
    let error = standardDeviation / Double(values.count).squareRoot()
    let half = error == 0 ? 0 : error * StudentT.critical(alpha: alpha, degreesOfFreedom: Double(values.count - 1))
    interval = Interval(mean - half, mean + half)
  }

  /// The interval of the mean difference first - second of pairs.
  public init(first: [Double], second: [Double], confidence: Double = 0.95) throws {
    try self.init(try Paired.differences(first, second), confidence: confidence)
  }
}

/// Samples whose values belong together one by one, as the same seed under two treatments.
public enum Paired {
  /// first - second, value by value; both must have the same length.
  public static func differences(_ first: [Double], _ second: [Double]) throws -> [Double] {
    try Sample.checkPaired(first, second, for: "a paired difference")
    return zip(first, second).map { $0 - $1 }
  }
}
