import Basics
import Glibc

/// Sums, means and spreads. Values are taken in the order given, with compensated summation, so the same values in the
/// same order give the same bits everywhere.
public enum Summary {
  /// The sum with Neumaier's compensation (1974): the error does not grow with the number of values. Zero when empty.
  public static func sum(_ values: [Double]) -> Double {
    var total = 0.0
    var lost = 0.0
    for value in values {
      let next = total + value
      lost += abs(total) >= abs(value) ? (total - next) + value : (value - next) + total
      total = next
    }
    // After an overflow the compensation is meaningless.
    return total.isFinite ? total + lost : total
  }

  /// The arithmetic mean; exactly the value when all values are the same.
  public static func mean(_ values: [Double]) throws -> Double {
    try Sample.check(values, atLeast: 1, for: "a mean")
    if Sample.isConstant(values) { return values[0] }
    return sum(values) / Double(values.count)
  }

  /// The sample variance with divisor n - 1; exactly zero when all values are the same.
  public static func variance(_ values: [Double]) throws -> Double {
    try Sample.check(values, atLeast: 2, for: "a variance")
    if Sample.isConstant(values) { return 0 }
    let centre = try mean(values)
    let deviations = values.map { $0 - centre }
    let rounding = sum(deviations)
    let count = Double(values.count)
    return max(0, (sum(deviations.map { $0 * $0 }) - rounding * rounding / count) / (count - 1))
  }

  /// The sample standard deviation, with divisor n - 1.
  public static func standardDeviation(_ values: [Double]) throws -> Double {
    try variance(values).squareRoot()
  }

  /// The standard error of the mean: standard deviation / sqrt(n).
  public static func standardError(_ values: [Double]) throws -> Double {
    try standardDeviation(values) / Double(values.count).squareRoot()
  }

  /// The middle value, or the mean of the two middle values.
  public static func median(_ values: [Double]) throws -> Double {
    try Sample.check(values, atLeast: 1, for: "a median")
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : sorted[middle - 1] / 2 + sorted[middle] / 2
  }

  /// How a quantile falls between two sorted values; the numbers are the types of Hyndman & Fan 1996.
  public enum QuantileRule: String, Sendable, CaseIterable {
    /// Type 1: the smallest value whose share reaches p; never between values.
    case invertedCumulative
    /// Type 5.
    case hazen
    /// Type 6.
    case weibull
    /// Type 7, the default of NumPy and R.
    case linear
    /// Type 8.
    case medianUnbiased
    /// Type 9.
    case normalUnbiased
  }

  /// The p-quantile of the values, p in 0...1.
  public static func quantile(_ values: [Double], _ p: Double, rule: QuantileRule = .linear) throws -> Double {
    try Sample.check(values, atLeast: 1, for: "a quantile")
    guard p >= 0, p <= 1 else { throw Failure(.range, "a quantile's p must lie in 0...1, got \(p)") }
    return quantile(sorted: values.sorted(), p, rule: rule)
  }

  /// The p-quantile of values that are sorted, finite and not empty.
  static func quantile(sorted: [Double], _ p: Double, rule: QuantileRule = .linear) -> Double {
    let count = Double(sorted.count)
    let alpha: Double
    switch rule {
    case .invertedCumulative:
      return sorted[min(sorted.count - 1, max(0, Int((count * p).rounded(.up)) - 1))]
    case .hazen: alpha = 0.5
    case .weibull: alpha = 0
    case .linear: alpha = 1
    case .medianUnbiased: alpha = 1.0 / 3
    case .normalUnbiased: alpha = 3.0 / 8
    }
    let position = min(count - 1, max(0, count * p + alpha + p * (1 - 2 * alpha) - 1))
    let below = Int(position)
    let above = min(sorted.count - 1, below + 1)
    let share = position - Double(below)
    return share == 0 ? sorted[below] : sorted[below] * (1 - share) + sorted[above] * share
  }
}
