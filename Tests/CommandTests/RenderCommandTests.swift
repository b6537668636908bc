import XCTest

final class RenderCommandTests: XCTestCase {
  static let recipe = """
    -- %% [markdown]
    -- # A page to look at
    -- Prose with *emphasis*, `a < b` and <script>alert(1)</script>.
    --
    --     w(t+1) = w(t) - lr * g
    -- %%
    local P = lab.recipe{ id = "page", paper = "On Pages", year = 2024, theme = "tests",
      params = { scale = lab.num(1, {min = 0, help = "how much"}) }, seeds = 5 }
    lab.claim("scaled is larger", { measure = function(r) return r.scaled - r.base end, above = 0.5 })
    lab.control("no scale", { set = { scale = 0 }, breaks = 1 })
    -- %% Trials
    local r = lab.trials(function(run)
      local x = lab.randn({4}, {rng = run:rng("x")}):mean():item()
      run:log(1, {loss = x})
      if run.seed == 1 then
        print("seed one & all")
        lab.plot.line{ {1, 2, 3}, title = "in a trial" }
      end
      return { base = x, scaled = 1.5 * P.scale + x }
    end)
    -- %%
    lab.plot.bars{ r, title = "both" }
    print("after the figure")
    """

  func testPageHoldsProseCodeOutputFiguresAndVerdicts() throws {
    let program = try Program()
    try program.write("recipe.lua", Self.recipe)
    let result = try program.run("render", "recipe.lua", "-o", "page.html")
    XCTAssertEqual(result.code, 0, result.errors)
    XCTAssertEqual(result.output, "")
    let page = try program.read("page.html")
    for text in [
      "<h1>A page to look at</h1>", "<em>emphasis</em>", "<code>a &lt; b</code>",
      "&lt;script&gt;alert(1)&lt;/script&gt;",
      "<pre class=\"formula\">w(t+1) = w(t) - lr * g</pre>", "<h3>Trials</h3>", "seed one &amp; all",
      "after the figure",
      "perilune-figure", "supported</span> scaled is larger", "Each seed: 1.5", "no scale", "how much",
      "After: On Pages (2024)",
      "perilune verify recipe.lua", "prefers-color-scheme:dark", "@media print", "numerics fingerprint",
    ] {
      XCTAssertTrue(page.contains(text), "\(text) in the page")
    }
    XCTAssertFalse(page.contains("<script"))
    XCTAssertFalse(page.contains("src="))
    XCTAssertEqual(page.components(separatedBy: "<svg xmlns").count, 3, "the figure of the file and that of the trial")
    // Output stands below the code that brought it.
    let trials = try XCTUnwrap(page.range(of: "seed one &amp; all"))
    let bars = try XCTUnwrap(page.range(of: "lab.plot.bars"))
    let after = try XCTUnwrap(page.range(of: "after the figure</pre>"))
    XCTAssertLessThan(trials.lowerBound, bars.lowerBound)
    XCTAssertLessThan(bars.lowerBound, after.lowerBound)
  }

  func testFigureFilesAreSVGAndVegaLite() throws {
    let program = try Program()
    try program.write("recipe.lua", Self.recipe)
    _ = try program.run("run", "recipe.lua")
    let run = ".perilune/runs/" + (program.list(".perilune/runs").first ?? "")
    XCTAssertEqual(
      program.list(run + "/figures"),
      ["1-both.svg", "1-both.vl.json", "2-seed-1-in-a-trial.svg", "2-seed-1-in-a-trial.vl.json"])
    let vega = try JSONSerialization.jsonObject(with: Data(try program.read(run + "/figures/1-both.vl.json").utf8))
    XCTAssertEqual((vega as? [String: Any])?["title"] as? String, "both")
    // A trial that is reused brings its figure again.
    try program.write("recipe.lua", Self.recipe + "\n-- another comment\n")
    let again = try program.run("run", "recipe.lua")
    XCTAssertTrue(again.errors.contains("5 of 5 trials reused"), again.errors)
    let newer = program.list(".perilune/runs").first { !run.hasSuffix($0) }
    XCTAssertEqual(program.list(".perilune/runs/\(newer ?? "")/figures").count, 4)
  }

  func testARunIsRenderedWithoutExecutingIt() throws {
    let program = try Program()
    try program.write("recipe.lua", Self.recipe + "\nlocal f = io.open('ran', 'a') f:write('x') f:close()\n")
    _ = try program.run("run", "recipe.lua")
    XCTAssertEqual(try program.read("ran"), "x")
    let name = program.list(".perilune/runs").first ?? ""
    XCTAssertEqual(try program.run("render", name, "-o", "a.html").code, 0)
    XCTAssertEqual(try program.run("render", "page", "-o", "b.html").code, 0, "the beginning of a name is enough")
    XCTAssertEqual(try program.run("render", "recipe.lua", "-o", "c.html").code, 0, "the record fits the file")
    XCTAssertEqual(try program.read("ran"), "x")
    XCTAssertEqual(try program.read("a.html"), try program.read("b.html"))
    XCTAssertEqual(try program.read("a.html"), try program.read("c.html"))
    _ = try program.run("render", "recipe.lua", "-o", "d.html", "--set", "scale=2")
    XCTAssertEqual(try program.read("ran"), "xx")
  }

  func testWhatIsNotADrawingIsLeftOut() throws {
    let program = try Program()
    try program.write("recipe.lua", Self.recipe)
    _ = try program.run("run", "recipe.lua")
    let run = ".perilune/runs/" + (program.list(".perilune/runs").first ?? "")
    let svg = try program.read(run + "/figures/1-both.svg")
    for bad in [
      "<script>alert(1)</script>", "<image href=\"https://example.org/x.png\"/>", "<rect onload=\"alert(1)\"/>",
      "<style>@import 'x'</style>", "<a href=\"javascript:alert(1)\">x</a>", "<rect style=\"fill:url(http://x)\"/>",
      "<foreignObject/>",
    ] {
      try program.write(run + "/figures/1-both.svg", svg.replacing("</svg>", with: bad + "</svg>"))
      XCTAssertEqual(try program.run("render", "page", "-o", "x.html").code, 0)
      let page = try program.read("x.html")
      XCTAssertTrue(page.contains("The figure 1-both is left out"), bad)
      XCTAssertFalse(page.contains(bad), bad)
    }
  }

  func testWrongSubjects() throws {
    let program = try Program()
    try program.write("recipe.lua", Self.recipe)
    let missing = try program.run("render", "nothing", "-o", "x.html")
    XCTAssertEqual(missing.code, 3)
    XCTAssertEqual(
      missing.errors, "perilune: there is no run 'nothing' in '.perilune'; 'perilune runs' lists them\n")
    XCTAssertEqual(
      try program.run("render", "recipe.lua", "--no-record", "-o", "x.html").errors,
      "perilune: render makes the page from a record, so it cannot do with --no-record\n")
    _ = try program.run("run", "recipe.lua")
    _ = try program.run("run", "recipe.lua", "--set", "scale=2")
    let several = try program.run("render", "page", "-o", "x.html")
    XCTAssertEqual(several.code, 3)
    XCTAssertTrue(several.errors.hasPrefix("perilune: 'page' fits 2 runs in '.perilune': page-"), several.errors)
    XCTAssertTrue(program.list(".").filter { $0.hasSuffix(".html") }.isEmpty)
  }
}
