import Kernels

extension Ordering {
  /// All rows in a new random order each epoch.
  public static func shuffle(_ dataset: Dataset) -> Ordering {
    Ordering(rows: dataset.rows, ShuffledPlan(rows: dataset.rows))
  }
}

struct ShuffledPlan: OrderingPlan {
  let rows: Int
  let summary = "shuffled anew each epoch"

  func describe(into hash: inout ContentHash) { hash.add("shuffle") }

  func places(at moment: TrainingMoment, _ stream: RandomStream) -> [Int] {
    var stream = stream
    return stream.permutation(rows)
  }
}
