import Basics

/// Corrections of p values for testing several hypotheses at once. Results keep the order given.
public enum Correction {
  /// Holm's step-down adjustment (1979): rejecting below alpha keeps the chance of any false rejection below alpha.
  ///
  /// The k-th smallest p is multiplied by the number of hypotheses not smaller than it (m - k + 1), and none may fall
  /// below an earlier one.
  public static func holm(_ p: [Double]) throws -> [Double] {
    try check(p)
    return zip(p, holmFactors(p)).map { min(1, $0 * $1) }
  }

  /// For every hypothesis, the factor that Holm's procedure puts on its p value: the number of hypotheses left at its
  /// step, or more when an earlier step already stopped the procedure.
  static func holmFactors(_ p: [Double]) -> [Double] {
    var factors = [Double](repeating: 1, count: p.count)
    var largest = 0.0
    for (rank, place) in order(p).enumerated() {
      let left = Double(p.count - rank)
      largest = max(largest, left * p[place])
      factors[place] = p[place] > 0 ? max(left, largest / p[place]) : left
    }
    return factors
  }

  /// The false discovery rate adjustment of Benjamini & Hochberg (1995).
  public static func benjaminiHochberg(_ p: [Double]) throws -> [Double] {
    try check(p)
    var adjusted = p
    var smallest = 1.0
    for (rank, place) in order(p).enumerated().reversed() {
      smallest = min(smallest, p[place] * Double(p.count) / Double(rank + 1))
      adjusted[place] = smallest
    }
    return adjusted
  }

  /// Positions by increasing p; equal ones in the order given.
  static func order(_ p: [Double]) -> [Int] {
    p.indices.sorted { p[$0] == p[$1] ? $0 < $1 : p[$0] < p[$1] }
  }

  private static func check(_ p: [Double]) throws {
    if let place = p.firstIndex(where: { !($0 >= 0 && $0 <= 1) }) {
      throw Failure(.range, "p values must lie in 0...1, value \(place + 1) is \(p[place])")
    }
  }
}
