import Basics
import Kernels
import Tensors

/// L-BFGS: steps by an estimate of the inverse Hessian from the last few steps, with a line search.
///
/// Directions are computed in Double, whatever the parameters' dtype.
public final class LBFGS: LossSolver {
  public static let kind = OptimizerKind(
    "LBFGS", "Steps by an estimate of the inverse Hessian from the last few steps, along which a line search looks.",
    formula: "p = p - t H g, where H is built from the last steps s and changes of the gradient y (two-loop recursion)",
    source: "Liu and Nocedal 1989, On the Limited Memory BFGS Method for Large Scale Optimization",
    options: [
      OptionSpec("lr", .number(0...OptionSpec.unbounded), default: .number(1), "the first step length that is tried"),
      OptionSpec("max_iter", .integer(1...Int.max), default: .number(20), "steps in one call"),
      OptionSpec(
        "max_eval", .integer(1...Int.max), default: .number(50), "evaluations of the loss after which a call ends"),
      OptionSpec("history", .integer(1...10000), default: .number(10), "steps that are remembered"),
      OptionSpec(
        "tolerance_grad", .number(0...OptionSpec.unbounded), default: .number(1e-7),
        "a call ends when no element of the gradient is larger"),
      OptionSpec(
        "tolerance_change", .number(0...OptionSpec.unbounded), default: .number(1e-9),
        "a call ends when neither loss nor parameters change more"),
      OptionSpec(
        "line_search", .choice(["strong_wolfe", "none"]), default: .text("strong_wolfe"),
        "how the length of a step is found; without, it is lr"),
    ], makeSolver: { LBFGS() })

  /// Steps and the changes of the gradient along them, oldest first.
  private var pairs: [(step: [Double], change: [Double])] = []
  /// Whether there was a step before.
  private var hasMoved = false

  public init() {}

  public func minimize(_ settings: Settings, from start: [Double], _ evaluate: Evaluation) throws
    -> (loss: Double, point: [Double])
  {
    let rate = settings.number("lr")
    let mostEvaluations = settings.integer("max_eval")
    let smallestChange = settings.number("tolerance_change")
    let isSearching = settings.text("line_search") == "strong_wolfe"
    var evaluations = 1
    var point = start
    // 1. The loss and its gradient where we stand.
    var (loss, gradient) = try evaluate(point)
    let first = loss
    guard loss.isFinite else { return (first, start) }
    for _ in 0..<settings.integer("max_iter") {
      if largest(gradient) <= settings.number("tolerance_grad") || evaluations >= mostEvaluations { break }
      // 2. d = -H g; downhill, or the estimate is worth nothing and begins anew.
      var direction = self.direction(gradient)
      var slope = dot(gradient, direction)
      if !(slope < 0) {
        pairs = []
        direction = gradient.map { -$0 }
        slope = dot(gradient, direction)
      }
      // 3. The first step of all is short, since nothing is known about the scale.
      let length = hasMoved ? rate : rate * min(1, 1 / gradient.reduce(0) { $0 + $1.magnitude })
      // 4. p = p + t d
      func trial(_ t: Double) throws -> LineSearch.Trial {
        let (value, slopes) = try evaluate(zip(point, direction).map { $0 + t * $1 })
        return LineSearch.Trial(length: t, value: value, slope: dot(slopes, direction), gradient: slopes)
      }
      let origin = LineSearch.Trial(length: 0, value: loss, slope: slope, gradient: gradient)
      let found =
        isSearching
        ? try LineSearch.strongWolfe(
          from: origin, first: length, budget: mostEvaluations - evaluations,
          smallest: smallestChange / max(largest(direction), .leastNormalMagnitude), &evaluations, trial)
        : try trial(length)
      if !isSearching { evaluations += 1 }
      if found.length == 0 || !found.value.isFinite { break }
      hasMoved = true
      // 5. The step and what the gradient did along it are remembered, if the loss curves upwards there.
      let step = direction.map { found.length * $0 }
      let change = zip(found.gradient, gradient).map { $0 - $1 }
      if dot(step, change) > 1e-10 * dot(change, change) {
        if pairs.count >= settings.integer("history") {
          pairs.removeFirst(pairs.count - settings.integer("history") + 1)
        }
        pairs.append((step, change))
      }
      for i in point.indices { point[i] += step[i] }
      let gain = (found.value - loss).magnitude
      (loss, gradient) = (found.value, found.gradient)
      if largest(step) <= smallestChange || gain < smallestChange { break }
    }
    return (first, point)
  }

  /// The two-loop recursion (Nocedal and Wright 2006, Numerical Optimization, algorithm 7.4).
  private func direction(_ gradient: [Double]) -> [Double] {
    var q = gradient.map { -$0 }
    guard let last = pairs.last else { return q }
    var weights = [Double](repeating: 0, count: pairs.count)
    for (i, pair) in pairs.enumerated().reversed() {
      weights[i] = dot(pair.step, q) / dot(pair.step, pair.change)
      for j in q.indices { q[j] -= weights[i] * pair.change[j] }
    }
    let scale = dot(last.step, last.change) / dot(last.change, last.change)
    for j in q.indices { q[j] *= scale }
    for (i, pair) in pairs.enumerated() {
      let back = dot(pair.change, q) / dot(pair.step, pair.change)
      for j in q.indices { q[j] += (weights[i] - back) * pair.step[j] }
    }
    return q
  }

  private func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for i in 0..<min(a.count, b.count) { sum += a[i] * b[i] }
    return sum
  }

  private func largest(_ x: [Double]) -> Double { x.reduce(0) { max($0, $1.magnitude) } }

  // MARK: State

  public func state() throws -> [(name: String, tensor: Tensor)] {
    guard hasMoved else { return [] }
    func stacked(_ rows: [[Double]]) throws -> Tensor {
      try .from(rows.flatMap { $0 }, shape: Shape([rows.count, rows.first?.count ?? 0]), .float64)
    }
    return [("steps", try stacked(pairs.map(\.step))), ("changes", try stacked(pairs.map(\.change)))]
  }

  public func load(_ state: [(name: String, tensor: Tensor)], count: Int) throws {
    guard !state.isEmpty else {
      (pairs, hasMoved) = ([], false)
      return
    }
    func rows(_ name: String) throws -> [[Double]] {
      guard let tensor = state.first(where: { $0.name == name })?.tensor else {
        throw Failure(.argument, "the state has no 'solver.\(name)'; was it saved by another optimizer?")
      }
      guard tensor.rank == 2, tensor.shape[0] == 0 || tensor.shape[1] == count else {
        throw Failure(
          .shape, "'solver.\(name)' in the state has shape \(tensor.shape), the parameters have \(count) numbers")
      }
      let values = tensor.toDoubles()
      return (0..<tensor.shape[0]).map { Array(values[($0 * count)..<(($0 + 1) * count)]) }
    }
    if let stranger = state.first(where: { $0.name != "steps" && $0.name != "changes" }) {
      throw Failure(.argument, "the state has 'solver.\(stranger.name)', which this optimizer does not have")
    }
    let (steps, changes) = (try rows("steps"), try rows("changes"))
    guard steps.count == changes.count else {
      throw Failure(.shape, "the state holds \(steps.count) steps and \(changes.count) changes of the gradient")
    }
    (pairs, hasMoved) = (Array(zip(steps, changes)).map { (step: $0, change: $1) }, true)
  }
}
