import Basics
import Kernels

/// How long a pacing takes to go from its first fraction to its last.
public enum PacingSpan: Equatable, Sendable {
  /// The whole training.
  case run
  case steps(Int)
  case epochs(Int)

  /// The part of the span that is over, from 0 to 1.
  func part(at moment: TrainingMoment) -> Double {
    let part =
      switch self {
      case .run: moment.progress
      case .steps(let count): Double(moment.step - 1) / Double(count)
      case .epochs(let count): Double(moment.epoch - 1) / Double(count)
      }
    return min(1, max(0, part))
  }

  var text: String {
    switch self {
    case .run: "over the run"
    case .steps(let count): "over \(count) steps"
    case .epochs(let count): "over \(count) epochs"
    }
  }
}

/// The fraction of the rows that are available at a moment of training: a pure function with values in (0, 1].
public struct Pacing: CustomStringConvertible {
  /// One line for people, such as "linear from 0.2 to 1 over the run".
  public let description: String
  /// Whether the fraction changes from epoch to epoch only.
  public let goesByEpochs: Bool
  /// The kind and its settings, for fingerprints.
  private let definition: [Double]
  private let kind: String
  private let curve: (TrainingMoment) throws -> Double

  init(
    kind: String, description: String, goesByEpochs: Bool = false, definition: [Double],
    _ curve: @escaping (TrainingMoment) throws -> Double
  ) {
    self.kind = kind
    self.description = description
    self.goesByEpochs = goesByEpochs
    self.definition = definition
    self.curve = curve
  }

  /// The available fraction, above 0 and at most 1.
  ///
  /// - Throws: what a closure of the caller's throws, and `Failure` when it gives no positive number.
  public func fraction(at moment: TrainingMoment) throws -> Double {
    let fraction = try curve(moment)
    guard fraction > 0 else {
      throw Failure(
        .range, "the pacing gave \(fraction) at step \(moment.step), wanted a fraction above 0 and at most 1")
    }
    return min(1, fraction)
  }

  /// How many of `rows` rows are available: the fraction of them, rounded up; at least one.
  public func available(of rows: Int, at moment: TrainingMoment) throws -> Int {
    // What rounding added to a whole product does not make another row.
    let exact = try fraction(at: moment) * Double(rows)
    return min(rows, max(1, Int((exact - 1e-9 * Double(rows)).rounded(.up))))
  }

  func describe(into hash: inout ContentHash) {
    hash.add(kind)
    hash.add(definition)
  }

  /// All rows, always.
  static var whole: Pacing { Pacing(kind: "constant", description: "everything", definition: [1]) { _ in 1 } }
}
