import ArgumentParser
import Basics
import Figures
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

  @Flag(help: "One seed (or those asked for) with the recipe's smoke values: proves that it executes, decides nothing.")
  var smoke = false

  @Flag(help: "Keep hashes of the trials' tensors at each logged step, for 'perilune diff'; runs all trials.")
  var trace = false

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Run every combination of these values; a table at the end.", valueName: "name=a,b,..."))
  var sweep: [String] = []

  func run() throws {
    let file = try RecipeFile(path: file)
    var options = try arguments.options(for: file)
    if seed != nil, arguments.seeds != nil { throw Failure(.argument, "--seed and --seeds exclude each other") }
    options.onlySeed = seed
    options.smoke = smoke
    options.traces = trace
    if trace { options.reusesTrials = false }
    guard sweep.isEmpty else { return try runSweep(file, options) }
    let script = try ScriptHost(file: file, options: options)
    script.catchControlC()
    if !arguments.json { script.session.figureStyle = { TerminalStyle(terminal: 1) } }
    try arguments.finish(try script.run())
  }

  private func runSweep(_ file: RecipeFile, _ options: RunOptions) throws {
    let sweep = try Sweep(sweep)
    var outcomes: [Outcome] = []
    for (place, cell) in sweep.cells.enumerated() {
      let name = cell.map { "\($0.name)=\($0.text)" }.joined(separator: " ")
      if !arguments.quiet { StandardError.write("cell \(place + 1) of \(sweep.cells.count): \(name)\n") }
      var cellOptions = options
      cellOptions.settings += cell
      cellOptions.isSilent = true
      cellOptions.printsFigures = false
      let script = try ScriptHost(file: file, options: cellOptions)
      script.catchControlC()
      let outcome = try script.run()
      arguments.record(outcome, fingerprint: try Fingerprint.current())
      outcomes.append(outcome)
    }
    let fingerprint = try Fingerprint.current()
    if arguments.json {
      print(JSON.record(("cells", .list(outcomes.map { $0.summary(fingerprint: fingerprint) }))).compact)
    } else {
      print(sweep.table(outcomes), terminator: "")
    }
  }
}
