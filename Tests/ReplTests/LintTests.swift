import Recipes
import Repl
import XCTest

final class LintTests: XCTestCase {
  private func lint(_ source: String) throws -> [String] {
    let script = try ScriptHost(file: RecipeFile(path: "lint", source: ""), options: RunOptions())
    return try Lint.findings(in: source, name: "file.lua", script).map { "\($0.line): \($0.text)" }
  }

  func testUndefinedNames() throws {
    XCTAssertEqual(try lint("pirnt(1)"), ["1: undefined name 'pirnt'; did you mean 'print'?"])
    XCTAssertEqual(try lint("do local total = 1 end\nreturn totl"), ["2: undefined name 'totl'; did you mean 'total'?"])
    XCTAssertEqual(try lint("lab.sofmax(1, 1)"), ["1: lab has no 'sofmax'; did you mean 'softmax'?"])
    XCTAssertEqual(try lint("print(lab.nn.Liner(1, 2))"), ["1: lab.nn has no 'Liner'; did you mean 'Linear'?"])
  }

  func testWhatIsFine() throws {
    XCTAssertEqual(
      try lint(
        """
        local Block = lab.nn.class("Block")
        function Block:init(dim) self.norm = lab.nn.LayerNorm(dim) end
        function Block:forward(h) return h + self.norm(h) end
        local function walk(t) for k, v in pairs(t) do if type(v) == "table" then walk(v) end end end
        answer = 42
        local x, y <const> = 1, answer
        repeat local done = x > 0 until done
        for i = 1, y do local s = { i = i, [i] = x, f = function(a, ...) return a, ... end } walk(s) end
        goto finish
        ::finish::
        while x do break end
        local z = lab.ones{2}
        if z.shape[1] == 2 then print(z:item() == 3) end
        """), [])
  }

  func testRecipes() throws {
    let findings = try lint(
      """
      local t = lab.ones{3}
      if t == 3 then print(t) end
      local r = lab.trials(function(run)
        local x = lab.randn{3}
        local y = lab.randn({3}, {rng = run:rng("y")})
        lab.check("a trial may check", y:numel() == 3)
        return { a = os.time(), b = x:sum() + y:sum() }
      end)
      lab.claim("late", { measure = function(r) return r.a end, above = 0 })
      """)
    XCTAssertEqual(findings.map { String($0.prefix(2)) }, ["2:", "4:", "7:", "9:", "9:"], "\(findings)")
    for (finding, text) in zip(findings, ["t:eq(...)", "run:rng", "os.time", "lab.control", "post hoc"]) {
      XCTAssertTrue(finding.contains(text), finding)
    }
  }

  func testNoLua() {
    XCTAssertThrowsError(try lint("for x")) { error in
      XCTAssertTrue("\(error)".contains("file.lua:1:"), "\(error)")
    }
  }

  func testTheSkeletonIsFineAndNamesAreChecked() throws {
    XCTAssertEqual(try lint(RecipeSkeleton("curriculum/hard-first").text), [])
    XCTAssertThrowsError(try RecipeSkeleton("no theme"))
    XCTAssertThrowsError(try RecipeSkeleton("../x/y"))
  }
}
