import ArgumentParser
import Recipes

/// `perilune show FILE`: what a recipe declares. Its code above `lab.trials` is executed, its trials are not.
struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Print a recipe's title, paper, parameters and claims.",
    discussion: "Executes the file as far as lab.trials, to see what it declares; runs no trials, keeps no record.")

  @Argument(help: "A recipe.")
  var file: String

  func run() throws {
    var options = RunOptions()
    options.extent = .declarations
    options.isSilent = true
    options.printsFigures = false
    let script = try ScriptHost(file: try RecipeFile(path: file), options: options)
    script.catchControlC()
    print(Declarations.render(try script.run()), terminator: "")
  }
}
