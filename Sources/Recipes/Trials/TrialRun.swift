import Basics
import Bindings
import LuaHost
import Tensors

/// A trial while it runs: what the trial function gets.
final class TrialRun {
  let seed: Int
  let arm: String
  let randomness: RandomSource
  var logged: [String: [Series.Sample]] = [:]
  /// What `lab.check` found, in the order of first statement.
  private(set) var checks: [(name: String, held: Int, stated: Int)] = []
  /// Whether earlier results were looked at.
  var readsResults = false
  private(set) var files: [Trial.ReadFile] = []
  private(set) var data: Set<Trial.DataFingerprint> = []
  var figures: [DrawnFigure] = []
  var trace: [TraceStep] = []
  /// Where checkpoints go; absent when nothing is kept.
  var checkpointPath: String?
  /// Makes sure that all printed text has been handed on, and returns it.
  var beforeCheckpoint: (() -> String)?
  let clock = Clock()
  var lastCheckpoint = 0.0

  init(seed: Int, arm: String) {
    self.seed = seed
    self.arm = arm
    randomness = RandomSource(seed: UInt64(bitPattern: Int64(seed)), name: "run")
  }

  /// The random numbers of a name; the same source each time.
  func source(_ name: String) -> RandomSource { randomness.child(name) }

  func check(_ name: String, held: Int, stated: Int) {
    if let place = checks.firstIndex(where: { $0.name == name }) {
      checks[place].held += held
      checks[place].stated += stated
    } else {
      checks.append((name, held, stated))
    }
  }

  func read(_ file: Trial.ReadFile) { if !files.contains(file) { files.append(file) } }

  func used(_ use: Trial.DataFingerprint) { data.insert(use) }

  func log(_ step: Double, _ values: [(name: String, value: Double)]) {
    for (name, value) in values { logged[name, default: []].append(Series.Sample(step: step, value: value)) }
  }
}

extension Session {
  func installRunType() {
    types.runs.field("seed") { call, run in call.push(run.seed) }
    types.runs.field("arm") { call, run in
      guard !run.arm.isEmpty else {
        throw Failure(
          .recipe, "these trials have no arms; write lab.trials({arms = {\"a\", \"b\"}}, function(run) ... end)")
      }
      return call.push(run.arm)
    }
    types.runs.method("rng", parameters: ["name"]) { [lab] call, run in
      try call.atMost(1)
      return call.push(run.source(try call.string(1)), lab.sources)
    }
    types.runs.method("log", parameters: ["step", "values"]) { [self] call, run in
      let step = try call.number(1)
      let table = try call.table(2)
      guard step.isFinite else { throw Failure(.argument, "argument 1 (step) must be finite, but is \(step)") }
      guard table.count == 0 else { throw Failure(.argument, "argument 2 (values) must have names, as in {loss = l}") }
      let values = try table.fieldNames().map { name in
        (name: name, value: try table.field(name) { try self.singleNumber($0, "value '\(name)'") })
      }
      run.log(step, values)
      if options.traces { run.trace.append(try trace(call, step)) }
      progress.step(step, values)
      return 0
    }
    types.runs.describe { run in "Run (seed \(run.seed)\(run.arm.isEmpty ? "" : ", arm \(run.arm)"))" }
    for (name, signature, summary, example) in [
      ("seed", "run.seed", "The trial's seed, a whole number from 1.", "print(run.seed)"),
      ("arm", "run.arm", "The trial's arm, of those that lab.trials was given.", "print(run.arm)"),
      (
        "rng", "run:rng(name)",
        "The trial's random numbers of a name, the same for a seed whatever else is drawn; asked for again, they go on.",
        "print(lab.randn({2}, {rng = run:rng(\"data\")}))"
      ),
      (
        "log", "run:log(step, values)",
        "Records numbers at a step; they become series of the result and show in the live line.",
        "run:log(1, {loss = 0.5})"
      ),
    ] {
      lab.docs.add(
        Doc(
          "Run." + name, signature, chapter: "Recipes", summary,
          example: "lab.trials(function(run)\n  \(example)\n  return {done = true}\nend)".replacing(
            "lab.trials(function", with: name == "arm" ? "lab.trials({arms = {\"a\"}}, function" : "lab.trials(function"
          )))
    }
  }

  /// A number, boolean or one-element tensor on top of the stack.
  func singleNumber(_ stack: LuaStack, _ what: String) throws -> Double {
    if let number = oneNumber(stack) { return number }
    throw Failure(
      .argument, "\(what) must be a number, true or false, or a tensor with one element, but is \(described(stack))")
  }

  private func oneNumber(_ stack: LuaStack) -> Double? {
    switch stack.kind(at: -1) {
    case .number: return try? stack.number(at: -1, "")
    case .boolean: return (try? stack.boolean(at: -1, "")).map { $0 ? 1 : 0 }
    case .object:
      guard let tensor = stack.object(at: -1, lab.tensors), tensor.count == 1 else { return nil }
      return tensor.element(0)
    default: return nil
    }
  }

  /// What a trial may return under a name.
  enum Returned {
    case number(Double)
    case list([Double])
  }

  func returned(_ stack: LuaStack, _ name: String) throws -> Returned {
    if let number = oneNumber(stack) { return .number(number) }
    if let tensor = stack.object(at: -1, lab.tensors), tensor.rank == 1 { return .list(tensor.toDoubles()) }
    if stack.kind(at: -1) == .table {
      let table = try stack.table(at: -1, "metric '\(name)'")
      return .list(try table.map { stack, position in try self.singleNumber(stack, table.entryName(position)) })
    }
    throw Failure(
      .argument,
      "metric '\(name)' must be a number, true or false, a tensor with one element, or a list of numbers (a series), "
        + "but is \(described(stack))")
  }

  private func described(_ stack: LuaStack) -> String {
    if let tensor = stack.object(at: -1, lab.tensors) { return "a tensor of shape \(tensor.shape)" }
    return stack.describe(at: -1)
  }
}
