import Basics
import Kernels

extension Ordering {
  /// Each epoch of another ordering backwards.
  public static func reversed(_ ordering: Ordering) throws -> Ordering {
    guard !ordering.drawsEachStep else {
      throw Failure(
        .argument, "an ordering that draws at each step cannot be reversed; sort its scores descending instead")
    }
    return Ordering(rows: ordering.rows, ReversedPlan(base: ordering.plan))
  }

  /// Ids of several orderings of the same data by turns: the first of each, the second of each, ...
  ///
  /// - Parameter repeats: whether a row comes again when another ordering brings it; else it comes once per epoch.
  public static func interleaved(_ orderings: [Ordering], repeats: Bool = false) throws -> Ordering {
    guard let first = orderings.first else { throw Failure(.argument, "wanted at least one ordering, found none") }
    for ordering in orderings {
      guard ordering.rows == first.rows else {
        throw Failure(.shape, "the orderings are of different data: \(first.rows) rows and \(ordering.rows) rows")
      }
      guard !ordering.drawsEachStep else {
        throw Failure(.argument, "an ordering that draws at each step cannot be interleaved")
      }
    }
    return Ordering(rows: first.rows, InterleavedPlan(parts: orderings.map(\.plan), repeats: repeats, rows: first.rows))
  }
}

struct ReversedPlan: OrderingPlan {
  let base: any OrderingPlan
  var summary: String { "backwards: " + base.summary }

  func describe(into hash: inout ContentHash) {
    hash.add("reversed")
    base.describe(into: &hash)
  }

  func places(at moment: TrainingMoment, _ stream: RandomStream) throws -> [Int] {
    try base.places(at: moment, stream).reversed()
  }
}

struct InterleavedPlan: OrderingPlan {
  let parts: [any OrderingPlan]
  let repeats: Bool
  let rows: Int

  var summary: String { "by turns: " + parts.map(\.summary).joined(separator: " | ") }

  func describe(into hash: inout ContentHash) {
    hash.add(repeats ? "interleaved with repeats" : "interleaved")
    hash.add(parts.count)
    for part in parts { part.describe(into: &hash) }
  }

  func places(at moment: TrainingMoment, _ stream: RandomStream) throws -> [Int] {
    let lists = try parts.enumerated().map { number, part in
      try part.places(at: moment, stream.split(UInt64(number)))
    }
    if repeats { return Turns.merged(lists) }
    // Each list gives its next row that has not come yet.
    var seen = [Bool](repeating: false, count: rows)
    var next = lists.map { _ in 0 }
    var result: [Int] = []
    var isGrowing = true
    while isGrowing {
      isGrowing = false
      for (number, list) in lists.enumerated() {
        while next[number] < list.count, seen[list[next[number]]] { next[number] += 1 }
        guard next[number] < list.count else { continue }
        seen[list[next[number]]] = true
        result.append(list[next[number]])
        isGrowing = true
      }
    }
    return result
  }
}
