import Basics
import Kernels

extension Ordering {
  /// One block of rows after another, a block for each value of a column; rows are shuffled inside their block each epoch.
  ///
  /// - Parameter shuffleBlocks: whether blocks come in a new random order each epoch, instead of ascending by value.
  public static func grouped(_ dataset: Dataset, by column: String, shuffleBlocks: Bool = false) throws -> Ordering {
    try grouped(
      dataset, column, shuffleBlocks ? .shuffledBlocks : .blocks,
      "in \(shuffleBlocks ? "shuffled " : "")blocks by '\(column)', shuffled inside")
  }

  /// A row of each value of a column by turns, ascending by value, until all rows are used; rows are shuffled inside their
  /// group each epoch. The opposite of blocks.
  public static func roundRobin(_ dataset: Dataset, by column: String) throws -> Ordering {
    try grouped(dataset, column, .turns, "by turns over the values of '\(column)', shuffled inside")
  }

  private static func grouped(
    _ dataset: Dataset, _ column: String, _ arrangement: GroupedPlan.Arrangement, _ summary: String
  ) throws -> Ordering {
    let groups = try RowKeys(try dataset.column(column)).groups
    return Ordering(rows: dataset.rows, GroupedPlan(groups: groups, arrangement: arrangement, summary: summary))
  }
}

struct GroupedPlan: OrderingPlan {
  enum Arrangement: String {
    case blocks = "blocks"
    case shuffledBlocks = "shuffled blocks"
    case turns = "turns"
  }

  let groups: [[Int]]
  let arrangement: Arrangement
  let summary: String

  func describe(into hash: inout ContentHash) {
    hash.add("grouped")
    hash.add(arrangement.rawValue)
    hash.add(groups.count)
    for group in groups {
      hash.add(group.count)
      for place in group { hash.add(place) }
    }
  }

  func places(at moment: TrainingMoment, _ stream: RandomStream) -> [Int] {
    var stream = stream
    var blocks = groups
    for number in blocks.indices { stream.shuffle(&blocks[number]) }
    if arrangement == .shuffledBlocks { stream.shuffle(&blocks) }
    guard arrangement == .turns else { return blocks.flatMap { $0 } }
    return Turns.merged(blocks)
  }
}

/// Lists merged by turns: the first of each, the second of each, ...
enum Turns {
  static func merged(_ lists: [[Int]]) -> [Int] {
    var result: [Int] = []
    let longest = lists.map(\.count).max() ?? 0
    for turn in 0..<longest {
      for list in lists where turn < list.count { result.append(list[turn]) }
    }
    return result
  }
}
