import Foundation
import XCTest

final class RunCommandTests: XCTestCase {
  static let recipe = """
    -- %% [markdown]
    -- # A study of nothing much
    local P = lab.recipe{ id = "nothing-much", paper = "On Nothing", year = 2024, theme = "tests",
      params = { steps = 20, scale = lab.num(1.0, {min = 0, max = 2}), kind = lab.choice("plain", {"plain", "odd"}) },
      seeds = 6, smoke = { steps = 1 } }
    lab.claim("scaled numbers are larger", { measure = function(r) return r.scaled - r.base end, above = 0.5 })
    lab.control("no scale, no gain", { set = { scale = 0 }, breaks = "scaled numbers are larger" })
    lab.check("two and two", 2 + 2 == 4)
    local r = lab.trials(function(run)
      local x = lab.randn({P.steps}, {rng = run:rng("data")})
      local base = x:mean():item()
      for step = 1, 3 do run:log(step, {loss = base / step}) end
      return { base = base, scaled = base + P.scale + 0.01 * math.random() }
    end)
    lab.plot.bars{ r, title = "both means" }
    print(r.base)
    """

  func testRunPrintsVerdictsAndKeepsARecord() throws {
    let program = try Program()
    try program.write("recipe.lua", Self.recipe)
    let result = try program.run("run", "recipe.lua")
    XCTAssertEqual(result.code, 0, result.errors)
    XCTAssertTrue(result.output.contains("supported  scaled numbers are larger"), result.output)
    XCTAssertTrue(result.output.contains("> 0.5"), result.output)
    XCTAssertTrue(result.output.contains("holds  two and two") || result.output.contains("holds  "), result.output)
    XCTAssertTrue(result.output.contains("not run"), result.output)
    XCTAssertTrue(result.output.contains("both means"), result.output)
    let runs = program.list(".perilune/runs")
    XCTAssertEqual(runs.count, 1)
    let run = ".perilune/runs/" + (runs.first ?? "")
    XCTAssertTrue(run.contains("nothing-much-"))
    XCTAssertEqual(
      program.list(run), ["figures", "machine.json", "output.json", "recipe.lua", "run.json", "series.json"])
    XCTAssertEqual(program.list(run + "/figures"), ["1-both-means.svg", "1-both-means.vl.json"])
    XCTAssertEqual(try program.read(run + "/recipe.lua"), Self.recipe)
    let first = try program.read(run + "/run.json")
    _ = try program.run("run", "recipe.lua", "--threads", "1")
    XCTAssertEqual(program.list(".perilune/runs").count, 1, "the same run has the same name")
    XCTAssertEqual(try program.read(run + "/run.json"), first, "and the same bits at any number of threads")
  }

  func testJSONIsOneObjectAndNothingElse() throws {
    let program = try Program()
    try program.write("recipe.lua", Self.recipe)
    let result = try program.run("run", "recipe.lua", "--json", "--no-record", "--set", "scale=1.5")
    XCTAssertEqual(result.code, 0, result.errors)
    let object = try XCTUnwrap(JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    XCTAssertEqual(object["recipe"] as? String, "nothing-much")
    XCTAssertEqual((object["params"] as? [String: Any])?["scale"] as? Double, 1.5)
    XCTAssertEqual((object["trials"] as? [Any])?.count, 6)
    let claim = try XCTUnwrap((object["claims"] as? [[String: Any]])?.first)
    XCTAssertEqual(claim["verdict"] as? String, "supported")
    XCTAssertEqual(claim["n"] as? Int, 6)
    XCTAssertEqual((claim["interval"] as? [Double])?.count, 2)
    XCTAssertEqual(((object["controls"] as? [[String: Any]])?.first)?["breaks"] as? String, "scaled numbers are larger")
    XCTAssertEqual((object["fingerprint"] as? String)?.count, 64)
    XCTAssertNotNil(object["seconds"] as? Double)
    XCTAssertTrue(result.errors.contains("base:"), "printed text goes to standard error")
    XCTAssertTrue(program.list(".perilune").isEmpty)
  }

  func testSmokeDecidesNothingAndSaysSo() throws {
    let program = try Program()
    try program.write("recipe.lua", Self.recipe)
    let result = try program.run("run", "recipe.lua", "--smoke", "--json", "--no-record")
    XCTAssertEqual(result.code, 0, result.errors)
    let object = try XCTUnwrap(JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    XCTAssertEqual((object["trials"] as? [Any])?.count, 1)
    XCTAssertEqual((object["params"] as? [String: Any])?["steps"] as? Int, 1)
    XCTAssertTrue((object["claims"] as? [[String: Any]])?.first?["verdict"] is NSNull)
    let plain = try program.run("run", "recipe.lua", "--smoke", "--no-record")
    XCTAssertTrue(plain.output.contains("decides nothing"), plain.output)
  }

  func testSettingsAreChecked() throws {
    let program = try Program()
    try program.write("recipe.lua", Self.recipe)
    for (setting, message) in [
      ("scale=3", "parameter 'scale' must be a number from 0 to 2, but is 3"),
      ("scal=1", "--set scal=1: there is no parameter 'scal'; did you mean 'scale'?"),
      ("steps=2.5", "parameter 'steps' must be a whole number, but is 2.5"),
      ("kind=od", "parameter 'kind' must be one of plain, odd, but is 'od'; did you mean 'odd'?"),
      ("steps", "--set takes name=value, but got 'steps'"),
      ("scale=nan", "parameter 'scale' must be a number from 0 to 2, but is nan"),
    ] {
      let result = try program.run("run", "recipe.lua", "--no-record", "--set", setting)
      XCTAssertEqual(result.code, 3, setting)
      XCTAssertTrue(result.errors.contains(message), "\(setting): \(result.errors)")
      XCTAssertEqual(result.output, "", setting)
    }
  }

  func testARunThatCannotBeRecordedSaysSoAndEndsWell() throws {
    let program = try Program()
    try program.write("recipe.lua", Self.recipe)
    try program.write(".perilune", "in the way")
    let result = try program.run("run", "recipe.lua")
    XCTAssertEqual(result.code, 0, result.errors)
    XCTAssertTrue(result.errors.contains("the run was not recorded: "), result.errors)
    XCTAssertEqual(try program.read(".perilune"), "in the way")
  }

  func testFilesWithoutARecipeRunToo() throws {
    let result = try Program().run(script: "print(lab.trials(function(run) return {a = run.seed} end).a)")
    XCTAssertEqual(result.code, 0, result.errors)
    XCTAssertEqual(result.output, "a: 3 ± 1.963 (n = 5)\n")
    XCTAssertTrue(result.errors.contains("has no lab.recipe, so its trials use 5 seeds"), result.errors)
  }

  func testControlCEndsTheRun() throws {
    let program = try Program()
    try program.write("loop.lua", "print('begun')\nio.flush = nil\nwhile true do end")
    let begin = Date()
    let live = try LiveProgram(program, "run", "loop.lua")
    usleep(1_000_000)
    live.kill(SIGINT)
    XCTAssertEqual(live.waitForExit(), 130, live.errors)
    XCTAssertTrue(live.errors.contains("loop.lua:3: interrupted"), live.errors)
    XCTAssertLessThan(Date().timeIntervalSince(begin), 5)
  }
}
