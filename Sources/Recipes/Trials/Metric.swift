import Basics
import Stats

/// A number for each seed. Arithmetic goes seed by seed, so that differences are paired.
public final class Metric {
  public let name: String
  public let seeds: [Int]
  public let values: [Double]

  init(_ name: String, seeds: [Int], values: [Double]) {
    self.name = name
    self.seeds = seeds
    self.values = values
  }

  func map(_ name: String, _ transform: (Double) -> Double) -> Metric {
    Metric(name, seeds: seeds, values: values.map(transform))
  }

  func combined(with other: Metric, _ name: String, _ combine: (Double, Double) -> Double) throws -> Metric {
    guard seeds == other.seeds else {
      throw Failure(
        .recipe,
        "metrics combine seed by seed, but '\(self.name)' has \(NumberText.count(seeds.count, "seed")) and "
          + "'\(other.name)' has \(NumberText.count(other.seeds.count, "seed")) or other ones")
    }
    return Metric(name, seeds: seeds, values: zip(values, other.values).map(combine))
  }

  /// The t interval of the mean; absent with fewer than two finite values.
  func interval(confidence: Double = 0.95) -> TInterval? { try? TInterval(values, confidence: confidence) }

  /// "0.53 ± 0.012", the half-width of the 95 % t interval behind the sign; the value alone for one seed.
  public var shortText: String {
    let broken = values.count { !$0.isFinite }
    if broken > 0 { return "nan (\(broken) of \(NumberText.count(values.count, "seed")) not finite)" }
    guard let interval = interval() else { return values.first.map(NumberText.short) ?? "no seeds" }
    return "\(NumberText.short(interval.mean)) ± \(NumberText.short(interval.interval.halfWidth))"
  }

  var text: String { "\(name): \(shortText) (n = \(values.count))" }
}

/// A curve for each seed: values at steps, from `run:log` or from a list that a trial returned.
public final class Series {
  public struct Sample: Equatable, Sendable {
    public let step: Double
    public let value: Double
  }

  public let name: String
  public let seeds: [Int]
  /// One curve per seed.
  public let curves: [[Sample]]

  init(_ name: String, seeds: [Int], curves: [[Sample]]) {
    self.name = name
    self.seeds = seeds
    self.curves = curves
  }

  /// The steps at which every seed has a value, ascending.
  var commonSteps: [Double] {
    guard let first = curves.first else { return [] }
    let others = curves.dropFirst().map { Set($0.map(\.step)) }
    return Set(first.map(\.step)).filter { step in others.allSatisfy { $0.contains(step) } }.sorted()
  }

  /// The values of all seeds at a step, if every seed has one; the last one where a step was logged twice.
  func metric(at step: Double) -> Metric? {
    var values: [Double] = []
    for curve in curves {
      guard let sample = curve.last(where: { $0.step == step }) else { return nil }
      values.append(sample.value)
    }
    return Metric("\(name) at \(NumberText.short(step))", seeds: seeds, values: values)
  }

  /// One number per curve.
  func metric(_ label: String, _ pick: ([Sample]) -> Double?) -> Metric {
    Metric("\(label) \(name)", seeds: seeds, values: curves.map { pick($0) ?? .nan })
  }

  var text: String {
    let steps = commonSteps
    guard let first = steps.first, let last = steps.last, let start = metric(at: first), let end = metric(at: last)
    else {
      return "\(name): a series without steps that all seeds share (n = \(seeds.count))"
    }
    let range = "steps \(NumberText.short(first)) to \(NumberText.short(last))"
    return "\(name): \(start.shortText) → \(end.shortText), \(range) (n = \(seeds.count))"
  }
}
