import Basics

/// Wilcoxon's signed-rank test (1945): whether paired differences are symmetric about zero.
public enum WilcoxonSignedRank {
  /// Up to this many non-zero differences the full distribution is computed.
  public static let exactLimit = 50

  /// Tests differences; zeros are left out, as Wilcoxon did, and equal sizes share ranks.
  ///
  /// Exact, given the shared ranks, up to 50 differences; above, the normal approximation with tie correction and without
  /// continuity correction. The statistic is the sum of the ranks of positive differences.
  public static func test(_ differences: [Double], alternative: Alternative = .twoSided) throws -> HypothesisTest {
    try Sample.check(differences, atLeast: 1, for: "a signed-rank test")
    let nonzero = differences.filter { $0 != 0 }
    guard !nonzero.isEmpty else { return HypothesisTest(statistic: 0, p: 1) }
    let ranks = Ranks(nonzero.map(abs))
    let positive = zip(nonzero, ranks.doubled).reduce(0) { $0 + ($1.0 > 0 ? $1.1 : 0) }
    let statistic = Double(positive) / 2
    if nonzero.count <= exactLimit {
      let distribution = signDistribution(ranks.doubled)
      return HypothesisTest(
        statistic: statistic,
        p: alternative.p(
          atMost: Summary.sum(Array(distribution[...positive])), atLeast: Summary.sum(Array(distribution[positive...])))
      )
    }
    let n = Double(nonzero.count)
    let variance = n * (n + 1) * (2 * n + 1) / 24 - ranks.tieTerm / 48
    let z = (statistic - n * (n + 1) / 4) / variance.squareRoot()
    return HypothesisTest(statistic: statistic, p: alternative.p(z: z), isExact: false)
  }

  /// Tests first - second of pairs.
  public static func test(
    _ first: [Double], _ second: [Double], alternative: Alternative = .twoSided
  ) throws -> HypothesisTest {
    try test(try Paired.differences(first, second), alternative: alternative)
  }

  /// The probability of each sum when every weight is counted or not with probability one half.
  private static func signDistribution(_ weights: [Int]) -> [Double] {
    let largest = weights.reduce(0, +)
    var probability = [Double](repeating: 0, count: largest + 1)
    probability[0] = 1
    var reach = 0
    for weight in weights {
      reach += weight
      for sum in stride(from: reach, through: 0, by: -1) {
        probability[sum] = 0.5 * probability[sum] + (sum >= weight ? 0.5 * probability[sum - weight] : 0)
      }
    }
    return probability
  }
}
