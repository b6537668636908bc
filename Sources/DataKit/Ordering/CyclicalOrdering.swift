import Basics
import Kernels

extension Ordering {
  /// All rows sorted by a column of scores, up and down by turns: odd epochs from the lowest to the highest score, even ones
  /// back; with `descending` the other way round.
  public static func cyclical(_ dataset: Dataset, by column: String, descending: Bool = false) throws -> Ordering {
    let scores = try dataset.column(column).scores()
    return Ordering(
      rows: dataset.rows,
      CyclicalPlan(
        scores: scores, sorted: Ranking.places(scores, descending: descending), descending: descending,
        summary: "\(descending ? "down and up" : "up and down") '\(column)' by turns of epochs"))
  }
}

struct CyclicalPlan: OrderingPlan {
  let scores: [Double]
  let sorted: [Int]
  let descending: Bool
  let summary: String

  func describe(into hash: inout ContentHash) {
    hash.add(descending ? "cyclical descending" : "cyclical")
    hash.add(scores)
  }

  func places(at moment: TrainingMoment, _ stream: RandomStream) -> [Int] {
    moment.epoch % 2 == 1 ? sorted : sorted.reversed()
  }
}
