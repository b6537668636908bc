import Foundation
import Recipes
import XCTest

/// Lines through what trials returned: the mean, its interval, and the values of the seeds.
final class LinePlotTests: XCTestCase {
  private let head = """
    local P = lab.recipe{id = "lines", params = {n = 1}, seeds = 3}
    local r = lab.trials({arms = {"a", "b"}}, function(run)
      return {low = run.seed, high = 10.0 * run.seed, curve = {run.seed, 2.0 * run.seed}}
    end)

    """

  /// The rows of the drawing's data: "x y lower upper", or "x y" of a seed.
  private func data(_ plot: String) throws -> String {
    let figures = try Study.run(head + plot).figures
    XCTAssertEqual(figures.count, 1)
    return try XCTUnwrap(figures.first).vegaLite
  }

  func testALineOverMetricsHasTheirMeansAndIntervals() throws {
    let text = try data("lab.plot.line{ {x = {5, 6}, y = {r.a.low, r.a.high}, name = 'A'} }")
    // Seeds 1, 2, 3: mean 2, and a t interval of half-width 4.302653 / sqrt(3); ten times as much at 6.
    for part in ["-0.4841", "4.4841", "-4.8413", "44.841"] { XCTAssertTrue(text.contains(part), part + " in " + text) }
  }

  func testASeriesMayHaveItsOwnPlacesAndName() throws {
    let own = try data("lab.plot.line{ {x = {0, 7}, y = r.b.curve, name = 'B'} }")
    let plain = try data("lab.plot.line{ r.b.curve }")
    XCTAssertTrue(own.contains("\"B\""), own)
    XCTAssertTrue(plain.contains("b.curve"), plain)
    XCTAssertEqual(own.components(separatedBy: "4.4841").count, plain.components(separatedBy: "4.4841").count)
  }

  func testTheCaptionTellsTheNumberOfSeeds() throws {
    XCTAssertTrue(
      try data("lab.plot.line{ {y = {r.a.low, r.a.high}} }").contains("Mean and 95 % interval over seeds, N = 3."))
  }

  func testWhatCannotBeDrawnIsSaid() {
    let cases = [
      ("{ {y = {r.a.low, 2}} }", "line: y of entry 1 mixes metrics of trials with other values"),
      ("{ {x = {1}, y = r.a.curve} }", "line: entry 1 has 1 x and 2 y"),
      ("{ {y = {1, 2}, lower = {1, 2}} }", "line: entry 1 has one end of a band; give both lower and upper"),
      ("{ {y = {1, 2}, lower = {1}, upper = {1}} }", "line: entry 1 has 2 points, but 1 lower and 1 upper ends"),
      ("{ {yy = {1}} }", "line: entry 1 has the unknown field 'yy'; did you mean 'y'?"),
    ]
    for (plot, message) in cases {
      XCTAssertEqual(Study.failure(head + "lab.plot.line" + plot), "study.lua:5: " + message)
    }
  }
}
