import Basics

/// The sign-flip permutation test: whether differences have mean zero, assuming only that they are symmetric.
///
/// With n differences no two-sided p value can fall below 2 / 2^n: five seeds cannot reach 0.05.
public enum SignFlip {
  /// Up to this many differences all 2^n signs are tried.
  public static let exhaustiveLimit = 20

  /// Tests differences by their sum under all sign patterns, or, above 20, under `resamples` random ones (SplitMix seeded
  /// by `seed`), when p = (as extreme + 1) / (resamples + 1). The statistic is the mean.
  public static func test(
    _ differences: [Double], alternative: Alternative = .twoSided, resamples: Int = 9999, seed: UInt64 = 0
  ) throws -> HypothesisTest {
    try Sample.check(differences, atLeast: 1, for: "a sign-flip test")
    guard resamples >= 1 else { throw Failure(.range, "a sign-flip test needs a resample, got \(resamples)") }
    let scale = differences.map(abs).max() ?? 0
    guard scale > 0 else { return HypothesisTest(statistic: 0, p: 1) }
    let scaled = differences.map { $0 / scale }
    let observed = Summary.sum(scaled)
    // Sums that are equal on paper differ by rounding.
    let slack = 1e-12 * Double(scaled.count)
    var (extreme, tried) = (0, 0)
    func count(_ sum: Double) {
      tried += 1
      switch alternative {
      case .twoSided: if abs(sum) >= abs(observed) - slack { extreme += 1 }
      case .greater: if sum >= observed - slack { extreme += 1 }
      case .less: if sum <= observed + slack { extreme += 1 }
      }
    }
    let statistic = try Summary.mean(differences)
    if scaled.count <= exhaustiveLimit {
      let half = scaled.count / 2
      let right = signedSums(scaled[half...])
      for left in signedSums(scaled[..<half]) { for other in right { count(left + other) } }
      return HypothesisTest(statistic: statistic, p: Double(extreme) / Double(tried))
    }
    var random = SplitMix(seed: seed)
    for _ in 0..<resamples {
      var bits: UInt64 = 0
      var sum = 0.0
      for (place, value) in scaled.enumerated() {
        if place % 64 == 0 { bits = random.next() }
        sum += bits & 1 == 0 ? value : -value
        bits >>= 1
      }
      count(sum)
    }
    return HypothesisTest(statistic: statistic, p: Double(extreme + 1) / Double(tried + 1), isExact: false)
  }

  private static func signedSums(_ values: ArraySlice<Double>) -> [Double] {
    values.reduce([0.0]) { sums, value in sums.flatMap { [$0 + value, $0 - value] } }
  }
}
