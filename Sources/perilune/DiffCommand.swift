import ArgumentParser
import Basics
import Recipes

/// `perilune diff RUN RUN`: what two runs have in common and where they part.
struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Compare two runs: parameters, source, metrics, and where their bits part first.",
    discussion: """
      Exit code 0 when all trials that both have are equal, 1 when some differ. Runs that were recorded with --trace also \
      tell the first logged step and the first tensor that differ.
      """)

  @Argument(help: ArgumentHelp("A recorded run.", valueName: "RUN"))
  var first: String

  @Argument(help: ArgumentHelp("Another one.", valueName: "RUN"))
  var second: String

  @Option(help: ArgumentHelp("The folder of records.", valueName: "DIR"))
  var store: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let store = store ?? StoreFolder.of(subject: first)
    let runs = try [first, second].map { try StoredRun.find($0, store: store) }
    for fault in runs.flatMap({ run in run.faults.map { "\(run.name): \($0)" } }) {
      StandardError.write("perilune: \(fault)\n")
    }
    let difference = RunDifference(runs[0], runs[1])
    print(json ? difference.json.compact + "\n" : difference.text, terminator: "")
    if difference.equal < difference.common { throw ExitCode(1) }
  }
}
