import Basics

/// The rank-sum test of Mann & Whitney (1947): whether one independent sample tends to larger values.
public enum MannWhitney {
  /// Up to this many values in both samples together the full distribution is computed.
  public static let exactLimit = 40

  /// Compares two samples; equal values share ranks.
  ///
  /// Exact, given the shared ranks, up to 40 values in all; above, the normal approximation with tie and continuity
  /// correction. The statistic is U of the first sample: the pairs in which it is larger, equal ones counting half.
  public static func test(
    _ first: [Double], _ second: [Double], alternative: Alternative = .twoSided
  ) throws -> HypothesisTest {
    try Sample.check(first, atLeast: 1, for: "a rank-sum test")
    try Sample.check(second, atLeast: 1, for: "a rank-sum test")
    let ranks = Ranks(first + second)
    let doubledSum = ranks.doubled.prefix(first.count).reduce(0, +)
    let (n, m) = (Double(first.count), Double(second.count))
    let statistic = Double(doubledSum) / 2 - n * (n + 1) / 2
    if first.count + second.count <= exactLimit {
      let distribution = sumDistribution(ranks.doubled, choosing: first.count)
      return HypothesisTest(
        statistic: statistic,
        p: alternative.p(
          atMost: Summary.sum(Array(distribution[...doubledSum])),
          atLeast: Summary.sum(Array(distribution[doubledSum...]))))
    }
    let total = n + m
    let variance = n * m / 12 * (total + 1 - ranks.tieTerm / (total * (total - 1)))
    guard variance > 0 else { return HypothesisTest(statistic: statistic, p: 1, isExact: false) }
    let deviation = variance.squareRoot()
    let z = (statistic - n * m / 2) / deviation
    return HypothesisTest(
      statistic: statistic, p: alternative.p(z: z, continuity: 0.5 / deviation), isExact: false)
  }

  /// The probability of each sum of `count` weights drawn without replacement, every choice being equally likely.
  private static func sumDistribution(_ weights: [Int], choosing count: Int) -> [Double] {
    let width = weights.reduce(0, +) + 1
    // ways[c][s]: the number of choices of c weights with sum s; exact in a double, as 40 choose 20 < 2^53.
    var ways = [[Double]](repeating: [Double](repeating: 0, count: width), count: count + 1)
    ways[0][0] = 1
    for weight in weights {
      for chosen in stride(from: count, to: 0, by: -1) {
        for sum in weight..<width { ways[chosen][sum] += ways[chosen - 1][sum - weight] }
      }
    }
    let total = ways[count].reduce(0, +)
    return ways[count].map { $0 / total }
  }
}
