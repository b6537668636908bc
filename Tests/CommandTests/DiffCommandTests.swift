import XCTest

final class DiffCommandTests: XCTestCase {
  private static let recipe = """
    local P = lab.recipe{ id = "apart", params = { lr = 0.1, drift = 0.0 }, seeds = 2 }
    lab.claim("small", { measure = function(r) return r.loss end, below = 100 })
    lab.trials(function(run)
      local net = lab.nn.Linear(3, 1)
      local opt = lab.optim.SGD(net, { lr = P.lr })
      local x = lab.randn({ 8, 3 }, { rng = run:rng("x") })
      local last
      for step = 1, 5 do
        last = opt:minimize((net(x) ^ 2):mean())
        if step == 3 and run.seed == 2 then lab.no_grad(function() net.bias:add_(P.drift + DRIFT) end) end
        run:log(step, { loss = last })
      end
      return { loss = last }
    end)
    """

  private func runs(_ program: Program) -> [String] { program.list(".perilune/runs") }

  func testParametersAndMetricsSideBySide() throws {
    let program = try Program()
    try program.write("recipe.lua", Self.recipe.replacing("DRIFT", with: "0"))
    _ = try program.run("run", "recipe.lua")
    let first = runs(program)[0]
    _ = try program.run("run", "recipe.lua", "--set", "drift=0.5")
    let second = runs(program).first { $0 != first } ?? ""
    let result = try program.run("diff", first, second)
    XCTAssertEqual(result.code, 1, result.errors)
    XCTAssertTrue(result.output.contains("drift      0      0.5"), result.output)
    XCTAssertFalse(result.output.contains("\nlr "), "what is equal is left out: " + result.output)
    XCTAssertTrue(result.output.contains("1 of 2 common trials have the same bits."), result.output)
    XCTAssertTrue(result.output.contains("They part first in seed 2: at step 4, loss is "), result.output)
    XCTAssertFalse(result.output.contains("should have the same bits"), result.output)
    let json = try program.run("diff", first, second, "--json")
    let object = try XCTUnwrap(JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    XCTAssertEqual(object["should_agree"] as? Bool, false)
    XCTAssertEqual((object["parting"] as? [String: Any])?["step"] as? Int, 4)
    let same = try program.run("diff", first, first)
    XCTAssertEqual(same.code, 0)
    XCTAssertTrue(same.output.contains("2 of 2 common trials have the same bits."), same.output)
  }

  func testTraceNamesTheFirstTensor() throws {
    let program = try Program()
    // The time decides: what no recipe should do, and what is to be found.
    try program.write("recipe.lua", Self.recipe.replacing("DRIFT", with: "os.time() % 1000 / 1000"))
    _ = try program.run("run", "recipe.lua", "--trace")
    Thread.sleep(forTimeInterval: 1.1)
    _ = try program.run("run", "recipe.lua", "--trace")
    let names = runs(program)
    XCTAssertEqual(names.count, 2)
    let result = try program.run("diff", names[0], names[1])
    XCTAssertEqual(result.code, 1)
    XCTAssertTrue(
      result.output.contains("They part first in seed 2: at step 3, tensor net.bias is "), result.output)
    XCTAssertTrue(
      result.output.contains(
        "Source, parameters, program and numerics agree, so these trials should have the same bits."), result.output)
  }

  func testSourceIsCompared() throws {
    let program = try Program()
    try program.write("recipe.lua", Self.recipe.replacing("DRIFT", with: "0"))
    _ = try program.run("run", "recipe.lua")
    let first = runs(program)[0]
    try program.write(
      "recipe.lua", Self.recipe.replacing("DRIFT", with: "0").replacing("step = 1, 5", with: "step = 1, 6"))
    _ = try program.run("run", "recipe.lua")
    let second = runs(program).first { $0 != first } ?? ""
    let result = try program.run("diff", first, second)
    XCTAssertTrue(result.output.contains("-   for step = 1, 5 do\n+   for step = 1, 6 do"), result.output)
  }
}
