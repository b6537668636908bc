/// Places sorted by score.
enum Ranking {
  /// The places 0 ..< count from the lowest score to the highest, or the reverse. Equal scores keep their order either way;
  /// NaN comes last either way.
  static func places(_ scores: [Double], descending: Bool) -> [Int] {
    func isBefore(_ a: Int, _ b: Int) -> Bool {
      let x = scores[a]
      let y = scores[b]
      if x.isNaN || y.isNaN { return x.isNaN == y.isNaN ? a < b : y.isNaN }
      if x == y { return a < b }
      return descending ? x > y : x < y
    }
    return scores.indices.sorted(by: isBefore)
  }
}
