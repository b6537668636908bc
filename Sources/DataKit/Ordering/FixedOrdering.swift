import Basics
import Kernels

extension Ordering {
  /// The rows as they stand, in every epoch.
  public static func sequential(_ dataset: Dataset) -> Ordering {
    Ordering(
      rows: dataset.rows,
      FixedPlan(kind: "sequential", summary: "in the order of the data", places: Array(0..<dataset.rows)))
  }

  /// The rows in an order of the caller's, in every epoch: each id from 1 exactly once.
  public static func permutation(_ dataset: Dataset, ids: [Int]) throws -> Ordering {
    guard ids.count == dataset.rows else {
      throw Failure(.shape, "an order of \(dataset.rows) rows needs as many ids, found \(ids.count)")
    }
    var seen = [Bool](repeating: false, count: ids.count)
    for id in ids {
      guard id >= 1, id <= ids.count else {
        throw Failure(.range, "row \(id) does not exist: ids go from 1 to \(ids.count)")
      }
      guard !seen[id - 1] else { throw Failure(.argument, "row \(id) occurs twice in the order") }
      seen[id - 1] = true
    }
    return Ordering(
      rows: dataset.rows,
      FixedPlan(kind: "permutation", summary: "in a given order", places: ids.map { $0 - 1 }))
  }

  /// All rows sorted by a column of scores, the same in every epoch: lowest (easiest) first, or highest first. Equal scores
  /// keep the order of the rows.
  public static func score(_ dataset: Dataset, by column: String, descending: Bool = false) throws -> Ordering {
    let scores = try dataset.column(column).scores()
    return Ordering(
      rows: dataset.rows,
      FixedPlan(
        kind: descending ? "score descending" : "score ascending",
        summary: "\(descending ? "highest" : "lowest") '\(column)' first",
        places: Ranking.places(scores, descending: descending), scores: scores))
  }
}

/// The same order in every epoch.
struct FixedPlan: OrderingPlan {
  let kind: String
  let summary: String
  let places: [Int]
  var scores: [Double] = []

  func describe(into hash: inout ContentHash) {
    hash.add(kind)
    hash.add(scores)
    hash.add(places.count)
    for place in places { hash.add(place) }
  }

  func places(at moment: TrainingMoment, _ stream: RandomStream) -> [Int] { places }
}
