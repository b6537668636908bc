import XCTest

final class VerifyCommandTests: XCTestCase {
  /// A recipe whose measure is `gain` plus a little noise.
  private func recipe(_ claim: String, control: String = "") -> String {
    """
    local P = lab.recipe{id = "gains", params = {gain = 1.0}, seeds = 6}
    lab.claim("there is a gain", {measure = function(r) return r.gain end, \(claim)})
    \(control)
    lab.trials(function(run) return {gain = P.gain + 0.1 * run:rng("noise"):normal()} end)
    """
  }

  private func code(_ script: String) throws -> (Int32, String) {
    let program = try Program()
    try program.write("recipe.lua", script)
    let result = try program.run("verify", "recipe.lua", "--no-record")
    return (result.code, result.output + result.errors)
  }

  func testSupportedWithAControlThatBreaks() throws {
    let (code, text) = try code(
      recipe("above = 0.5", control: "lab.control(\"none\", {set = {gain = 0}, breaks = 1})"))
    XCTAssertEqual(code, 0, text)
    XCTAssertTrue(text.contains("breaks it"), text)
  }

  func testAControlThatBreaksNothing() throws {
    let (code, text) = try code(
      recipe("above = -5", control: "lab.control(\"none\", {set = {gain = 0}, breaks = \"there is a gain\"})"))
    XCTAssertEqual(code, 1, text)
    XCTAssertTrue(text.contains("DOES NOT"), text)
  }

  func testRefutedAndUndecided() throws {
    XCTAssertEqual(try code(recipe("below = 0.5")).0, 1)
    let (undecided, text) = try code(recipe("above = 1.0"))
    XCTAssertEqual(undecided, 2, text)
    XCTAssertTrue(text.contains("has no control"), text)
  }

  func testErrors() throws {
    let (code, text) = try code(
      recipe("above = 0", control: "lab.control(\"c\", {set = {gain = 0}, breaks = \"there is a gian\"})"))
    XCTAssertEqual(code, 3, text)
    XCTAssertTrue(text.contains("did you mean 'there is a gain'?"), text)
    XCTAssertEqual(try self.code("print(1)").0, 3)
  }

  func testPostHocClaimsAreNeverSupported() throws {
    let (code, text) = try code(
      """
      lab.recipe{id = "late", seeds = 5}
      local r = lab.trials(function(run) return {a = run.seed} end)
      print(r.a:mean())
      lab.claim("seen first", {measure = function(r) return r.a end, above = 0})
      """)
    XCTAssertEqual(code, 2, text)
    XCTAssertTrue(text.contains("undecided*"), text)
    XCTAssertTrue(text.contains("post hoc"), text)
  }
}
