import Basics
import Kernels

extension Pacing {
  /// The same fraction always.
  public static func constant(_ fraction: Double) throws -> Pacing {
    try requireFraction(fraction, "the fraction")
    return Pacing(kind: "constant", description: "constant \(fraction.brief)", definition: [fraction]) { _ in fraction }
  }

  /// From one fraction to another at constant speed.
  public static func linear(from: Double, to: Double = 1, over span: PacingSpan = .run) throws -> Pacing {
    try overSpan("linear", from, to, span) { part in from + (to - from) * part }
  }

  /// Root-p competence, fast at first: (t (to^p - from^p) + from^p)^(1/p) for t from 0 to 1 (Platanios et al.,
  /// "Competence-based curriculum learning for neural machine translation", 2019, where `to` is 1 and p is 2).
  public static func root(_ p: Double = 2, from: Double, to: Double = 1, over span: PacingSpan = .run) throws -> Pacing
  {
    guard p > 0, p <= 100 else { throw Failure(.range, "the root must be above 0 and at most 100, found \(p)") }
    let start = Double.pow(from, p)
    let end = Double.pow(to, p)
    return try overSpan("root \(p.brief)", from, to, span, extra: p) { part in
      part == 0 ? from : part == 1 ? to : Double.pow(start + (end - start) * part, 1 / p)
    }
  }

  /// From one fraction to another by equal factors: from (to / from)^t for t from 0 to 1.
  public static func exponential(from: Double, to: Double = 1, over span: PacingSpan = .run) throws -> Pacing {
    try overSpan("exponential", from, to, span) { part in
      part == 0 ? from : part == 1 ? to : from * Double.pow(to / from, part)
    }
  }

  /// A staircase: each fraction holds from its step (from 1) until the next one's. Steps ascend; the first is 1.
  public static func step(_ stairs: [(step: Int, fraction: Double)]) throws -> Pacing {
    guard let first = stairs.first else { throw Failure(.argument, "a staircase needs at least one step, found none") }
    guard first.step == 1 else { throw Failure(.range, "a staircase begins at step 1, found \(first.step)") }
    for (before, after) in zip(stairs, stairs.dropFirst()) where after.step <= before.step {
      throw Failure(.range, "the steps of a staircase ascend, found \(after.step) after \(before.step)")
    }
    for stair in stairs { try requireFraction(stair.fraction, "the fraction from step \(stair.step)") }
    let text = stairs.map { "\($0.fraction.brief) from step \($0.step)" }.joined(separator: ", ")
    return Pacing(kind: "step", description: text, definition: stairs.flatMap { [Double($0.step), $0.fraction] }) {
      moment in
      (stairs.last { $0.step <= moment.step } ?? first).fraction
    }
  }

  /// Up and down, epoch by epoch: `from` in the first epoch, each next one `factor` times the one before until `to`, then
  /// divided by `factor` until `from`, and so on (Kesgin and Amasyali, "Cyclical Curriculum Learning", 2022, whose alpha
  /// is 1 / `factor`). Sizes never pass `from` and `to`.
  public static func cycle(from: Double, to: Double = 1, factor: Double = 2) throws -> Pacing {
    try requireFraction(from, "'from'")
    try requireFraction(to, "'to'")
    guard from <= to else { throw Failure(.range, "a cycle goes up first, found 'from' \(from) above 'to' \(to)") }
    guard factor >= 1.001, factor < .infinity else {
      throw Failure(.range, "the factor of a cycle must be at least 1.001, found \(factor)")
    }
    var sizes = [from]
    var size = from
    while size < to {
      size = min(to, size * factor)
      sizes.append(size)
    }
    while size / factor > from * (1 + 1e-9) {
      size /= factor
      sizes.append(size)
    }
    return Pacing(
      kind: "cycle", description: "cycling from \(from.brief) to \(to.brief) by \(factor.brief) each epoch",
      goesByEpochs: true, definition: [from, to, factor]
    ) { moment in
      let place = (max(1, moment.epoch) - 1) % sizes.count
      return sizes[place]
    }
  }

  /// A function of the caller's of the step (from 1), which must be pure. Values above 1 count as 1.
  ///
  /// - Parameter name: what descriptions call it. Fingerprints hold the name and the values at 33 steps: 1 to 16, then
  ///   the powers of two from 32 to 2^21.
  /// - Throws: `Failure` when one of these values is not a positive number.
  public static func custom(_ name: String, _ fraction: @escaping (Int) throws -> Double) throws -> Pacing {
    var pacing = Pacing(kind: "custom \(name)", description: "by \(name)", definition: []) { try fraction($0.step) }
    let probes = Array(1...16) + (5...21).map { 1 << $0 }
    let values = try probes.map { try pacing.fraction(at: TrainingMoment(step: $0)) }
    pacing = Pacing(kind: "custom \(name)", description: "by \(name)", definition: values) { try fraction($0.step) }
    return pacing
  }

  private static func overSpan(
    _ kind: String, _ from: Double, _ to: Double, _ span: PacingSpan, extra: Double = 0,
    _ curve: @escaping (Double) -> Double
  ) throws -> Pacing {
    try requireFraction(from, "'from'")
    try requireFraction(to, "'to'")
    var length = [0.0, 0]
    switch span {
    case .run: break
    case .steps(let count):
      guard count > 0 else { throw Failure(.range, "the number of steps must be positive, found \(count)") }
      length = [1, Double(count)]
    case .epochs(let count):
      guard count > 0 else { throw Failure(.range, "the number of epochs must be positive, found \(count)") }
      length = [2, Double(count)]
    }
    let low = min(from, to)
    let high = max(from, to)
    return Pacing(
      kind: kind, description: "\(kind) from \(from.brief) to \(to.brief) \(span.text)",
      goesByEpochs: { if case .epochs = span { true } else { false } }(),
      definition: [from, to, extra] + length
    ) { moment in min(high, max(low, curve(span.part(at: moment)))) }
  }

  private static func requireFraction(_ value: Double, _ name: String) throws {
    guard value > 0, value <= 1 else {
      throw Failure(.range, "\(name) must be above 0 and at most 1, found \(value)")
    }
  }
}
