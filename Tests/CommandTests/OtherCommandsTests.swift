import XCTest

final class OtherCommandsTests: XCTestCase {
  func testShowExecutesNothing() throws {
    let program = try Program()
    try program.write("recipe.lua", "io.open('ran', 'w'):close()\n" + RunCommandTests.recipe)
    let source = try program.run("show", "recipe.lua")
    XCTAssertEqual(source.code, 0, source.errors)
    for text in [
      "A study of nothing much", "paper = \"On Nothing\"", "lab.num(1.0, {min = 0, max = 2})",
      "scaled numbers are larger",
      "no scale, no gain", "nothing was executed, and no run of it is recorded",
    ] {
      XCTAssertTrue(source.output.contains(text), "\(text) in \(source.output)")
    }
    XCTAssertFalse(program.list(".").contains("ran"))
    XCTAssertTrue(program.list(".perilune").isEmpty)

    _ = try program.run("verify", "recipe.lua")
    try FileManager.default.removeItem(at: program.folder.appendingPathComponent("ran"))
    let recorded = try program.run("show", "recipe.lua")
    for text in [
      "A study of nothing much", "On Nothing (2024)", "a number from 0 to 2", "supported  scaled numbers are larger",
      "no scale, no gain", "From the record; nothing was executed.",
    ] {
      XCTAssertTrue(recorded.output.contains(text), "\(text) in \(recorded.output)")
    }
    XCTAssertEqual(try program.run("show", "nothing-much").output, recorded.output)
    XCTAssertFalse(program.list(".").contains("ran"))
  }

  func testDoc() throws {
    let program = try Program()
    let entry = try program.run("doc", "softmax")
    XCTAssertEqual(entry.code, 0, entry.errors)
    XCTAssertTrue(entry.output.contains("Example:"), entry.output)
    let wrong = try program.run("doc", "sofmax")
    XCTAssertEqual(wrong.code, 3)
    XCTAssertTrue(wrong.errors.contains("did you mean '"), wrong.errors)
    XCTAssertTrue(try program.run("doc").output.contains("lab.recipe"))
    // A table of the library lists what it holds, also by its short name.
    let members = try program.run("doc", "lab.merge").output
    XCTAssertTrue(members.hasPrefix("In lab.merge:\n"), members)
    XCTAssertTrue(members.contains("lab.merge.ties") && members.contains("The average of models"), members)
    XCTAssertEqual(try program.run("doc", "merge").output, members)
    for table in ["lab.data", "lab.nn", "lab.optim", "lab.pace", "lab.metrics"] {
      XCTAssertTrue(try program.run("doc", table).output.contains(table + "."), table)
    }
    XCTAssertTrue(try program.run("doc", "nn").output.contains("lab.nn.init "))
  }

  func testInfo() throws {
    let result = try Program().run("info")
    XCTAssertEqual(result.code, 0, result.errors)
    for name in ["version", "processor", "blas core", "threads", "fingerprint"] {
      XCTAssertTrue(result.output.contains(name))
    }
  }

  func testPromptWithoutATerminal() throws {
    let program = try Program()
    let result = try program.run(
      "repl",
      input: """
        1 + 1
        local x = 20
        function twice(n)
          return 2 * n
        end
        twice(x), "text"
        undefined
        print("still there")
        ?lab.zeros
        """)
    XCTAssertEqual(result.code, 0, result.errors)
    XCTAssertTrue(result.output.hasPrefix("2\n40\ttext\nstill there\nlab.zeros("), result.output)
    XCTAssertTrue(result.errors.contains("undefined variable 'undefined'"), result.errors)
  }

  func testPromptAfterAFile() throws {
    let program = try Program()
    try program.write("names.lua", "answer = 42")
    XCTAssertEqual(try program.run("repl", "names.lua", input: "answer\n").output, "42\n")
  }
}
