import Recipes
import XCTest

final class TrialTests: XCTestCase {
  func testMetricsCombineSeedBySeed() throws {
    let text = try Study.printed(
      """
      lab.recipe{id = "m", seeds = 3}
      local r = lab.trials(function(run) return {a = run.seed, b = 10 * run.seed, yes = run.seed > 1, t = lab.tensor{0.5}} end)
      local d = r.b - r.a
      print(table.concat(d:values(), " "), d:mean(), d:min(), d:max(), d:count(), #d, d:sd())
      print((2 * r.a + 1):mean(), (-r.a):mean(), (r.b / r.a):sd(), (1 - r.yes):mean(), r.t:mean())
      print(d.name, (-r.a).name, table.concat(r.seeds, " "))
      """)
    XCTAssertEqual(
      text, "9.0 18.0 27.0\t18.0\t9.0\t27.0\t3\t3\t9.0\n5.0\t-2.0\t0.0\t0.33333333333333\t0.5\nb - a\t-a\t1 2 3\n")
  }

  func testArmsSeeTheSameSeedsAndRandomNumbers() throws {
    let outcome = try Study.run(
      """
      lab.recipe{id = "arms", seeds = 4}
      local r = lab.trials({arms = {"one", "two"}}, function(run)
        return {x = run:rng("data"):uniform(), y = math.random(), z = lab.rand{1}}
      end)
      lab.check("paired", function(r)
        local same = true
        for _, name in ipairs{"x", "y", "z"} do
          local d = r.one[name] - r.two[name]
          same = same and d:min() == 0 and d:max() == 0 and r.one[name]:sd() > 0
        end
        return same
      end)
      """)
    XCTAssertEqual(outcome.checks.map(\.holds), [true])
    XCTAssertEqual(outcome.trials.first?.map(\.arm), ["one", "two", "one", "two", "one", "two", "one", "two"])
  }

  func testTrialsDoNotDependOnEachOther() throws {
    let source = """
      lab.recipe{id = "order", seeds = 5}
      math.random(); lab.rand{3}
      lab.trials(function(run)
        for _ = 1, run.seed do math.random() end
        return {a = math.random(), b = lab.randn{1}, c = run:rng("x"):normal()}
      end)
      """
    let all = try XCTUnwrap(Study.run(source).trials.first)
    let third = try XCTUnwrap(Study.run(source) { $0.onlySeed = 3 }.trials.first?.first)
    XCTAssertEqual(all[2].metrics.map(\.value), third.metrics.map(\.value))
  }

  func testSeries() throws {
    let text = try Study.printed(
      """
      lab.recipe{id = "s", seeds = 2}
      local r = lab.trials(function(run)
        for step = 10, 30, 10 do run:log(step, {loss = step * run.seed, kept = true}) end
        return {curve = {run.seed, 2}, tail = lab.tensor{1, 2, 3}}
      end)
      print(table.concat(r.curve:mean(), " "), r.tail:last():mean())
      print(table.concat(r.series.loss:steps(), " "), r.series.loss:at(20):mean(), r.series.kept:min():mean())
      """)
    XCTAssertEqual(text, "1.5 2.0\t3.0\n10.0 20.0 30.0\t30.0\t1.0\n")
  }

  func testWrongUseIsExplained() {
    let head = "lab.recipe{id = \"w\", seeds = 2}\n"
    for (script, message) in [
      ("lab.trials(function(run) run:log(1, {loss = 'x'}) end)", "log: value 'loss' must be a number"),
      ("lab.trials(function(run) return {0.5} end)", "but returned a list"),
      ("lab.trials(function(run) return {x = lab.zeros{2, 2}} end)", "but is a tensor of shape {2, 2}"),
      ("lab.trials(function(run) lab.trials(function() end) end)", "trials cannot contain trials"),
      ("local r = lab.trials(function(run) return {a = 1} end)\nprint(r.a > r.a)", "state it with lab.claim"),
      (
        "local r = lab.trials(function(run) return {a = 1} end)\nprint(r.a + {})",
        "argument 2 must be a Metric or a number, but is a table"
      ),
      (
        "lab.claim(\"c\", {measure = function(r) return r.a:mean() end, above = 0})\nlab.trials(function() return {a = 1} end)",
        "must return one number per seed, as in r.a - r.b, but returned the number 1"
      ),
      ("lab.claim(\"c\", {measure = print, above = 0})", "states claims but never calls lab.trials"),
    ] {
      let found = Study.failure(head + script)
      XCTAssertTrue(found.contains(message), "\(script): \(found)")
    }
  }
}
