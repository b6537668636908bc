import Basics
import Bindings
import Glibc
import Learn
import LuaHost
import Tensors

/// All that an interrupted trial needs to go on with the same bits, in one safetensors file: weights and states of
/// optimizers as tensors; places of random numbers, logged values and printed text as JSON in the file's metadata.
enum Checkpoint {
  static func remove(_ path: String) { unlink(path) }

  static func exists(_ path: String) -> Bool { access(path, R_OK) == 0 }

  private static func json(_ states: [(path: [String], state: [UInt64])]) -> JSON {
    .list(
      states.map { entry in
        .record(
          ("path", .list(entry.path.map { .text($0) })),
          ("state", .list(entry.state.map { .text(String($0, radix: 16)) })))
      })
  }

  private static func states(_ json: JSON?) -> [(path: [String], state: [UInt64])] {
    (json?.list ?? []).map { entry in
      (
        (entry["path"]?.list ?? []).compactMap(\.string),
        (entry["state"]?.list ?? []).compactMap { $0.string.flatMap { UInt64($0, radix: 16) } }
      )
    }
  }

  /// Writes a checkpoint of a trial at a step.
  ///
  /// - Parameters:
  ///   - parts: weights by name.
  ///   - places: states of batches and the like, lists of whole numbers by name.
  ///   - sources: sources of random numbers beside the trial's own, by name.
  static func write(
    _ run: TrialRun, step: Int, parts: [(name: String, weights: Weights)], places: [(name: String, numbers: [Int])],
    sources: [(name: String, source: RandomSource)], host: LuaHost, to path: String
  ) throws {
    let entries = parts.flatMap { part in part.weights.entries.map { ("\(part.name):\($0.name)", $0.tensor) } }
    var progress = Trial(seed: run.seed, arm: run.arm, metrics: [], series: [], seconds: 0)
    progress = Trial(
      seed: run.seed, arm: run.arm, metrics: [],
      series: run.logged.sorted { $0.key < $1.key }.map { ($0.key, true, $0.value) }, seconds: run.clock.seconds)
    progress.checks = run.checks
    progress.readsResults = run.readsResults
    progress.files = run.files
    progress.data = run.data.sorted()
    progress.figures = run.figures
    progress.trace = run.trace
    progress.printed = run.beforeCheckpoint?() ?? ""
    let state: JSON = .record(
      ("format", .integer(1)), ("step", .integer(step)), ("trial", progress.exactJSON),
      ("root", json(RandomSource.root.states)), ("run", json(run.randomness.states)),
      ("math", .list(host.randomState.map { .text(String($0, radix: 16)) })),
      ("sources", .object(sources.map { JSON.Member(name: $0.name, value: json($0.source.states)) })),
      (
        "places",
        .object(places.map { JSON.Member(name: $0.name, value: .list($0.numbers.map { .integer($0) })) })
      ))
    try AtomicFile.makeFolder(
      path.split(separator: "/").dropLast().reduce(path.hasPrefix("/") ? "" : ".") { "\($0)/\($1)" })
    try Safetensors.write(try Weights(entries), metadata: [("perilune", state.compact)], to: path)
  }

  /// What a checkpoint holds.
  struct Content {
    let step: Int
    let weights: Weights
    let places: [(name: String, numbers: [Int])]
    fileprivate let state: JSON

    /// The weights that were saved under a name.
    func part(_ name: String) throws -> Weights {
      try Weights(
        weights.entries.filter { $0.name.hasPrefix(name + ":") }.map {
          (String($0.name.dropFirst(name.count + 1)), $0.tensor)
        })
    }

    /// Puts everything back that is not weights.
    func restore(_ run: TrialRun, sources: [(name: String, source: RandomSource)], host: LuaHost) throws {
      let trial = try Trial(exact: state["trial"] ?? .null)
      run.logged = Dictionary(trial.series.map { ($0.name, $0.samples) }) { $1 }
      for check in trial.checks { run.check(check.name, held: check.held, stated: check.stated) }
      run.readsResults = run.readsResults || trial.readsResults
      for file in trial.files { run.read(file) }
      for use in trial.data { run.used(use) }
      run.figures = trial.figures
      run.trace = trial.trace
      if !trial.printed.isEmpty { host.write(trial.printed) }
      RandomSource.root.restore(Checkpoint.states(state["root"]))
      run.randomness.restore(Checkpoint.states(state["run"]))
      host.randomState = (state["math"]?.list ?? []).compactMap { $0.string.flatMap { UInt64($0, radix: 16) } }
      for (name, source) in sources { source.restore(Checkpoint.states(state["sources"]?[name])) }
    }
  }

  static func read(_ path: String) throws -> Content {
    // Not among the files that the script read.
    let observer = ReadFiles.observer
    ReadFiles.observer = nil
    defer { ReadFiles.observer = observer }
    let file = try Safetensors.read(path)
    guard let text = file.metadata.first(where: { $0.key == "perilune" })?.value else {
      throw Failure(.file, "\(path) is not a checkpoint")
    }
    let state = try JSON(parsing: text)
    let places = (state["places"]?.members ?? []).map { ($0.name, ($0.value.list ?? []).compactMap(\.int)) }
    return Content(step: try Required(json: state).integer("step"), weights: file.weights, places: places, state: state)
  }
}
