import Foundation
import XCTest

/// Each kind of bad input: one clear sentence with the script's line, exit code 3, nothing on standard output.
final class BadInputTests: XCTestCase {
  private func check(_ script: String, _ message: String, line: UInt = #line) throws {
    let result = try Program().run(script: script)
    XCTAssertEqual(result.code, 3, result.errors, line: line)
    XCTAssertTrue(result.errors.hasPrefix("perilune: script.lua:"), result.errors, line: line)
    XCTAssertTrue(result.errors.contains(message), result.errors, line: line)
    XCTAssertFalse(result.errors.contains(".swift"), result.errors, line: line)
  }

  func testScripts() throws {
    try check("local x = = 2", "script.lua:1: unexpected symbol near '='")
    try check("print(1)\nundefined_name()", "script.lua:2: undefined variable 'undefined_name'")
    try check("error('stop here')", "script.lua:1: stop here")
    try check("local function f() return f() + 1 end\nf()", "stack overflow")
  }

  func testRecipesThatContradictThemselves() throws {
    let head = "local P = lab.recipe{id = \"a\", params = {steps = 3}}\n"
    try check("lab.recipe{}", "option 'id' is missing")
    try check("lab.recipe{id = \"a/b\"}", "id must be letters, digits, '-' and '_'")
    try check("lab.recipe{id = \"a\", seed = 3}", "unknown option 'seed'; did you mean 'seeds'?")
    try check(head + "lab.recipe{id = \"b\"}", "a file declares one recipe; this one has 'a' already")
    try check(head + "print(P.step)", "the recipe has no parameter 'step'; did you mean 'steps'?")
    try check(head + "P.steps = 4", "parameters are sealed")
    try check(head + "lab.claim(\"x\", {above = 1})", "option 'measure' is missing")
    try check(head + "lab.claim(\"x\", {measure = print})", "a claim needs one of above, below, within, but has none")
    try check(
      head + "lab.control(\"c\", {set = {step = 1}, breaks = 1})", "there is no parameter 'step'; did you mean 'steps'?"
    )
    try check(head + "lab.trials(function() end)", "must return its metrics by name")
    try check(head + "lab.trials(function() return {a = 'x'} end)", "metric 'a' must be a number")
    try check(
      head + "lab.trials(function(run) return {['a' .. run.seed] = 1} end)", "all trials must return the same metrics")
    try check(head + "lab.trials(function(run) return {a = run.arm} end)", "these trials have no arms")
    try check(
      head + "local r = lab.trials(function(run) return {acc = 1} end)\nprint(r.ac)",
      "the trials have no metric 'ac'; did you mean 'acc'?")
    try check("lab.trials({arms = {\"a\", \"a\"}}, function() end)", "the arm 'a' is listed twice")
  }

  func testErrorsInsideTrialsKeepTheirLineAndTraceback() throws {
    let result = try Program().run(
      script: "local function inner() error('deep') end\nlab.trials(function(run)\n  inner()\nend)")
    XCTAssertEqual(result.code, 3)
    XCTAssertTrue(result.errors.contains("script.lua:1: deep"), result.errors)
    XCTAssertTrue(result.errors.contains("script.lua:3: in "), result.errors)
  }

  func testFiles() throws {
    let program = try Program()
    try program.write("binary.lua", Data([0xFF, 0xFE, 0x00, 0x41]))
    try program.write("compiled.lua", Data([0x1B, 0x4C, 0x75, 0x61]))
    for (name, message) in [
      ("missing.lua", "'missing.lua' cannot be read: No such file or directory"),
      (".", "'.' is a folder, not a recipe file"),
      ("binary.lua", "'binary.lua' is not text in UTF-8"), ("compiled.lua", "'compiled.lua' is compiled Lua"),
    ] {
      for command in ["run", "verify", "show"] {
        let result = try program.run(command, name)
        XCTAssertEqual(result.code, 3, result.errors)
        XCTAssertEqual(result.output, "")
        XCTAssertTrue(result.errors.hasPrefix("perilune: \(message)"), result.errors)
        XCTAssertEqual(result.errors.split(separator: "\n").count, 1, result.errors)
      }
    }
    XCTAssertTrue(program.list(".perilune").isEmpty)
  }

  func testCommandLines() throws {
    let program = try Program()
    for arguments in [["run"], ["nonsense"], ["run", "a.lua", "--seeds", "x"], ["run", "a.lua", "--unknown"]] {
      let result =
        arguments.count == 1
        ? try program.run(arguments[0])
        : try program.run(arguments[0], arguments[1], arguments[2], arguments.last ?? "")
      XCTAssertEqual(result.code, 3, "\(arguments)")
      XCTAssertEqual(result.output, "")
      XCTAssertTrue(result.errors.contains("Usage:"), result.errors)
    }
    let help = try program.run("--help")
    XCTAssertEqual(help.code, 0)
    XCTAssertTrue(help.output.contains("verify"), help.output)
  }
}
