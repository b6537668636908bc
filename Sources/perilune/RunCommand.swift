import ArgumentParser
import Basics
import Recipes

/// `perilune run FILE`: executes the whole file and records it; 0 whatever the verdicts.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Execute a recipe: its trials, its claims, its figures.",
    discussion: "Exit code 0 whatever the verdicts, 3 on an error, 130 when interrupted.")

  @Argument(help: "A recipe or any other Lua file.")
  var file: String

  @OptionGroup var arguments: RunArguments

  @Option(help: ArgumentHelp("Run this seed only.", valueName: "S"))
  var seed: Int?

  @Flag(help: "One seed with the recipe's smoke values: proves that it executes, decides nothing.")
  var smoke = false

  func run() throws {
    let file = try RecipeFile(path: file)
    var options = try arguments.options(for: file)
    if seed != nil, arguments.seeds != nil { throw Failure(.argument, "--seed and --seeds exclude each other") }
    options.onlySeed = seed
    options.smoke = smoke
    let script = try ScriptHost(file: file, options: options)
    script.catchControlC()
    try arguments.finish(try script.run())
  }
}
