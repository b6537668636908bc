import Foundation
import XCTest

/// What the commands say about claims beyond their verdicts.
final class ClaimCommandTests: XCTestCase {
  private func recipe(_ rest: String, seeds: String = "6") -> String {
    """
    local P = lab.recipe{id = "noted", params = {gain = 1.0}, seeds = \(seeds)}
    \(rest)
    lab.trials(function(run) return {gain = P.gain + 0.1 * run:rng("noise"):normal(), one = P.gain} end)
    """
  }

  private func claim(_ says: String, _ rule: String, of metric: String = "gain") -> String {
    "lab.claim(\"\(says)\", {measure = function(r) return r.\(metric) end, \(rule)})"
  }

  func testAControlMayNameSeveralClaims() throws {
    let program = try Program()
    try program.write(
      "r.lua",
      recipe(
        [
          claim("large", "above = 0.5"), claim("there", "above = -5"), claim("small", "below = 3"),
          "lab.control(\"none\", {set = {gain = 0}, breaks = {1, \"there\"}})",
        ].joined(separator: "\n")))
    let result = try program.run("verify", "r.lua")
    XCTAssertEqual(result.code, 1, result.errors)
    XCTAssertTrue(result.output.contains("breaks it  none  large"), result.output)
    XCTAssertTrue(result.output.contains("DOES NOT         there"), result.output)
    let json = try program.run("verify", "r.lua", "--json").object()
    let control = try XCTUnwrap((json["controls"] as? [[String: Any]])?.first)
    XCTAssertEqual(control["verdict"] as? String, "supported", "one that holds is enough")
    XCTAssertEqual((control["claims"] as? [[String: Any]])?.map { $0["verdict"] as? String }, ["refuted", "supported"])
    try program.write(
      "r.lua", recipe(claim("large", "above = 0.5") + "\nlab.control(\"none\", {set = {gain = 0}, breaks = {}})"))
    XCTAssertTrue(try program.run("verify", "r.lua").errors.contains("option 'breaks' names no claim"))
  }

  func testNotesStandBelowTheirClaimWithoutRepeatingIt() throws {
    let program = try Program()
    try program.write("r.lua", recipe(claim("a claim that is told once", "above = 1.0")))
    let result = try program.run("run", "r.lua", "--no-record")
    XCTAssertEqual(result.output.components(separatedBy: "a claim that is told once").count, 2, result.output)
    XCTAssertTrue(result.output.contains("\n             6 seeds would show a distance of "), result.output)
    try program.write("r.lua", recipe(claim("perfect", "above = 0.5", of: "one")))
    XCTAssertTrue(
      try program.run("run", "r.lua", "--no-record").output.contains("exactly 1 in every seed: suspiciously"))
  }

  func testARuleThatWasChangedAfterARunIsMarked() throws {
    let program = try Program()
    try program.write("r.lua", recipe(claim("large", "above = 1.2")))
    XCTAssertFalse(try program.run("run", "r.lua").output.contains("the rule was"))
    XCTAssertFalse(try program.run("run", "r.lua").output.contains("the rule was"))
    try program.write("r.lua", recipe(claim("large", "above = 0.5") + "\n" + claim("small", "below = 3")))
    let changed = try program.run("run", "r.lua", "--json").object()
    let claims = try XCTUnwrap(changed["claims"] as? [[String: Any]])
    XCTAssertTrue((claims[0]["change"] as? String)?.hasPrefix("the rule was > 1.2 of gain in run noted-") ?? false)
    XCTAssertTrue((claims[1]["change"] as? String)?.hasSuffix(" did not claim it yet") ?? false)
    XCTAssertTrue(try program.run("run", "r.lua", "--set", "gain=2", "--json").object()["claims"] != nil)
    let other = try program.run("run", "r.lua", "--set", "gain=3", "--json").object()
    XCTAssertNil((other["claims"] as? [[String: Any]])?.first?["change"], "other parameters had no earlier run")
  }

  func testPlannedLooksArePaidForAndOthersAreMarked() throws {
    let program = try Program()
    try program.write("r.lua", recipe(claim("large", "above = 0.5"), seeds: "{4, 8}"))
    let first = try program.run("run", "r.lua", "--json").object()
    XCTAssertEqual((first["trials"] as? [Any])?.count, 4)
    XCTAssertEqual(((first["claims"] as? [[String: Any]])?.first)?["planned"] as? Bool, nil)
    XCTAssertEqual(first["planned"] as? Bool, true)
    let second = try program.run("run", "r.lua", "--seeds", "8")
    XCTAssertTrue(second.errors.contains("4 of 8 trials reused; 4 run: new"), second.errors)
    XCTAssertTrue(
      second.output.contains("Look 2 of 2 planned ones; each gets 1/2 of the chance of error."), second.output)
    let odd = try program.run("run", "r.lua", "--seeds", "6")
    XCTAssertTrue(odd.output.contains("The recipe plans 4, 8 seeds, not these 6"), odd.output)
    // The interval of the first of two looks is that of 97.5 % confidence.
    try program.write("one.lua", recipe(claim("large", "above = 0.5, confidence = 0.975"), seeds: "4"))
    let one = try program.run("run", "one.lua", "--json").object()
    XCTAssertEqual(
      (one["claims"] as? [[String: Any]])?.first?["interval"] as? [Double],
      (first["claims"] as? [[String: Any]])?.first?["interval"] as? [Double])
    for (seeds, message) in [
      ("{8, 4}", "lists the planned looks in ascending order"), ("{}", "lists the planned looks in ascending order"),
      ("0", "option 'seeds' must be from 1 to 100000, but is 0"),
    ] {
      try program.write("r.lua", recipe("", seeds: seeds))
      XCTAssertTrue(try program.run("run", "r.lua").errors.contains(message), seeds)
    }
  }
}
