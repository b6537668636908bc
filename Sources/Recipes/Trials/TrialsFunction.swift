import Basics
import Bindings
import LuaHost

/// `lab.trials`: runs the trial function for every seed, and for every arm.
extension Session {
  func installTrials() throws {
    installMetricType()
    installSeriesTypes()
    installResultTypes()
    installRunType()
    try lab.define(
      Doc(
        "lab.trials", "local r = lab.trials([{arms = {...}}], function(run) ... return {metric = number} end)",
        chapter: "Recipes", parameters: ["options", "trial"],
        "Runs a function once for each seed (and arm) and returns its metrics, to be combined seed by seed.",
        details: [
          "The function gets run.seed, run.arm, run:rng(name), run:log(step, values), run:checkpoint{...}.",
          "It returns numbers, booleans (1 and 0), one-element tensors, or lists of numbers (series) by name.",
          "arms: names; the result has a field for each, as in r.likra.accuracy.",
        ],
        notes: "Before each trial all randomness starts anew from its seed, so trials do not depend on their order. "
          + "All arms see the same seeds, so their differences are paired. The commands run each trial in a process of its "
          + "own: what a trial changes outside of itself stays there, so return what is to be kept.",
        example:
          "local r = lab.trials(function(run)\n  local x = lab.randn({100}, {rng = run:rng(\"data\")})\n  return {mean = x:mean()}\nend)\nprint(r.mean)"
      )
    ) { [self] call in
      try call.atMost(2)
      let hasOptions = !call.isFunction(1)
      let names = hasOptions ? try call.options(1, known: ["arms"]).strings("arms") ?? [] : []
      let function = try call.function(hasOptions ? 2 : 1)
      try Self.check(arms: names)
      guard !isInTrial else { throw Failure(.recipe, "trials cannot contain trials") }
      let result = try runTrials(function, arms: names, call)
      results.append(result)
      return call.push(result, types.results)
    }
  }

  private static func check(arms: [String]) throws {
    for (place, name) in arms.enumerated() {
      guard !name.isEmpty else {
        throw Failure(.recipe, "an arm needs a name, but entry \(place + 1) of arms is empty")
      }
      guard !["arms", "seeds"].contains(name) else { throw Failure(.recipe, "an arm cannot be called '\(name)'") }
      guard !arms[..<place].contains(name) else { throw Failure(.recipe, "the arm '\(name)' is listed twice") }
    }
  }

  private func runTrials(_ function: LuaReference, arms: [String], _ call: Call) throws -> TrialResult {
    if recipe == nil, results.isEmpty, !options.isSilent, options.onlySeed == nil, options.seedCount == nil {
      progress.clear()
      StandardError.write("perilune: \(file.name) has no lab.recipe, so its trials use \(Recipe.defaultSeeds) seeds\n")
    }
    let seeds = self.seeds
    let slots = seeds.flatMap { seed in (arms.isEmpty ? [""] : arms).map { (seed: seed, arm: $0) } }
    let trials =
      options.jobs == nil
      ? try slots.enumerated().map { place, slot in
        progress.beginTrial(place + 1, of: slots.count, Trial.label(seed: slot.seed, arm: slot.arm))
        return try runTrial(function, TrialRun(seed: slot.seed, arm: slot.arm), call.stack)
      } : try runInWorkers(slots, function, call)
    progress.clear()
    try reseed(0)
    for trial in trials {
      for check in trial.checks { note(check.name, held: check.held, stated: check.stated) }
      if trial.readsResults { resultsWereRead = true }
      dataUse.formUnion(trial.data)
    }
    return try TrialResult(seeds: seeds, arms: arms, trials: trials)
  }

  /// Runs the trial function once, here.
  func runTrial(_ function: LuaReference, _ run: TrialRun, _ stack: LuaStack) throws -> Trial {
    try reseed(run.seed)
    currentRun = run
    defer { currentRun = nil }
    let clock = Clock()
    stack.push(function)
    stack.push(run, types.runs)
    try stack.call(arguments: 1, results: 1)
    defer { stack.pop() }
    guard stack.kind(at: -1) == .table else {
      throw Failure(
        .recipe,
        "the trial function must return its metrics by name, as in return {accuracy = 0.9}, but returned "
          + stack.describe(at: -1))
    }
    let table = try stack.table(at: -1, "the trial's result")
    guard table.count == 0 else {
      throw Failure(
        .recipe,
        "the trial function must return its metrics by name, as in return {accuracy = 0.9}, but returned a list")
    }
    var metrics: [(name: String, value: Double)] = []
    var series: [(name: String, isLogged: Bool, samples: [Series.Sample])] = []
    for name in try table.fieldNames() {
      guard !["series", "seeds", "arms"].contains(name) else {
        throw Failure(.recipe, "a metric cannot be called '\(name)': results use that name themselves")
      }
      switch try table.field(name, { try returned($0, name) }) {
      case .number(let value): metrics.append((name, value))
      case .list(let values):
        series.append(
          (name, false, values.enumerated().map { Series.Sample(step: Double($0.offset + 1), value: $0.element) }))
      }
    }
    guard !metrics.isEmpty || !series.isEmpty || !run.logged.isEmpty else {
      throw Failure(.recipe, "the trial function returned no metrics")
    }
    for name in run.logged.keys.sorted() { series.append((name, true, run.logged[name] ?? [])) }
    var trial = Trial(seed: run.seed, arm: run.arm, metrics: metrics, series: series, seconds: clock.seconds)
    trial.checks = run.checks
    trial.readsResults = run.readsResults
    trial.files = run.files
    trial.data = run.data.sorted()
    trial.figures = run.figures
    trial.trace = run.trace
    return trial
  }
}
