import ArgumentParser
import Basics
import Kernels
import Recipes

/// What commands that run trials have in common.
struct RunArguments: ParsableArguments {
  @Option(
    name: .customLong("set"), help: ArgumentHelp("Give a parameter a value; may be repeated.", valueName: "name=value"))
  var settings: [String] = []

  @Option(help: ArgumentHelp("Use the seeds 1 to N instead of the recipe's number.", valueName: "N"))
  var seeds: Int?

  @Option(
    help: ArgumentHelp(
      "Threads for numeric work; results do not depend on it (default: all processors).", valueName: "N"))
  var threads: Int?

  @Flag(help: "Print one JSON object on standard output, and everything else on standard error.")
  var json = false

  @Flag(name: .customLong("no-record"), help: "Do not keep a record of the run.")
  var noRecord = false

  @Flag(help: "No live line.")
  var quiet = false

  func options() throws -> RunOptions {
    if let threads {
      guard (1...256).contains(threads) else {
        throw Failure(.argument, "--threads must be from 1 to 256, but is \(threads)")
      }
      Parallel.threads = threads
    }
    var options = RunOptions()
    options.settings = try settings.map { try RunOptions.Setting($0) }
    if let seeds {
      guard (1...Recipe.mostSeeds).contains(seeds) else {
        throw Failure(.argument, "--seeds must be from 1 to \(Recipe.mostSeeds), but is \(seeds)")
      }
      options.seedCount = seeds
    }
    options.showsProgress = !quiet
    options.printsToStandardError = json
    options.printsFigures = !json
    return options
  }

  /// Prints the results and keeps the record.
  func finish(_ outcome: Outcome) throws {
    let fingerprint = try Fingerprint.compute()
    var record: RunRecord?
    if !noRecord {
      do {
        record = try RunRecord(outcome, fingerprint: fingerprint, project: outcome.file.folder)
      } catch let failure as Failure {
        StandardError.write("perilune: the run was not recorded: \(failure.message)\n")
      }
    }
    if json {
      print(outcome.summary(fingerprint: fingerprint).compact)
      return
    }
    let table = VerdictTable.render(outcome)
    if !table.isEmpty { print("\n" + table, terminator: "") }
    guard outcome.recipe != nil || !outcome.trials.isEmpty else { return }
    let trials = outcome.trials.reduce(0) { $0 + $1.count }
    let parts =
      [NumberText.count(trials, "trial"), NumberText.duration(seconds: outcome.seconds)]
      + (record.map { [$0.folder] } ?? [])
    StandardError.write(parts.joined(separator: ", ") + "\n")
  }
}
