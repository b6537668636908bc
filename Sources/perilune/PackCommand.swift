import ArgumentParser
import Basics
import Recipes

/// `perilune pack RUN -o FILE`: a run with all it needs, in one file.
struct PackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pack", abstract: "Write a run, its recipe, helper files and small data into one file.",
    discussion: "Whoever gets the file can check it with 'perilune verify FILE'.")

  @Argument(
    help: ArgumentHelp("A recorded run, a recipe whose newest run with default parameters is meant.", valueName: "RUN"))
  var subject: String

  @Option(name: [.short, .long], help: ArgumentHelp("Where to write the bundle.", valueName: "FILE"))
  var output: String

  @Option(help: ArgumentHelp("The recipe's file, where it is not found by itself.", valueName: "FILE"))
  var recipe: String?

  @Option(help: ArgumentHelp("The folder of records.", valueName: "DIR"))
  var store: String?

  func run() throws {
    let run = try StoredRun.find(subject, store: store ?? StoreFolder.of(subject: subject))
    let file = try Reproduction.source(of: run, given: recipe).file
    let bundle = try RecipeBundle(run, file: file) { StandardError.write("perilune: not packed: \($0)\n") }
    try TextFile.write(bundle.text, to: output)
    StandardError.write("\(output): run \(run.name), \(bundle.parts.count) files\n")
  }
}
