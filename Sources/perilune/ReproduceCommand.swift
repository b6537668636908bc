import ArgumentParser
import Basics
import Kernels
import Recipes

/// `perilune reproduce RUN`: runs a record again and compares.
struct ReproduceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reproduce", abstract: "Execute a recorded run again and compare the results.",
    discussion: """
      With the same numerics fingerprint and version the bits of all metrics are compared; elsewhere the verdicts, and \
      the means against their 99 % prediction intervals. Controls run when the record has them. Exit code 0: reproduced; \
      1: not; 3: an error.
      """)

  @Argument(
    help: ArgumentHelp(
      "A recorded run, a recipe whose newest run with default parameters is meant, or an exported record.",
      valueName: "RUN"))
  var subject: String

  @Option(help: ArgumentHelp("The recipe's file, where it is not found by itself.", valueName: "FILE"))
  var recipe: String?

  @Option(help: ArgumentHelp("The folder of records.", valueName: "DIR"))
  var store: String?

  @Option(help: ArgumentHelp("Trials that run at a time.", valueName: "N"))
  var jobs: Int?

  @Flag(help: "Print one JSON object.")
  var json = false

  @Flag(help: "No live line.")
  var quiet = false

  func run() throws {
    let record = try StoredRun.find(subject, store: store ?? StoreFolder.of(subject: subject))
    let (file, isTheFile) = try Reproduction.source(of: record, given: recipe)
    if !isTheFile {
      StandardError.write(
        "perilune: the recipe's file was not found; its source in the record is executed in the current folder\n")
    }
    let reproduction = try Reexecution.run(record, file, jobs: jobs, quiet: quiet)
    for fault in record.faults { StandardError.write("perilune: \(fault)\n") }
    print(json ? reproduction.json.compact + "\n" : reproduction.text, terminator: "")
    if !reproduction.differences.isEmpty || !record.faults.isEmpty { throw ExitCode(1) }
  }
}

/// What `reproduce` and `verify` of a bundle have in common.
enum Reexecution {
  static func run(_ record: StoredRun, _ file: RecipeFile, jobs: Int?, quiet: Bool) throws -> Reproduction {
    if let jobs, !(1...256).contains(jobs) {
      throw Failure(.argument, "--jobs must be from 1 to 256, but is \(jobs)")
    }
    var options = try Reproduction.options(of: record, RunOptions())
    options.jobs = jobs ?? Parallel.threads
    options.isSilent = true
    options.printsFigures = false
    options.showsProgress = !quiet
    let outcome: Outcome
    if record.hasControls {
      outcome = try Verification.verify(file, options: options) { place, count, says in
        if !quiet { StandardError.write("control \(place) of \(count): \(says)\n") }
      } prepare: {
        $0.catchControlC()
      }
    } else {
      let script = try ScriptHost(file: file, options: options)
      script.catchControlC()
      outcome = try script.run()
    }
    return Reproduction(record, outcome, fingerprint: try Fingerprint.current())
  }
}
