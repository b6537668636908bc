import Basics
import Kernels

extension Ordering {
  /// Rows drawn each epoch with probabilities in proportion to a column of weights.
  ///
  /// - Parameters:
  ///   - replacement: whether a row can come again in the same epoch; without, the law is that of Efraimidis and Spirakis,
  ///     "Weighted random sampling with a reservoir" (2006), and rows of weight 0 never come.
  ///   - pacing: the size of each epoch as a fraction of the rows; all of them when nil. With `Pacing.cycle` and the
  ///     probability of the true class as weight, this is "Cyclical Curriculum Learning" (Kesgin and Amasyali, 2022).
  public static func weighted(
    _ dataset: Dataset, by column: String, replacement: Bool = false, pacing: Pacing? = nil
  ) throws -> Ordering {
    let weights = try dataset.column(column).weights()
    let choice = WeightedChoice(weights: weights)
    guard dataset.rows == 0 || choice != nil else {
      throw Failure(.range, "the weights in column '\(column)' have no finite sum")
    }
    return Ordering(
      rows: dataset.rows,
      WeightedPlan(weights: weights, choice: choice, replacement: replacement, pacing: pacing, column: column))
  }
}

struct WeightedPlan: OrderingPlan {
  let weights: [Double]
  let choice: WeightedChoice?
  let replacement: Bool
  let pacing: Pacing?
  let column: String

  var summary: String {
    let how = "drawn by weight '\(column)' \(replacement ? "with" : "without") replacement"
    return pacing.map { "\(how), epoch sizes \($0)" } ?? how
  }

  func describe(into hash: inout ContentHash) {
    hash.add(replacement ? "weighted with replacement" : "weighted")
    hash.add(weights)
    (pacing ?? .whole).describe(into: &hash)
  }

  func places(at moment: TrainingMoment, _ stream: RandomStream) throws -> [Int] {
    var stream = stream
    let count = try (pacing ?? .whole).available(of: weights.count, at: moment)
    if replacement, let choice { return (0..<count).map { _ in choice.draw(&stream) } }
    let positive = weights.count { $0 > 0 }
    return stream.sample(min(count, positive), weights: weights) ?? []
  }
}
