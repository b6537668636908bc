import ArgumentParser
import Basics
import Kernels
import Recipes

/// What commands that run trials have in common.
struct RunArguments: ParsableArguments {
  @Option(
    name: .customLong("set"), help: ArgumentHelp("Give a parameter a value; may be repeated.", valueName: "name=value"))
  var settings: [String] = []

  @Option(
    name: .customLong("params"),
    help: ArgumentHelp("Take parameters from a JSON object, or from a run's run.json; --set wins.", valueName: "FILE"))
  var parameterFile: String?

  @Option(help: ArgumentHelp("Use the seeds 1 to N instead of the recipe's number.", valueName: "N"))
  var seeds: Int?

  @Option(
    help: ArgumentHelp(
      "Threads for numeric work; results do not depend on it (default: all processors).", valueName: "N"))
  var threads: Int?

  @Option(
    help: ArgumentHelp(
      "Trials that run at a time, each in a process of its own; results do not depend on it (default: one per processor).",
      valueName: "N"))
  var jobs: Int?

  @Option(
    name: .customLong("max-memory"), help: ArgumentHelp("End a trial that uses more: 500M, 2G.", valueName: "SIZE"))
  var maxMemory: String?

  @Option(name: .customLong("max-time"), help: ArgumentHelp("End a trial that runs longer.", valueName: "SECONDS"))
  var maxTime: Double?

  @Flag(name: .customLong("fail-fast"), help: "Stop when a trial ends without a result, instead of going on.")
  var failFast = false

  @Option(
    help: ArgumentHelp("Keep records here (default: .perilune beside the project or the recipe).", valueName: "DIR"))
  var store: String?

  @Flag(name: .customLong("no-cache"), help: "Run all trials, also those that finished in an earlier run.")
  var noCache = false

  @Flag(help: "Print one JSON object on standard output, and everything else on standard error.")
  var json = false

  @Flag(name: .customLong("no-record"), help: "Do not keep a record of the run.")
  var noRecord = false

  @Flag(help: "No live line.")
  var quiet = false

  /// Whether none of the options could bring other results than the recipe's defaults do.
  var changesNothing: Bool { settings.isEmpty && parameterFile == nil && seeds == nil && !noCache }

  func options(for file: RecipeFile) throws -> RunOptions {
    if let threads {
      guard (1...256).contains(threads) else {
        throw Failure(.argument, "--threads must be from 1 to 256, but is \(threads)")
      }
      Parallel.threads = threads
    }
    var options = RunOptions()
    options.settings = try parameterFile.map { try ParameterFile.read($0) } ?? []
    options.settings += try settings.map { try RunOptions.Setting($0) }
    if let seeds {
      guard (1...Recipe.mostSeeds).contains(seeds) else {
        throw Failure(.argument, "--seeds must be from 1 to \(Recipe.mostSeeds), but is \(seeds)")
      }
      options.seedCount = seeds
    }
    if let jobs {
      guard (1...256).contains(jobs) else { throw Failure(.argument, "--jobs must be from 1 to 256, but is \(jobs)") }
    }
    options.jobs = jobs ?? Parallel.threads
    if let maxTime {
      guard maxTime > 0, maxTime.isFinite else {
        throw Failure(.argument, "--max-time must be seconds above 0, but is \(maxTime)")
      }
      options.limits.seconds = maxTime
    }
    options.limits.memory = try maxMemory.map { try ByteCount(parsing: $0, option: "--max-memory").bytes }
    options.failFast = failFast
    options.reusesTrials = !noCache
    if !noRecord { options.store = store ?? StoreFolder.of(file) }
    options.showsProgress = !quiet
    options.printsToStandardError = json
    options.printsFigures = !json
    return options
  }

  /// Keeps the record, unless told not to; returns the outcome with its claims marked where earlier runs claimed
  /// otherwise, and the record's folder.
  @discardableResult
  func record(_ outcome: Outcome, fingerprint: String) -> (Outcome, folder: String?) {
    guard !noRecord else { return (outcome, nil) }
    let store = store ?? StoreFolder.of(outcome.file)
    let earlier = (try? RunIndex(store: store).list()) ?? []
    let marked = ClaimHistory.marked(outcome, earlier)
    do {
      return (marked, try RunRecord(outcome, fingerprint: fingerprint, store: store).folder)
    } catch {
      StandardError.write("perilune: the run was not recorded: \(error)\n")
      return (marked, nil)
    }
  }

  /// Prints the results and keeps the record.
  func finish(_ outcome: Outcome) throws {
    let fingerprint = try Fingerprint.current()
    let (outcome, folder) = record(outcome, fingerprint: fingerprint)
    if json {
      print(outcome.summary(fingerprint: fingerprint).compact)
      return
    }
    let table = VerdictTable.render(outcome)
    if !table.isEmpty { print("\n" + table, terminator: "") }
    guard outcome.recipe != nil || !outcome.trials.isEmpty else { return }
    let trials = outcome.trials.reduce(0) { $0 + $1.count }
    let reused = outcome.reusedCount
    let parts =
      [NumberText.count(trials, "trial") + (reused > 0 ? " (\(reused) reused)" : "")]
      + [NumberText.duration(seconds: outcome.seconds)] + (folder.map { [$0] } ?? [])
    StandardError.write(parts.joined(separator: ", ") + "\n")
  }
}
