import XCTest

/// Figures at the prompt: what a terminal is asked and told.
final class TerminalGraphicsTests: XCTestCase {
  private let plot = "lab.plot.line{ {x = {1, 2}, y = {1, 4}} }"
  private let plain = ["COLORTERM": "", "TERM_PROGRAM": "", "KITTY_WINDOW_ID": "", "TMUX": ""]

  func testTheTerminalIsAskedForSixel() throws {
    let terminal = try TerminalProgram(Program(), "repl", environment: plain)
    terminal.awaits("Ctrl-D leaves")
    terminal.enter(plot, awaits: "⣀")
    // An answer between two keys is no input.
    terminal.type("1 +\u{1B}[?62;4;22c\u{1B}[6;16;8t 1\r")
    terminal.awaits("\n2\n")
    terminal.enter(plot, awaits: "\u{1B}P0;1;0q\"1;1;")
    terminal.enter(":set graphics", awaits: "auto (sixel)")
    terminal.enter(":set graphics braille", awaits: "> ")
    terminal.enter(plot, awaits: "⣀")
    XCTAssertEqual(terminal.leave(), 0)
  }

  func testKittyIsKnownByItsName() throws {
    let terminal = try TerminalProgram(Program(), "repl", terminal: "xterm-kitty", environment: plain)
    terminal.enter(plot, awaits: "\u{1B}_Ga=T,f=32,o=z,s=")
    XCTAssertEqual(terminal.leave(), 0)
  }

  func testForcedGraphicsAndWidth() throws {
    let program = try Program()
    let terminal = try TerminalProgram(program, "repl", "--graphics", "blocks", environment: plain)
    terminal.enter(plot, awaits: "▄▄▄")
    terminal.awaits("└" + String(repeating: "─", count: 97) + "\n")
    terminal.resize(columns: 60)
    terminal.enter(plot, awaits: "└" + String(repeating: "─", count: 57) + "\n")
    XCTAssertEqual(terminal.leave(), 0)
    let wrong = try program.run("repl", "--graphics", "kity")
    XCTAssertEqual(wrong.code, 3)
    XCTAssertEqual(
      wrong.errors,
      "perilune: --graphics takes auto, kitty, sixel, blocks, braille, none, not 'kity'; did you mean 'kitty'?\n")
  }

  func testFiguresInFilesStayPlain() throws {
    let program = try Program()
    try program.write("p.lua", plot)
    let ran = try program.run("run", "p.lua", "--no-record")
    XCTAssertFalse(ran.output.contains("\u{1B}"))
    XCTAssertTrue(ran.output.contains("└" + String(repeating: "─", count: 77) + "\n"))
  }

  /// A narrower window breaks what was typed into more rows; it is drawn anew from its first one.
  func testTheInputFollowsTheWindow() throws {
    let terminal = try TerminalProgram(Program(), "repl")
    terminal.awaits("Ctrl-D leaves")
    terminal.type("local text = '" + String(repeating: "x", count: 60))
    terminal.awaits("xxxx")
    usleep(500_000)
    terminal.resize(columns: 40)
    terminal.awaits("local text = '" + String(repeating: "x", count: 24))
    terminal.type("'\r#text\r")
    terminal.awaits("\n60\n")
    XCTAssertEqual(terminal.leave(), 0)
  }
}
