import Basics
import Kernels

/// Finds merges: again and again the pair of neighbouring tokens that occurs most often becomes a token. Of equally frequent
/// pairs, the one with the smaller left id merges, then with the smaller right id, so the result depends on the text alone.
///
/// From: Sennrich, Haddow and Birch 2016, Neural Machine Translation of Rare Words with Subword Units, algorithm 1.
struct PairMergeTraining {
  /// A word as tokens, and how often it occurs.
  struct Word {
    var tokens: [Int32]
    let count: Int
  }

  private struct Pair: Hashable, Comparable {
    let left: Int32
    let right: Int32

    static func < (a: Pair, b: Pair) -> Bool { (a.left, a.right) < (b.left, b.right) }
  }

  /// The most frequent pair comes first.
  private struct Candidate: Comparable {
    let count: Int
    let pair: Pair

    static func < (a: Candidate, b: Candidate) -> Bool { a.count == b.count ? a.pair < b.pair : a.count > b.count }
  }

  private var words: [Word]
  private var counts: [Pair: Int] = [:]
  /// The words that may have a pair, by number.
  private var places: [Pair: [Int32]] = [:]

  init(_ words: [Word]) {
    self.words = words
    for (number, word) in words.enumerated() where word.tokens.count > 1 {
      for place in 1..<word.tokens.count { note(word.tokens[place - 1], word.tokens[place], word.count, in: number) }
    }
  }

  private mutating func note(_ left: Int32, _ right: Int32, _ change: Int, in word: Int) {
    let pair = Pair(left: left, right: right)
    counts[pair, default: 0] += change
    guard change > 0 else { return }
    if places[pair]?.last != Int32(word) { places[pair, default: []].append(Int32(word)) }
  }

  /// Merges until `join` has given as many tokens as wanted, or no pair is frequent enough.
  ///
  /// - Parameters:
  ///   - wanted: whether more tokens are wanted.
  ///   - join: the id of the token that two others make, told in the order of the merges.
  mutating func run(
    minimumCount: Int, while wanted: () -> Bool, join: (_ left: Int32, _ right: Int32) -> Int32
  ) throws {
    var heap = Heap<Candidate>()
    // The order of a dictionary does not matter here: the heap orders strictly.
    for (pair, count) in counts { heap.push(Candidate(count: count, pair: pair)) }
    while wanted(), let best = heap.pop() {
      if Interrupt.isRequested { throw Failure(.interrupted, "interrupted") }
      let count = counts[best.pair] ?? 0
      guard count == best.count else {
        if count > 0 { heap.push(Candidate(count: count, pair: best.pair)) }
        continue
      }
      guard count >= minimumCount, count > 0 else { break }
      let result = join(best.pair.left, best.pair.right)
      let numbers = places.removeValue(forKey: best.pair) ?? []
      var touched: [Pair] = []
      for number in numbers { merge(best.pair, into: result, in: Int(number), &touched) }
      counts[best.pair] = nil
      for pair in touched {
        if let count = counts[pair], count > 0 { heap.push(Candidate(count: count, pair: pair)) }
      }
    }
  }

  /// Merges a pair in a word from left to right; `touched` gets the pairs that became more frequent.
  private mutating func merge(_ pair: Pair, into result: Int32, in number: Int, _ touched: inout [Pair]) {
    let old = words[number].tokens
    let count = words[number].count
    var new: [Int32] = []
    new.reserveCapacity(old.count)
    var place = 0
    while place < old.count {
      guard place + 1 < old.count, old[place] == pair.left, old[place + 1] == pair.right else {
        new.append(old[place])
        place += 1
        continue
      }
      if let before = new.last {
        note(before, pair.left, -count, in: number)
        note(before, result, count, in: number)
        touched.append(Pair(left: before, right: result))
      }
      if place + 2 < old.count {
        note(pair.right, old[place + 2], -count, in: number)
        note(result, old[place + 2], count, in: number)
        touched.append(Pair(left: result, right: old[place + 2]))
      }
      new.append(result)
      place += 2
    }
    words[number].tokens = new
  }
}
