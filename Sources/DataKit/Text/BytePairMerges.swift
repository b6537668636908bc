/// Which pairs of tokens become one, and in which order.
struct BytePairMerges: Sendable {
  /// By pair: the rank in the high half, the id of the result in the low one.
  private var table: [UInt64: UInt64] = [:]

  init() {}

  var count: Int { table.count }

  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  /// Adds the next merge; a pair that is there already keeps its first rank.
  mutating func append(_ left: Int32, _ right: Int32, into result: Int32) {
    let rank = UInt64(table.count)
    let key = Self.key(left, right)
    if table[key] == nil { table[key] = rank << 32 | UInt64(UInt32(bitPattern: result)) }
  }

  private struct Candidate: Comparable {
    /// The rank in the high half, the place in the low one: of equal ranks, the leftmost merges first.
    let order: UInt64
    let result: Int32

    static func < (a: Candidate, b: Candidate) -> Bool { a.order < b.order }
  }

  /// Merges the pair of the lowest rank, the leftmost of equal ones, until none is left. `n log n` for a word of `n` tokens.
  func apply(to word: [Int32]) -> [Int32] {
    guard word.count > 1, !table.isEmpty else { return word }
    var tokens = word
    var next = (1...word.count).map { Int32($0) }
    var previous = (-1..<word.count - 1).map { Int32($0) }
    var heap = Heap<Candidate>()

    /// The pair that begins at a place, if it merges.
    func candidate(_ place: Int) -> Candidate? {
      let right = Int(next[place])
      guard right < tokens.count, let merge = table[Self.key(tokens[place], tokens[right])] else { return nil }
      return Candidate(
        order: merge & 0xffff_ffff_0000_0000 | UInt64(place), result: Int32(truncatingIfNeeded: merge))
    }

    for place in 0..<word.count - 1 { candidate(place).map { heap.push($0) } }
    while let best = heap.pop() {
      let place = Int(best.order & 0xffff_ffff)
      // The tokens may have merged otherwise since.
      guard tokens[place] >= 0, candidate(place) == best else { continue }
      let right = Int(next[place])
      tokens[place] = best.result
      tokens[right] = -1
      next[place] = next[right]
      if Int(next[place]) < tokens.count { previous[Int(next[place])] = Int32(place) }
      candidate(place).map { heap.push($0) }
      if previous[place] >= 0 { candidate(Int(previous[place])).map { heap.push($0) } }
    }
    return tokens.filter { $0 >= 0 }
  }
}
