import ArgumentParser
import Basics
import Glibc
import Recipes

/// `perilune repl [FILE]`: a prompt; reads standard input line by line when that is not a terminal.
struct ReplCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "repl", abstract: "A prompt for Lua with the library.",
    discussion: "`?name` prints help; `local` at the beginning of an input is left out, so that the name stays.")

  @Argument(help: "A file that is run first; its global names are there at the prompt.")
  var file: String?

  func run() throws {
    let source = try file.map { try RecipeFile(path: $0) } ?? RecipeFile(path: "input", source: "")
    let script = try ScriptHost(file: source, options: RunOptions())
    script.catchControlC()
    if file != nil {
      let table = VerdictTable.render(try script.run())
      if !table.isEmpty { print("\n" + table, terminator: "") }
    }
    let isTerminal = isatty(0) != 0
    if isTerminal { print("perilune \(HostVersion.current); ?name for help, Ctrl-D to leave") }
    let prompt = Prompt(script)
    var pending = ""
    while true {
      if isTerminal { StandardError.write(pending.isEmpty ? "> " : ">> ") }
      guard let line = readLine() else { break }
      pending += (pending.isEmpty ? "" : "\n") + line
      if prompt.wantsMore(pending) { continue }
      enter(pending, prompt)
      pending = ""
    }
    if !pending.isEmpty { enter(pending, prompt) }
    if isTerminal { StandardError.write("\n") }
  }

  private func enter(_ input: String, _ prompt: Prompt) {
    do {
      if let text = try prompt.enter(input) { print(text) }
      fflush(nil)
    } catch {
      fflush(nil)
      StandardError.write("\(error)\n")
    }
  }
}
