import Basics
import Kernels

/// When a curriculum chooses rows among the available ones.
public enum CurriculumDraw: String, Sendable, CaseIterable {
  /// Each step draws its rows uniformly; a row comes again within a step only when fewer are available than wanted.
  case eachStep = "step"
  /// Each epoch is one pass, in random order, over the rows available at its beginning; its size follows the pacing.
  case eachEpoch = "epoch"
}

extension Ordering {
  /// A curriculum: rows sorted by a column of scores, of which the pacing makes the first (easiest) fraction available.
  ///
  /// Bengio, Louradour, Collobert and Weston, "Curriculum learning" (2009); pacing as in Hacohen and Weinshall, "On the power
  /// of curriculum learning in training deep networks" (2019).
  ///
  /// - Parameters:
  ///   - descending: whether the highest score counts as easiest.
  ///   - draw: when rows are chosen; by epochs for a cycle, else by steps, when nil.
  public static func curriculum(
    _ dataset: Dataset, by column: String, descending: Bool = false, pacing: Pacing, draw: CurriculumDraw? = nil
  ) throws -> Ordering {
    let scores = try dataset.column(column).scores()
    return Ordering(
      rows: dataset.rows,
      CurriculumPlan(
        scores: scores, sorted: Ranking.places(scores, descending: descending), descending: descending, pacing: pacing,
        drawTime: draw ?? (pacing.goesByEpochs ? .eachEpoch : .eachStep), column: column))
  }
}

struct CurriculumPlan: OrderingPlan {
  let scores: [Double]
  let sorted: [Int]
  let descending: Bool
  let pacing: Pacing
  let drawTime: CurriculumDraw
  let column: String

  var drawsEachStep: Bool { drawTime == .eachStep }

  var summary: String {
    "\(descending ? "highest" : "lowest") '\(column)' first, drawn each \(drawTime.rawValue), available \(pacing)"
  }

  func describe(into hash: inout ContentHash) {
    hash.add(descending ? "curriculum descending" : "curriculum")
    hash.add(scores)
    hash.add(drawTime.rawValue)
    pacing.describe(into: &hash)
  }

  func places(at moment: TrainingMoment, _ stream: RandomStream) throws -> [Int] {
    if drawTime == .eachStep { return try draw(sorted.count, at: moment, stream) }
    var stream = stream
    return stream.permutation(try pacing.available(of: sorted.count, at: moment)).map { sorted[$0] }
  }

  func draw(_ count: Int, at moment: TrainingMoment, _ stream: RandomStream) throws -> [Int] {
    var stream = stream
    let available = try pacing.available(of: sorted.count, at: moment)
    var places: [Int] = []
    while places.count < count {
      let wanted = min(count - places.count, available)
      places += (stream.sample(wanted, of: available) ?? []).map { sorted[$0] }
    }
    return places
  }
}
