import ArgumentParser
import Basics
import Recipes

/// `perilune runs`: the recorded runs, the latest first.
struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs", abstract: "List the recorded runs, the latest first.")

  @Option(
    help: ArgumentHelp("The folder of records (default: .perilune here or beside the project).", valueName: "DIR"))
  var store: String?

  @Option(help: ArgumentHelp("Runs of this recipe only.", valueName: "ID"))
  var recipe: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    var entries = try RunIndex(store: store ?? StoreFolder.ofCurrentFolder()).list()
    if let recipe { entries.removeAll { $0.recipe != recipe } }
    if json {
      print(JSON.record(("runs", .list(entries.map(\.json)))).compact)
    } else {
      print(RunTable.render(entries), terminator: "")
    }
  }
}
