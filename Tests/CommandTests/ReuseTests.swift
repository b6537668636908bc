import Foundation
import XCTest

/// Finished trials are reused when nothing that determines them has changed, and only then.
final class ReuseTests: XCTestCase {
  private let recipe = """
    -- %% A recipe
    local helper = require "helper"
    local P = lab.recipe{id = "kept", params = {scale = 1.0, name = "a"}, seeds = 3}
    local r = lab.trials(function(run)
      local file = io.open("data.txt")
      local offset = tonumber(file:read("a"))
      file:close()
      print("trial", run.seed)
      return {x = helper(run.seed) * P.scale + offset}
    end)
    print(r.x:mean())
    """

  private func prepared() throws -> Program {
    let program = try Program()
    try program.write("recipe.lua", recipe)
    try program.write("helper.lua", "return function(x) return 2 * x end")
    try program.write("data.txt", "10")
    return program
  }

  private func check(
    _ program: Program, _ arguments: String..., mean: String, said: String, line: UInt = #line
  ) throws {
    let result = try program.run(list: ["run", "recipe.lua"] + arguments)
    XCTAssertEqual(result.code, 0, result.errors, line: line)
    XCTAssertTrue(result.output.hasSuffix("\(mean)\n"), result.output, line: line)
    let first = result.errors.split(separator: "\n").first.map(String.init) ?? ""
    XCTAssertEqual(first.hasPrefix("perilune: ") ? String(first.dropFirst(10)) : "", said, line: line)
  }

  func testWhatIsReusedAndWhyTheRestIsNot() throws {
    let program = try prepared()
    try check(program, mean: "14.0", said: "")
    try check(program, mean: "14.0", said: "3 of 3 trials reused")
    XCTAssertEqual(program.list(".perilune/runs").count, 1)
    try check(program, "--seeds", "5", mean: "16.0", said: "3 of 5 trials reused; 2 run: new")
    try check(program, "--no-cache", mean: "14.0", said: "")
    try check(program, "--no-record", mean: "14.0", said: "")
    try check(
      program, "--set", "scale=2", "--set", "name=b", mean: "18.0",
      said: "0 of 3 trials reused; 3 run: name was a, scale was 1")
    let spaced = recipe.replacing("run.seed)", with: "run.seed )  -- of the seed\n ").replacing("%% A", with: "%% The")
    try program.write("recipe.lua", spaced)
    try check(program, mean: "14.0", said: "3 of 3 trials reused")
    try program.write("helper.lua", "-- doubles\nreturn function(x)\n  return 2*x\nend")
    try check(program, mean: "14.0", said: "3 of 3 trials reused")
    try program.write("data.txt", "20")
    try check(program, mean: "24.0", said: "0 of 3 trials reused; 3 run: data.txt changed")
    try program.write("helper.lua", "return function(x) return 3 * x end")
    try check(program, mean: "26.0", said: "0 of 3 trials reused; 3 run: ./helper.lua changed")
    try program.write("recipe.lua", recipe.replacing("* P.scale", with: "+ P.scale"))
    try check(program, mean: "27.0", said: "0 of 3 trials reused; 3 run: source changed")
  }

  func testReusedTrialsPrintWhatTheyPrintedAndCountTheirChecks() throws {
    let program = try prepared()
    try program.write(
      "recipe.lua", recipe.replacing("print(\"trial\"", with: "lab.check(\"odd\", run.seed % 2 == 1) print(\"trial\""))
    let first = try program.run("run", "recipe.lua")
    let second = try program.run("run", "recipe.lua")
    XCTAssertEqual(first.output, second.output)
    XCTAssertTrue(second.output.contains("trial\t3"), second.output)
    XCTAssertTrue(second.output.contains("2 of 3 times"), second.output)
  }

  func testADamagedTrialIsRunAgain() throws {
    let program = try prepared()
    _ = try program.run("run", "recipe.lua")
    let name = try XCTUnwrap(program.list(".perilune/trials/kept").first)
    try program.write(".perilune/trials/kept/" + name, "{\"trial\": {\"seed\": 1, \"metr")
    try check(program, mean: "14.0", said: "2 of 3 trials reused; 1 run: new")
  }

  func testLaterTrialsDependOnEarlierResultsOnlyWhereTheyReadThem() throws {
    let program = try Program()
    try program.write(
      "recipe.lua",
      """
      lab.recipe{id = "chained", seeds = 2}
      local a = lab.trials(function(run) return {x = run.seed} end)
      local b = lab.trials(function(run) return {y = 2 * run.seed} end)
      local c = lab.trials(function(run) return {z = a.x:mean() + run.seed} end)
      print(c.z:mean())
      """)
    _ = try program.run("run", "recipe.lua")
    let more = try program.run("run", "recipe.lua", "--seeds", "4")
    XCTAssertEqual(more.output, "5.0\n")
    XCTAssertEqual(
      more.errors.split(separator: "\n").filter { $0.hasPrefix("perilune: ") },
      [
        "perilune: 2 of 4 trials reused; 2 run: new", "perilune: 2 of 4 trials reused; 2 run: new",
        "perilune: 0 of 4 trials reused; 2 run: the earlier results changed; 2 run: new",
      ])
  }
}
