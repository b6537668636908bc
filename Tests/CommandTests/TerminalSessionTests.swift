import XCTest

/// A person's session at the prompt, over a pseudo-terminal.
final class TerminalSessionTests: XCTestCase {
  func testEditingAndValues() throws {
    let program = try Program()
    let terminal = try TerminalProgram(program, "repl")
    terminal.awaits("Ctrl-D leaves")
    terminal.enter("local x = lab.ones{2, 2}", awaits: "\n> ")
    terminal.enter("x * 3", awaits: "float32 {2, 2}\n")
    terminal.enter("_:sum():item()", awaits: "\n12.0\n")
    // Tab completes, and shows the list with signatures where there are several.
    terminal.type("x:softm\t(2)\r")
    terminal.awaits("0.5000}} float32 {2, 2}\n")
    terminal.type("x:soft\t")
    terminal.awaits("lab.softplus(x)")
    terminal.type("\u{3}")
    terminal.awaits("^C")
    // Several lines: Enter asks for more while Lua does, lines are indented, a paste is one input.
    terminal.type("for i = 1, 2 do\rprint('line', i)\rend\r")
    terminal.awaits("line\t1\nline\t2\n")
    terminal.type("\u{1B}[200~function half(n)\n  return n / 2\nend\nprint(half(5))\u{1B}[201~")
    terminal.type("\r")
    terminal.awaits("\n2.5\n")
    // Emacs keys: to the beginning, to the end, cut, put back.
    terminal.type("2\u{1}1 + \u{5}0\r")
    terminal.awaits("\n21\n")
    terminal.enter("#\"宽\"", awaits: "\n3\n")
    XCTAssertEqual(terminal.leave(), 0)
  }

  func testHistory() throws {
    let program = try Program()
    let first = try TerminalProgram(program, "repl")
    first.enter("local answer = 42", awaits: "\n> ")
    first.enter("answer + 1", awaits: "\n43\n")
    first.enter("answer + 1", awaits: "\n43\n")
    XCTAssertEqual(first.leave(), 0)
    let second = try TerminalProgram(program, "repl")
    second.awaits("Ctrl-D leaves")
    // The arrow looks for what begins alike; Ctrl-R for what contains it.
    second.type("loc\u{1B}[A")
    second.awaits("local answer = 42")
    second.type("\r")
    second.type("\u{12}answer +")
    second.awaits("answer + 1")
    second.type("\r")
    second.awaits("\n43\n")
    XCTAssertEqual(second.leave(), 0)
    XCTAssertTrue(program.list("state/perilune").contains("history"))
    let third = try TerminalProgram(program, "repl", "--no-history", environment: ["NO_COLOR": "1"])
    third.enter("1 + 1", awaits: "\n2\n")
    XCTAssertEqual(third.leave(), 0)
    XCTAssertFalse(try program.read("state/perilune/history").contains("1 + 1"))
  }

  func testHelpAndErrors() throws {
    let terminal = try TerminalProgram(Program(), "repl")
    terminal.enter("?relu", awaits: "max(x, 0)")
    terminal.enter("softmax?", awaits: "lab.softmax(x")
    terminal.enter("help(lab.nn.Linear)", awaits: "A learned affine map")
    terminal.enter("?sofmax", awaits: "did you mean 'softmax'?")
    terminal.enter("apropos gelu", awaits: "lab.nn.GELU")
    terminal.enter("local w = lab.ones{3, 4}", awaits: "\n> ")
    terminal.enter(
      "w:matmul(lab.ones{3, 2})",
      awaits: "  ^^^^^^^^^^^^^^^^^^^^^^^^\n  w: float32 {3, 4}, lab.ones{3, 2}: float32 {3, 2}\n")
    terminal.enter("w + lab.ones{7}", awaits: "  ^^^^^^^^^^^^^^^\n")
    terminal.enter("w:sofmax(2)", awaits: "  ^^^^^^^^\n  w: float32 {3, 4}\n")
    // What a network raises has no place in the input, which ended by calling it.
    terminal.enter("local net = lab.nn.Sequential{ lab.nn.Linear(4, 2) }", awaits: "\n> ")
    terminal.enter(
      "net(lab.ones{2, 3})",
      awaits: "  ^^^^^^^^^^^^^^^^^^^\n  x: float32 {2, 3}, weight: float32 {2, 4}, bias: float32 {2}\n")
    terminal.enter("lab.sofmax(w)", awaits: "did you mean 'softmax'?")
    terminal.enter("local function f(a) local k = a * 2; local y = a:matmul(k); return y end", awaits: "\n> ")
    terminal.enter("local z = f(w)", awaits: ":debug shows the local variables")
    terminal.enter(":debug", awaits: "k = float32 {3, 4}")
    terminal.enter(":up", awaits: "main part")
    terminal.enter("local c <const> = 1", awaits: "<const> is not kept")
    XCTAssertEqual(terminal.leave(), 0)
  }

  func testCommands() throws {
    let program = try Program()
    try program.write("part.lua", "return { f = function() return 'old' end }")
    let terminal = try TerminalProgram(program, "repl")
    terminal.enter("local x = lab.ones{8, 8}", awaits: "\n> ")
    terminal.enter(":time x:sum():item()", awaits: "\n64.0\n")
    terminal.enter(":bench x:matmul(x)", awaits: "median ")
    terminal.enter(":profile x:matmul(x)", awaits: "matmul             1")
    terminal.enter(":shapes on", awaits: "\n> ")
    terminal.enter("local y = x:matmul(x)", awaits: "matmul  {8, 8}, {8, 8} -> {8, 8}")
    terminal.enter(":shapes off", awaits: "\n> ")
    terminal.enter(":memory", awaits: "x  256 B  float32 {8, 8}")
    terminal.enter(":diff x, x + 1", awaits: "64 of 64 elements differ, by 1 at most")
    terminal.enter(":set", awaits: "threads ")
    terminal.enter(":tme x", awaits: "did you mean 'time'?")
    terminal.enter("local part = require 'part' print(part.f())", awaits: "\nold\n")
    try program.write("part.lua", "return { f = function() return 'new' end }")
    terminal.enter(":reload part", awaits: "still hold the old code: part (the module)")
    terminal.enter("require('part').f()", awaits: "\nnew\n")
    terminal.enter(":save study.lua", awaits: "cells in study.lua")
    XCTAssertEqual(terminal.leave(), 0)
    let saved = try program.run("run", "study.lua", "--no-record")
    XCTAssertEqual(saved.code, 0, saved.errors)
    XCTAssertEqual(saved.output, "new\nnew\n")
    let again = try TerminalProgram(program, "repl")
    again.enter(":load study.lua", awaits: "new\n")
    again.enter("y:sum():item()", awaits: "\n512.0\n")
  }

  func testInterruption() throws {
    let terminal = try TerminalProgram(Program(), "repl")
    terminal.enter("local kept = lab.ones{2048, 2048}", awaits: "\n> ")
    terminal.enter("print('begins') while true do local y = kept:matmul(kept) end", awaits: "\nbegins\n")
    terminal.type("\u{3}")
    terminal.awaits("interrupted; all names keep their values")
    terminal.enter("coroutine.wrap(function() print('begins') while true do end end)()", awaits: "\nbegins\n")
    terminal.type("\u{3}")
    terminal.awaits("interrupted; all names keep their values")
    terminal.enter("kept:mean():item()", awaits: "\n1.0\n")
    // Nothing stops a pattern: the second Ctrl-C starts anew, and the inputs can be run again.
    terminal.enter("print('begins') print((\"a\"):rep(40):find((\"a*\"):rep(40) .. \"b\"))", awaits: "\nbegins\n")
    // Between the two calls it could be stopped.
    usleep(300_000)
    terminal.type("\u{3}")
    usleep(100_000)
    terminal.type("\u{3}")
    terminal.awaits("so the session starts anew; :load ")
    terminal.enter("1 + 1", awaits: "\n2\n")
    XCTAssertEqual(terminal.leave(), 0)
  }

  func testAStuckLineIsAbandonedWithoutHistory() throws {
    let terminal = try TerminalProgram(Program(), "repl", "--no-history")
    terminal.enter("print('begins') print((\"a\"):rep(40):find((\"a*\"):rep(40) .. \"b\"))", awaits: "\nbegins\n")
    usleep(300_000)
    terminal.type("\u{3}")
    usleep(100_000)
    terminal.type("\u{3}")
    terminal.awaits("so the session starts anew\n")
    terminal.enter("1 + 1", awaits: "\n2\n")
    XCTAssertEqual(terminal.leave(), 0)
  }

  func testDumbTerminal() throws {
    let terminal = try TerminalProgram(Program(), "repl", terminal: "dumb")
    terminal.enter("for i = 1, 2 do", awaits: ">> ")
    terminal.enter("print('line', i) end", awaits: "line\t1\nline\t2\n")
    terminal.enter("undefined_name", awaits: "undefined variable 'undefined_name'")
    XCTAssertEqual(terminal.leave(), 0)
  }

  func testNewAndLint() throws {
    let program = try Program()
    let made = try program.run("new", "curriculum/hard-first")
    XCTAssertEqual(made.code, 0, made.errors)
    XCTAssertTrue(made.output.hasPrefix("curriculum/hard-first.lua\n"), made.output)
    XCTAssertEqual(try program.run("lint", "curriculum/hard-first.lua").code, 0)
    XCTAssertEqual(try program.run("verify", "curriculum/hard-first.lua", "--no-record").code, 0)
    let again = try program.run("new", "curriculum/hard-first")
    XCTAssertEqual(again.code, 3)
    XCTAssertEqual(again.errors, "perilune: curriculum/hard-first.lua exists already\n")
    try program.write("wrong.lua", "pirnt(1)")
    let wrong = try program.run("lint", "wrong.lua")
    XCTAssertEqual(wrong.code, 1)
    XCTAssertEqual(wrong.output, "wrong.lua:1: undefined name 'pirnt'; did you mean 'print'?\n")
  }
}
