import ArgumentParser
import Basics
import Recipes
import Repl

/// `perilune lint FILE`: what is probably wrong in a recipe, without running it.
struct LintCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lint", abstract: "Find probable mistakes in recipes without running them.",
    discussion: """
      Undefined names, claims registered after the trials, randomness without a stream of the run, claims without a \
      control, tensors compared by ==. Exit code 0 when nothing was found, 1 when something was.
      """)

  @Argument(help: "Recipes or other Lua files.")
  var files: [String]

  func run() throws {
    var count = 0
    for path in files {
      let file = try RecipeFile(path: path)
      let script = try ScriptHost(file: RecipeFile(path: "lint", source: ""), options: RunOptions())
      for finding in try Lint.findings(in: file.source, name: file.name, script) {
        print("\(path):\(finding.line): \(finding.text)")
        count += 1
      }
    }
    if count > 0 { throw ExitCode(1) }
  }
}
