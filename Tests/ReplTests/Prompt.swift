import Recipes
import Repl

/// A session without a terminal, for tests of what lies behind the prompt.
struct TestPrompt {
  let script: ScriptHost
  let session: ReplSession

  init() throws {
    script = try ScriptHost(file: RecipeFile(path: "input", source: ""), options: RunOptions())
    session = try ReplSession(script, colour: false, isInteractive: true)
  }

  /// Runs inputs; what they print.
  func enter(_ inputs: String...) -> String {
    var printed = ""
    script.host.output = { printed += String(decoding: $0, as: UTF8.self) }
    for input in inputs { session.enter(input) }
    return printed
  }

  /// What completion offers behind a text.
  func complete(_ text: String) -> [String] { session.completer.complete(text).items.map(\.text) }
}
