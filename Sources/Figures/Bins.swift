/// The counts of a histogram, with the same edges for all its series.
struct Bins {
  /// One more than there are bins.
  let edges: [Double]
  /// Per series, per bin.
  let counts: [[Int]]

  init(_ histogram: Histogram) {
    let finite = histogram.series.map { $0.values.filter { abs($0) <= 1e300 } }
    let all = finite.flatMap { $0 }
    let largest = finite.map(\.count).max() ?? 0
    // Sturges: ceil(log2 n) + 1.
    let usual = largest <= 1 ? 1 : Int.bitWidth - (largest - 1).leadingZeroBitCount + 1
    let count = min(500, max(1, histogram.bins ?? usual))
    var (low, high) = (all.min() ?? 0, all.max() ?? 1)
    if high - low <= max(abs(low), abs(high)) * 1e-9 {
      let margin = max(abs(low) * 0.1, 0.5)
      (low, high) = (low - margin, high + margin)
    }
    let width = (high - low) / Double(count)
    edges = (0...count).map { $0 == count ? high : low + Double($0) * width }
    counts = finite.map { values in
      var counts = [Int](repeating: 0, count: count)
      for value in values { counts[min(count - 1, max(0, Int((value - low) / width)))] += 1 }
      return counts
    }
  }
}
