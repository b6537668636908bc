import Basics

extension Correlation {
  /// Kendall's tau-b: agreeing minus disagreeing pairs, corrected for ties.
  ///
  /// The p value is exact up to 50 pairs without ties, else from the normal approximation with tie corrections
  /// (Kendall 1970).
  public static func kendall(_ x: [Double], _ y: [Double]) throws -> Correlation {
    try check(x, y, "Kendall's correlation")
    let n = x.count
    guard n <= 50_000 else { throw Failure(.range, "Kendall's correlation takes up to 50000 pairs, got \(n)") }
    var (agreeing, disagreeing) = (0, 0)
    for i in 1..<n {
      for j in 0..<i {
        let sign = direction(x[i], x[j]) * direction(y[i], y[j])
        if sign > 0 { agreeing += 1 } else if sign < 0 { disagreeing += 1 }
      }
    }
    let (rankX, rankY) = (Ranks(x), Ranks(y))
    let pairs = n * (n - 1) / 2
    func untied(_ ranks: Ranks) -> Double { Double(pairs - ranks.groups.reduce(0) { $0 + $1 * ($1 - 1) / 2 }) }
    let difference = Double(agreeing - disagreeing)
    let tau = difference / untied(rankX).squareRoot() / untied(rankY).squareRoot()
    let p: Double
    if n <= 50, !rankX.hasTies, !rankY.hasTies {
      p = exactP(count: n, fewest: min(disagreeing, pairs - disagreeing))
    } else {
      p = Alternative.twoSided.p(z: difference / variance(rankX, rankY).squareRoot())
    }
    return Correlation(coefficient: min(1, max(-1, tau)), p: p, count: n)
  }

  private static func direction(_ a: Double, _ b: Double) -> Int { a > b ? 1 : a < b ? -1 : 0 }

  /// Twice the probability that a random order of `count` things has at most `fewest` inversions.
  private static func exactP(count: Int, fewest: Int) -> Double {
    var probability = [Double](repeating: 0, count: fewest + 1)
    probability[0] = 1
    for size in 2...max(2, count) {
      // Inserting one more thing adds 0..<size inversions, each equally likely.
      var next = probability
      var window = 0.0
      for k in 0...fewest {
        window += probability[k]
        if k >= size { window -= probability[k - size] }
        next[k] = window / Double(size)
      }
      probability = next
    }
    return min(1, 2 * Summary.sum(probability))
  }

  private static func variance(_ x: Ranks, _ y: Ranks) -> Double {
    let n = Double(x.doubled.count)
    func total(_ ranks: Ranks, _ term: (Double) -> Double) -> Double {
      ranks.groups.reduce(0) { $0 + term(Double($1)) }
    }
    let pairs = { (t: Double) in t * (t - 1) }
    let weighted = { (t: Double) in t * (t - 1) * (2 * t + 5) }
    let triples = { (t: Double) in t * (t - 1) * (t - 2) }
    var variance = (weighted(n) - total(x, weighted) - total(y, weighted)) / 18
    variance += total(x, pairs) * total(y, pairs) / (2 * pairs(n))
    if n > 2 { variance += total(x, triples) * total(y, triples) / (9 * triples(n)) }
    return variance
  }
}
