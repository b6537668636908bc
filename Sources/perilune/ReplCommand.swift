import ArgumentParser
import Basics
import Figures
import Foundation
import Glibc
import LineEditor
import LuaHost
import Recipes
import Repl

/// `perilune repl [FILE]`: a prompt; input that is no terminal is read as a script, line by line.
struct ReplCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "repl", abstract: "A prompt for Lua with the library.",
    discussion: "`?name` prints help, Tab completes, `:help` lists commands; names made with `local` stay.")

  @Argument(help: "A file that is run first; its global names are there at the prompt.")
  var file: String?

  @Flag(
    name: [.customLong("no-colour"), .customLong("no-color")], help: "No colours; the variable NO_COLOR says so, too.")
  var noColour = false

  @Flag(name: .customLong("no-history"), help: "Neither read nor keep the history of inputs.")
  var noHistory = false

  @Option(
    help: ArgumentHelp(
      "What figures are made of: auto, kitty, sixel, blocks, braille, none; auto asks the terminal.", valueName: "KIND")
  )
  var graphics = "auto"

  func run() throws {
    let kind = TerminalStyle.Graphics(rawValue: graphics)
    guard kind != nil || graphics == "auto" else {
      let kinds = ["auto"] + TerminalStyle.Graphics.allCases.map(\.rawValue)
      throw Failure(
        .argument,
        "--graphics takes \(kinds.joined(separator: ", ")), not '\(graphics)'"
          + NearestName.hint(graphics, among: kinds))
    }
    let source = try file.map { try RecipeFile(path: $0) } ?? RecipeFile(path: "input", source: "")
    let script = try ScriptHost(file: source, options: RunOptions())
    script.catchControlC()
    let isPerson = isatty(0) != 0
    let isCapable = Terminal.isThere && Terminal.isCapable
    let wantsColour = !noColour && (getenv("NO_COLOR").map { $0.pointee == 0 } ?? true)
    let session = try ReplSession(script, colour: isCapable && wantsColour, isInteractive: isPerson)
    session.graphics = kind
    if file != nil {
      let table = VerdictTable.render(try script.run())
      if !table.isEmpty { print("\n" + table, terminator: "") }
    }
    if isPerson {
      greet(session)
      ReplRestart.prepare(session, keepsFiles: !noHistory)
    }
    if isCapable { try talk(session) } else { readLines(session, prompts: isPerson) }
    script.host.flushOutput()
  }

  private func greet(_ session: ReplSession) {
    // Behind the ^C of the line that was abandoned.
    if ReplRestart.isRestart { session.script.host.write("\n") }
    session.script.host.write(
      "perilune \(HostVersion.current)  Tab completes, ?name explains, :help lists commands, Ctrl-D leaves\n")
    session.script.host.flushOutput()
  }

  /// With line editing.
  private func talk(_ session: ReplSession) throws {
    let history = History(path: noHistory ? nil : History.standardPath())
    let language = LineEditor.Language(
      isComplete: { !session.wantsMore($0) }, indentation: ReplLanguage.indentation, styled: LuaStyle.pieces,
      complete: session.completer.complete)
    let editor = LineEditor(history: history, language: language, colour: session.colour)
    if ![.blocks, .braille, TerminalStyle.Graphics.none].contains(session.graphics) {
      editor.onReport = { session.learn($0) }
    }
    while true {
      editor.colour = session.colour
      switch editor.read() {
      case .text(let input): session.enter(input)
      case .cancelled: continue
      case .end: return
      }
    }
  }

  /// Plain lines: from a pipe, a file, or a terminal that cannot move its cursor.
  private func readLines(_ session: ReplSession, prompts: Bool) {
    var pending = ""
    while true {
      if prompts { StandardError.write(pending.isEmpty ? "> " : ">> ") }
      guard let line = readLine() else { break }
      pending += (pending.isEmpty ? "" : "\n") + line
      if session.wantsMore(pending) { continue }
      session.enter(pending)
      pending = ""
    }
    if !pending.isEmpty { session.enter(pending) }
    if prompts { StandardError.write("\n") }
  }
}
