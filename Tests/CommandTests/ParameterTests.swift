import Foundation
import XCTest

/// Parameters from files and sweeps.
final class ParameterTests: XCTestCase {
  private let recipe = """
    local P = lab.recipe{id = "grid", seeds = 3, params = {lr = 0.1, width = lab.int(4, {min = 1}), kind = lab.choice("a", {"a", "b"})}}
    lab.claim("large", {measure = function(r) return r.product end, above = 1})
    lab.trials(function(run) return {product = P.lr * P.width + 0.001 * run.seed} end)
    """

  func testParameterFiles() throws {
    let program = try Program()
    try program.write("grid.lua", recipe)
    try program.write("p.json", "{\"lr\": 0.5, \"width\": 8, \"kind\": \"b\"}")
    let result = try program.run("run", "grid.lua", "--params", "p.json", "--set", "width=2", "--json")
    let params = try XCTUnwrap(try result.object()["params"] as? [String: Any])
    XCTAssertEqual(params["lr"] as? Double, 0.5)
    XCTAssertEqual(params["width"] as? Int, 2)
    XCTAssertEqual(params["kind"] as? String, "b")
    let record = ".perilune/runs/\(program.list(".perilune/runs").first ?? "")/run.json"
    let again = try program.run("run", "grid.lua", "--params", record, "--json")
    XCTAssertEqual(try again.metrics(), try result.metrics(), "a record's parameters")
    for (text, message) in [
      ("[1]", "--params: 'p.json' must hold an object"), ("{\"lr\": 0.5", "--params: 'p.json' is not valid JSON"),
      ("{\"lr\": [1]}", "'lr' in 'p.json' must be a number, true or false, or text"),
      ("{\"lt\": 1}", "p.json: there is no parameter 'lt'; did you mean 'lr'?"),
      ("{\"width\": 0}", "parameter 'width' must be a whole number, at least 1, but is 0"),
    ] {
      try program.write("p.json", text)
      let wrong = try program.run("run", "grid.lua", "--params", "p.json")
      XCTAssertEqual(wrong.code, 3)
      XCTAssertTrue(wrong.errors.contains(message), wrong.errors)
    }
    XCTAssertTrue(try program.run("run", "grid.lua", "--params", "q.json").errors.contains("'q.json' cannot be read"))
  }

  func testSweeps() throws {
    let program = try Program()
    try program.write("grid.lua", recipe)
    let result = try program.run("run", "grid.lua", "--sweep", "lr=0.1,0.5", "width=4,8", "--seeds", "3")
    XCTAssertEqual(result.code, 0, result.errors)
    XCTAssertEqual(
      result.output,
      """
      lr   width  product           claims
      0.1  4      0.402 ± 0.002484  1 refuted
      0.1  8      0.802 ± 0.002484  1 refuted
      0.5  4      2.002 ± 0.002484  1 supported
      0.5  8      4.002 ± 0.002484  1 supported

      """)
    XCTAssertEqual(program.list(".perilune/runs").count, 4)
    XCTAssertTrue(result.errors.contains("cell 3 of 4: lr=0.5 width=4"), result.errors)
    let json = try program.run("run", "grid.lua", "--json", "--sweep", "kind=a,b")
    XCTAssertEqual((try json.object()["cells"] as? [Any])?.count, 2)
    for (argument, message) in [
      ("lr", "--sweep takes name=value,value,... but got 'lr'"), ("lr=1,", "--sweep takes name=value,value,..."),
      ("lt=1", "--sweep lt=1: there is no parameter 'lt'; did you mean 'lr'?"),
      ("width=0", "parameter 'width' must be a whole number, at least 1, but is 0"),
    ] {
      let wrong = try program.run("run", "grid.lua", "--sweep", argument)
      XCTAssertEqual(wrong.code, 3)
      XCTAssertTrue(wrong.errors.contains(message), wrong.errors)
    }
  }
}
