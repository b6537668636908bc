import Basics

/// Bootstrap intervals of any statistic of one sample, by seeded resampling.
///
/// With few values they are too short (95 % percentile intervals of a mean cover about 85 % at n = 5), so claims use the t
/// interval; these serve statistics without a formula.
public struct Bootstrap: Sendable {
  public enum Method: String, Sendable, CaseIterable {
    /// Quantiles of the resampled statistic.
    case percentile
    /// Bias-corrected and accelerated (Efron 1987).
    case biasCorrectedAccelerated
  }

  public let estimate: Double
  public let interval: Interval
  public let confidence: Double
  /// The statistic of each resample, in the order drawn.
  public let distribution: [Double]

  /// Draws `resamples` samples with replacement from `values` with SplitMix seeded by `seed`, one index after the other.
  ///
  /// - Throws: for fewer than two or non-finite values, for fewer than one resample, and when the statistic is not finite.
  public init(
    _ values: [Double], method: Method = .biasCorrectedAccelerated, confidence: Double = 0.95, resamples: Int = 9999,
    seed: UInt64 = 0, statistic: ([Double]) throws -> Double
  ) throws {
    try Sample.check(values, atLeast: 2, for: "a bootstrap")
    try Sample.check(confidence: confidence)
    guard resamples >= 1, resamples <= 10_000_000 else {
      throw Failure(.range, "a bootstrap needs 1 to 10000000 resamples, got \(resamples)")
    }
    let estimate = try Self.finite(statistic(values))
    var random = SplitMix(seed: seed)
    var distribution: [Double] = []
    distribution.reserveCapacity(resamples)
    var sample = values
    for _ in 0..<resamples {
      for place in sample.indices { sample[place] = values[random.below(values.count)] }
      distribution.append(try Self.finite(statistic(sample)))
    }
    let sorted = distribution.sorted()
    var tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    if method == .biasCorrectedAccelerated {
      let jackknife = try values.indices.map { left -> Double in
        var others = values
        others.remove(at: left)
        return try Self.finite(statistic(others))
      }
      tails = try tails.map { try Self.corrected($0, estimate: estimate, sorted: sorted, jackknife: jackknife) }
    }
    self.estimate = estimate
    self.confidence = confidence
    self.distribution = distribution
    interval = Interval(Summary.quantile(sorted: sorted, tails[0]), Summary.quantile(sorted: sorted, tails[1]))
  }

  private static func finite(_ value: Double) throws -> Double {
    guard value.isFinite else { throw Failure(.numerics, "a bootstrapped statistic must be finite, got \(value)") }
    return value
  }

  /// Efron's corrected tail probability: bias from the share of resamples below the estimate (equal ones count half),
  /// acceleration from the skewness of the jackknife.
  private static func corrected(_ tail: Double, estimate: Double, sorted: [Double], jackknife: [Double]) throws
    -> Double
  {
    let below = sorted.reduce(0.0) { $0 + ($1 < estimate ? 1 : $1 == estimate ? 0.5 : 0) } / Double(sorted.count)
    let bias = Normal.quantile(below)
    guard bias.isFinite else { return tail }
    let centre = try Summary.mean(jackknife)
    let squares = Summary.sum(jackknife.map { ($0 - centre) * ($0 - centre) })
    let cubes = Summary.sum(jackknife.map { (centre - $0) * (centre - $0) * (centre - $0) })
    let acceleration = squares > 0 ? cubes / (6 * squares * squares.squareRoot()) : 0
    let shifted = bias + Normal.quantile(tail)
    return Normal.cumulative(bias + shifted / (1 - acceleration * shifted))
  }
}
