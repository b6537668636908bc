import Glibc

/// Orders and subsets of positions 0 ..< n.
extension RandomStream {
  /// A uniformly random order of 0 ..< n (Fisher and Yates); empty when n is not positive. About n blocks.
  public mutating func permutation(_ n: Int) -> [Int] {
    var order = Array(0..<Swift.max(0, n))
    shuffle(&order)
    return order
  }

  /// Puts the elements into a uniformly random order (Fisher and Yates). About as many blocks as elements.
  public mutating func shuffle<Element>(_ elements: inout [Element]) {
    if elements.count < 2 { return }
    for i in stride(from: elements.count - 1, to: 0, by: -1) {
      elements.swapAt(i, nextInteger(below: i + 1))
    }
  }

  /// k different positions of 0 ..< n in random order, each ordered choice equally likely; nil unless 0 <= k <= n.
  /// About k blocks; memory in proportion to k (a sparse Fisher-Yates shuffle).
  public mutating func sample(_ k: Int, of n: Int) -> [Int]? {
    if k < 0 || k > n { return nil }
    var moved: [Int: Int] = [:]
    var chosen: [Int] = []
    chosen.reserveCapacity(k)
    for i in 0..<k {
      let j = i + nextInteger(below: n - i)
      chosen.append(moved[j] ?? j)
      moved[j] = moved[i] ?? i
    }
    return chosen
  }

  /// k different positions, drawn one after another with probabilities in proportion to the remaining weights
  /// (Efraimidis and Spirakis, 2006), in the order of drawing. Nil unless the weights are finite and not negative and
  /// at least k of them are positive. One block for each weight.
  public mutating func sample(_ k: Int, weights: [Double]) -> [Int]? {
    if k < 0 || k > weights.count || !weights.allSatisfy({ $0 >= 0 && $0 < .infinity }) { return nil }
    // The smallest exponential waiting times: log(E / weight), so that extreme weights neither overflow nor vanish.
    var times: [(time: Double, position: Int)] = []
    for (position, weight) in weights.enumerated() {
      let logarithm = Glibc.log(nextExponential())
      if weight > 0 { times.append((logarithm - Glibc.log(weight), position)) }
    }
    if times.count < k { return nil }
    times.sort { ($0.time, $0.position) < ($1.time, $1.position) }
    return times.prefix(k).map(\.position)
  }
}

/// Positions drawn with replacement, with probabilities in proportion to weights.
public struct WeightedChoice: Sendable {
  private let cumulative: [Double]
  private let total: Double
  /// The last position with a positive weight, where rounding could step past it.
  private let last: Int

  /// Nil unless the weights are finite and not negative, and their sum is positive and finite.
  public init?(weights: [Double]) {
    var sum = 0.0
    var sums: [Double] = []
    sums.reserveCapacity(weights.count)
    for weight in weights {
      if !(weight >= 0 && weight < .infinity) { return nil }
      sum += weight
      sums.append(sum)
    }
    guard sum > 0, sum < .infinity, let last = weights.lastIndex(where: { $0 > 0 }) else { return nil }
    cumulative = sums
    total = sum
    self.last = last
  }

  /// One position; never one of weight 0. Takes one block of the stream.
  public func draw(_ random: inout RandomStream) -> Int {
    let target = random.nextDouble() * total
    // The first position whose cumulative sum exceeds the target.
    var low = 0
    var high = cumulative.count
    while low < high {
      let middle = (low + high) / 2
      if cumulative[middle] > target { high = middle } else { low = middle + 1 }
    }
    return Swift.min(low, last)
  }
}
