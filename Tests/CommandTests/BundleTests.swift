import XCTest

final class BundleTests: XCTestCase {
  private func packed(_ program: Program) throws -> [String: Any] {
    try FileManager.default.createDirectory(
      at: program.folder.appendingPathComponent("study"), withIntermediateDirectories: true)
    try program.write("study/helper.lua", "return { gain = 1.5 }")
    try program.write(
      "study/recipe.lua",
      "local helper = require 'helper'\n" + RenderCommandTests.recipe.replacing("1.5 *", with: "helper.gain *"))
    XCTAssertEqual(try program.run("verify", "study/recipe.lua", "--store", "store").code, 0)
    let result = try program.run(
      "pack", "page", "-o", "page.bundle", "--store", "store", "--recipe", "study/recipe.lua")
    XCTAssertEqual(result.code, 0, result.errors)
    let bundle = try JSONSerialization.jsonObject(with: Data(try program.read("page.bundle").utf8))
    return try XCTUnwrap(bundle as? [String: Any])
  }

  private func write(_ program: Program, _ bundle: [String: Any]) throws {
    let bytes = try JSONSerialization.data(withJSONObject: bundle, options: [.sortedKeys])
    try program.write("edited.bundle", bytes)
  }

  private func changed(
    _ bundle: [String: Any], _ name: String, _ change: (inout [String: Any]) -> Void
  ) throws -> [String: Any] {
    var bundle = bundle
    var parts = try XCTUnwrap(bundle["parts"] as? [[String: Any]])
    let place = try XCTUnwrap(parts.firstIndex { $0["name"] as? String == name })
    change(&parts[place])
    bundle["parts"] = parts
    return bundle
  }

  func testARecipeMeansItsRunWithDefaultParameters() throws {
    let program = try Program()
    try program.write(
      "tiny.lua",
      "local P = lab.recipe{id = 'tiny', params = {n = 1}, seeds = 2}\nlab.trials(function(run) return {x = run.seed + P.n} end)"
    )
    XCTAssertEqual(try program.run("run", "tiny.lua").code, 0)
    let plain = try XCTUnwrap(program.list(".perilune/runs").first)
    XCTAssertEqual(try program.run("run", "tiny.lua", "--set", "n=5").code, 0)
    let result = try program.run("pack", "tiny.lua", "-o", "tiny.bundle")
    XCTAssertEqual(result.errors.split(separator: ",").first.map(String.init), "tiny.bundle: run \(plain)")
  }

  func testABundleIsVerifiedElsewhere() throws {
    let program = try Program()
    let bundle = try packed(program)
    let names = try XCTUnwrap(bundle["parts"] as? [[String: Any]]).compactMap { $0["name"] as? String }
    XCTAssertEqual(names.prefix(2), ["recipe/recipe.lua", "recipe/helper.lua"])
    XCTAssertTrue(names.contains("record/run.json"))
    let other = try Program()
    try other.write("page.bundle", try program.read("page.bundle"))
    let result = try other.run("verify", "page.bundle", "--quiet")
    XCTAssertEqual(result.code, 0, result.errors + result.output)
    XCTAssertTrue(result.output.contains("supported  scaled is larger"), result.output)
    XCTAssertTrue(
      result.output.hasSuffix("reproduced: 5 trials with the same bits, and the same verdicts\n"), result.output)
    XCTAssertEqual(other.list(".").filter { !$0.hasPrefix(".") }, ["page.bundle"], "nothing is left behind")
  }

  func testEditedPartsAreNamedAndNothingIsExecuted() throws {
    let program = try Program()
    let bundle = try packed(program)
    let edit = try changed(bundle, "record/run.json") {
      $0["text"] = ($0["text"] as? String ?? "").replacing("supported", with: "refuted")
    }
    try write(program, edit)
    let result = try program.run("verify", "edited.bundle")
    XCTAssertEqual(result.code, 3)
    XCTAssertEqual(
      result.errors,
      "perilune: 'edited.bundle' was edited: record/run.json is not what the hashes say; nothing was executed\n")
  }

  func testEditedResultsWithFittingHashesAreNamed() throws {
    let program = try Program()
    _ = try packed(program)
    // Somebody who knows the format edits a metric and makes all hashes fit.
    let name = program.list("store/runs").first ?? ""
    let path = "store/runs/\(name)/run.json"
    var run = try program.read(path)
    let metric = try XCTUnwrap(run.range(of: "\"base\": "))
    let end = try XCTUnwrap(run[metric.upperBound...].firstIndex { $0 == "," })
    run.replaceSubrange(metric.upperBound..<end, with: "0.125")
    try program.write(path, run)
    let caught = try program.run("pack", "page", "-o", "x.bundle", "--store", "store", "--recipe", "study/recipe.lua")
    XCTAssertEqual(caught.code, 3)
    XCTAssertTrue(
      caught.errors.contains("cannot be packed: run.json was changed after it was recorded"), caught.errors)
    try FileManager.default.moveItem(
      at: program.folder.appendingPathComponent("store/runs/\(name)"),
      to: program.folder.appendingPathComponent("store/runs/page-renamed"))
    let packed = try program.run(
      "pack", "page-renamed", "-o", "x.bundle", "--store", "store", "--recipe", "study/recipe.lua")
    XCTAssertEqual(packed.code, 0, packed.errors)
    let result = try program.run("verify", "x.bundle", "--quiet")
    XCTAssertEqual(result.code, 1, result.errors + result.output)
    XCTAssertTrue(
      result.output.contains("NOT reproduced, of 5 trials:\n  seed 1: base is recorded as 0.125, but is "),
      result.output)
  }

  func testPathsOutOfTheBundleAreRefused() throws {
    let program = try Program()
    let bundle = try packed(program)
    for name in [
      "recipe/../../evil.lua", "/etc/evil", "recipe//x", "../x", "recipe/./x", "recipe\\..\\x", "other/x",
      "recipe/a\u{0}b",
    ] {
      try write(program, try changed(bundle, "recipe/helper.lua") { $0["name"] = name })
      let result = try program.run("verify", "edited.bundle")
      XCTAssertEqual(result.code, 3, name)
      XCTAssertTrue(result.errors.contains("which leads out of the bundle; nothing was unpacked"), result.errors)
    }
    for text in [
      "{\"format\": \"perilune bundle 1\"}", "{\"format\": \"perilune bundle 1\", \"parts\": [", "[] perilune bundle 1",
    ] {
      try program.write("edited.bundle", text)
      XCTAssertEqual(try program.run("verify", "edited.bundle").code, 3, text)
    }
  }

  func testReproduceNamesWhatDiffers() throws {
    let program = try Program()
    try program.write("recipe.lua", RenderCommandTests.recipe)
    _ = try program.run("verify", "recipe.lua")
    let good = try program.run("reproduce", "page", "--json", "--quiet")
    XCTAssertEqual(good.code, 0, good.errors + good.output)
    let object = try XCTUnwrap(JSONSerialization.jsonObject(with: Data(good.output.utf8)) as? [String: Any])
    XCTAssertEqual(object["compares"] as? String, "bits")
    XCTAssertEqual(object["reproduced"] as? Bool, true)
    // A record from a machine with other numerics is compared by verdicts and prediction intervals.
    let name = program.list(".perilune/runs").first ?? ""
    let path = ".perilune/runs/\(name)/run.json"
    let run = try program.read(path)
    let mark = try XCTUnwrap(run.range(of: "\"fingerprint\": \""))
    try program.write(
      path, run.replacingCharacters(in: mark.upperBound..<run.index(mark.upperBound, offsetBy: 4), with: "0000"))
    let other = try program.run("reproduce", "page", "--quiet")
    XCTAssertTrue(
      other.output.contains(
        "reproduced: the same verdicts, and the means of 2 metrics within their prediction intervals"),
      other.output)
    XCTAssertTrue(other.errors.contains("run.json was changed after it was recorded"), other.errors)
    XCTAssertEqual(other.code, 1, "an edited record is not reproduced")
  }
}
