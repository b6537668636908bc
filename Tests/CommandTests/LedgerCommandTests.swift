import XCTest

final class LedgerCommandTests: XCTestCase {
  func testLedgerComesFromRecordsOnly() throws {
    let program = try Program()
    try FileManager.default.createDirectory(
      at: program.folder.appendingPathComponent("recipes/deep"), withIntermediateDirectories: true)
    try program.write("recipes/deep/page.lua", RenderCommandTests.recipe)
    try program.write("recipes/helper.lua", "return 1 -- not a lab.recipe")
    let empty = try program.run("ledger", "recipes")
    XCTAssertEqual(empty.code, 0, empty.errors)
    let before = try program.read("recipes/README.md")
    XCTAssertTrue(before.contains("1 recipe, 0 with a record; 0 claims: 0 supported"), before)
    XCTAssertTrue(before.contains("- [deep/page.lua](deep/page.lua)"), before)

    _ = try program.run("run", "recipes/deep/page.lua", "--store", "store")
    let partial = try program.run("ledger", "recipes", "--export", "--store", "store")
    XCTAssertTrue(
      partial.errors.contains(
        "deep/page.lua: no record that is whole; 'perilune verify recipes/deep/page.lua' makes one"),
      partial.errors)
    _ = try program.run("verify", "recipes/deep/page.lua", "--store", "store")
    XCTAssertEqual(try program.run("ledger", "recipes/", "--export", "--store", "store").code, 0)
    XCTAssertEqual(program.list("recipes/records"), ["page.json"])
    XCTAssertLessThan(try program.read("recipes/records/page.json").utf8.count, 20_000)
    let page = try program.read("recipes/README.md")
    for text in [
      "1 recipe, 1 with a record; 1 claim: 1 supported, 0 refuted, 0 undecided; 1 of 1 control broke what should break.",
      "## tests", "### A page to look at", "After On Pages (2024).",
      "| **supported** | scaled is larger | > 0.5 | 1.5 |",
      "- Control: no scale: breaks it (scaled is larger).",
    ] {
      XCTAssertTrue(page.contains(text), "\(text) in \(page)")
    }
    XCTAssertFalse(page.contains("changed since"))
    XCTAssertEqual(try program.run("ledger", "recipes", "--check").code, 0)

    // The exported record alone is enough to reproduce it.
    let again = try program.run("reproduce", "recipes/records/page.json", "--quiet")
    XCTAssertEqual(again.code, 0, again.errors + again.output)
    XCTAssertEqual(again.output, "reproduced: 5 trials with the same bits, and the same verdicts\n")

    // A changed recipe is named, and an edited page is found.
    try program.write("recipes/deep/page.lua", RenderCommandTests.recipe.replacing("1.5 *", with: "1.6 *"))
    let stale = try program.run("ledger", "recipes", "--check")
    XCTAssertEqual(stale.code, 1)
    XCTAssertEqual(
      stale.errors, "perilune: recipes/README.md is not what the records give; 'perilune ledger recipes' writes it\n")
    XCTAssertEqual(try program.run("ledger", "recipes").code, 0)
    XCTAssertTrue(try program.read("recipes/README.md").contains("**The recipe has changed since**"))
    let changed = try program.run("reproduce", "recipes/records/page.json")
    XCTAssertEqual(changed.code, 3)
    XCTAssertTrue(
      changed.errors.contains("has changed since run page was recorded, so it cannot be reproduced"), changed.errors)
  }

  func testWrongFolders() throws {
    let program = try Program()
    XCTAssertEqual(try program.run("ledger", "nowhere").errors, "perilune: 'nowhere' is not a folder\n")
    try program.write("records.json", "{}")
    let outside = "{\"path\": \"../../etc/passwd\", \"run\": {\"trials\": []}}"
    try FileManager.default.createDirectory(
      at: program.folder.appendingPathComponent("r/records"), withIntermediateDirectories: true)
    try program.write("r/records/x.json", outside)
    XCTAssertEqual(
      try program.run("ledger", "r").errors,
      "perilune: 'r/records/x.json' does not name its recipe by a path below its folder\n")
  }
}
