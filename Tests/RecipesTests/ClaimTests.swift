import Recipes
import Stats
import XCTest

final class ClaimTests: XCTestCase {
  private let head = """
    local P = lab.recipe{id = "c", params = {shift = 0.0}, seeds = 8}
    local noise = {0.1, -0.2, 0.05, 0.15, -0.1, 0.02, -0.05, 0.08}
    local function trial(run) return {x = noise[run.seed] + P.shift, broken = run.seed == 3 and 0 / 0 or 1} end

    """

  private func verdicts(_ script: String) throws -> [Verdict?] { try Study.run(head + script).claims.map(\.verdict) }

  func testVerdicts() throws {
    let claims = ["above = -1", "below = -1", "above = 0", "within = {-1, 1}", "above = -0.15, every_seed = true"]
    let script = claims.enumerated().map {
      "lab.claim(\"\($0.offset)\", {measure = function(r) return r.x end, \($0.element)})"
    }
    XCTAssertEqual(
      try verdicts(script.joined(separator: "\n") + "\nlab.trials(trial)"),
      [.supported, .refuted, .undecided, .supported, .refuted])
  }

  func testListsOfConditions() throws {
    let low = "{measure = function(r) return r.x end, above = -1}"
    let high = "{measure = function(r) return r.x end, above = 1}"
    let even = "{measure = function(r) return r.x end, above = 0}"
    XCTAssertEqual(
      try verdicts(
        "lab.claim('a', {\(low), \(low)})\nlab.claim('b', {\(low), \(high)})\nlab.claim('c', {\(low), \(even)})\nlab.trials(trial)"
      ),
      [.supported, .refuted, .undecided])
  }

  func testNotANumberLeavesAClaimUndecidedAndSaysSo() throws {
    let outcome = try Study.run(
      head + "lab.claim('n', {measure = function(r) return r.broken end, above = 0})\nlab.trials(trial)")
    XCTAssertEqual(outcome.claims.map(\.verdict), [.undecided])
    XCTAssertEqual(outcome.claims.first?.parts.first?.decision?.notes, ["1 of 8 values are NaN or infinite"])
  }

  func testClaimsAfterLookingArePostHoc() throws {
    let claim = "lab.claim('late', {measure = function(r) return r.x end, above = -1})"
    for look in ["print(r)", "print(r.x)", "for k in pairs(r) do end", "lab.plot.bars{ r }"] {
      let outcome = try Study.run(head + "local r = lab.trials(trial)\n\(look)\n\(claim)")
      XCTAssertEqual(outcome.claims.map(\.isPostHoc), [true], look)
      XCTAssertEqual(outcome.claims.map(\.verdict), [.undecided], look)
    }
    let early = try Study.run(head + "local r = lab.trials(trial)\n\(claim)")
    XCTAssertEqual(early.claims.map(\.verdict), [.supported], "the results were not read")
  }

  func testPostHocClaimsDoNotWeakenTheOthers() throws {
    let claim = "lab.claim('first', {measure = function(r) return r.x end, above = -0.09})\n"
    let alone = try Study.run(head + claim + "lab.trials(trial)")
    let late = (1...20).map { "lab.claim('late\($0)', {measure = function(r) return r.x end, above = 0})" }.joined(
      separator: "\n")
    let crowded = try Study.run(head + claim + "local r = lab.trials(trial)\nprint(r)\n" + late)
    XCTAssertEqual(alone.claims[0].parts[0].decision, crowded.claims[0].parts[0].decision)
  }

  func testControlsRunWithTheirValues() throws {
    let script =
      head + """
        lab.claim("shifted", {measure = function(r) return r.x end, above = -0.5})
        lab.control("far below", {set = {shift = -3}, breaks = "shifted"})
        lab.control("far above", {set = {shift = 3}, breaks = 1})
        lab.trials(trial)
        """
    let outcome = try Study.verify(script)
    XCTAssertEqual(outcome.controls.map(\.verdict), [.refuted, .supported])
    XCTAssertEqual(outcome.controls.map(\.brokeItsClaim), [true, false])
    XCTAssertEqual(outcome.verificationCode, 1)
  }

  func testSmokeRunsDecideNothing() throws {
    let outcome = try Study.run(
      head + "lab.claim('s', {measure = function(r) return r.x end, above = -1})\nlab.trials(trial)"
    ) {
      $0.smoke = true
    }
    XCTAssertEqual(outcome.claims.map(\.verdict), [nil])
    XCTAssertEqual(outcome.seeds, [1])
  }
}
