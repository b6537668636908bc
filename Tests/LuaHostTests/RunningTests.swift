import Basics
import LuaHost
import XCTest

final class RunningTests: XCTestCase {
  func testResultsAndArguments() throws {
    let bench = try Bench()
    let values = try bench.host.run(
      source: "local a, b = ...; return a + 1, b.k, b.list[2], #b.list", name: "recipe.lua",
      arguments: [.integer(2), .record([("k", .string("v")), ("list", .array([.number(1.5), .boolean(true)]))])])
    XCTAssertEqual(values[0].integer, 3)
    XCTAssertEqual(values[1].string, "v")
    XCTAssertEqual(values[2].boolean, true)
    XCTAssertEqual(values[3].integer, 2)
  }

  func testEvaluate() throws {
    let bench = try Bench()
    XCTAssertEqual(try bench.host.evaluate("1 + 1").first?.integer, 2)
    XCTAssertEqual(try bench.host.evaluate("x = 5").count, 0)
    XCTAssertEqual(try bench.host.evaluate("x").first?.integer, 5)
    XCTAssertTrue(bench.host.isIncomplete("for i = 1, 2 do"))
    XCTAssertFalse(bench.host.isIncomplete("for i = 1, 2 do end"))
    XCTAssertFalse(bench.host.isIncomplete("1 +* 2"))
  }

  func testSyntaxErrorNamesFileAndLine() throws {
    try Bench().fails("local a = 1\nlocal = 2", "recipe.lua:2: <name> expected near '='", .script)
  }

  func testFirstLineForTheShellIsSkipped() throws {
    try Bench().fails("#!/usr/bin/perilune\nerror('here')", "recipe.lua:2: here", .script)
  }

  func testCallingFunctionsFromSwift() throws {
    let bench = try Bench()
    let double = try XCTUnwrap(bench.run("return function(a, b) return a * 2, b end").first?.reference)
    let results = try bench.host.call(double, .number(1.5), .string("s"))
    XCTAssertEqual(results.map(\.number), [3, nil])
    XCTAssertEqual(results[1].string, "s")
    XCTAssertEqual(try bench.host.call(double, .integer(2)).last?.isNil, true)
  }

  func testBytesThatAreNotText() throws {
    let bench = try Bench()
    guard case .bytes(let bytes)? = try bench.run("return '\\xff\\0a'").first else { return XCTFail("not bytes") }
    XCTAssertEqual(bytes, [255, 0, 97])
  }

  func testClosedHostThrows() throws {
    let bench = try Bench()
    let f = try XCTUnwrap(bench.run("return function() end").first?.reference)
    bench.host.close()
    bench.host.close()
    XCTAssertThrowsError(try bench.run("return 1")) {
      XCTAssertEqual(($0 as? Failure)?.message, "the script has ended: its host is closed")
    }
    XCTAssertThrowsError(try f.call())
  }

  func testPrintAndWriteShareOneOutput() throws {
    let bench = try Bench()
    bench.host.format = { stack, index in stack.isInteger(at: index) ? "<\(stack.describe(at: index))>" : nil }
    try bench.run("print(1, 'a', vector(2), nil); io.write('x', 2, '\\n'); print()")
    XCTAssertEqual(bench.printed, "<1>\ta\tVector(2.0)\tnil\nx2\n\n")
  }

  func testPreludeIsInvisible() throws {
    let bench = try Bench()
    try bench.host.runPrelude(
      name: "nn",
      source: """
        function check(x) if not x then error("needs a value") end end
        function broken(x) return x.a.b end
        function through(x) return vector(x) end
        """)
    bench.fails("local y = 1\ncheck(nil)", "recipe.lua:2: needs a value")
    bench.fails("local y = 1\n\nbroken({})", "recipe.lua:3: attempt to index a nil value (field 'a')")
    bench.fails("through('a')\n", "recipe.lua:1: vector: argument 1 (x) must be a number, but is a string 'a'")
    XCTAssertEqual(bench.host.lastTraceback, ["recipe.lua:1: in main part"])
  }

  func testSandbox() throws {
    let bench = try Bench()
    for name in [
      "dofile", "loadfile", "os.execute", "os.exit", "os.getenv", "os.remove", "io.popen", "io.stdout",
      "package.loadlib", "debug.sethook", "debug.getregistry", "string.dump",
    ] {
      let parts = name.split(separator: ".").map(String.init)
      let path = parts.count == 1 ? "rawget(_G, '\(name)')" : "\(parts[0]).\(parts[1])"
      XCTAssertEqual(try bench.run("return \(path)").first?.isNil, true, name)
    }
    bench.fails("load('return 1', 'x', 'b')", "recipe.lua:1: load: compiled chunks are not accepted, mode must be 't'")
    XCTAssertEqual(
      try bench.text("local f, e = load('\\27Lua', 'x') return e"),
      "attempt to load a binary chunk (mode is 't')")
    XCTAssertEqual(try bench.run("return load('return a', 'x', 't', {a = 7})()").first?.integer, 7)
    XCTAssertEqual(try bench.run("return getmetatable('')").first?.boolean, false)
    XCTAssertEqual(try bench.text("return getmetatable(vector(1))"), "Vector")
    bench.fails("setmetatable(_G, {})", "recipe.lua:1: cannot change a protected metatable")
    bench.fails(
      "collectgarbage('generational')",
      "recipe.lua:1: collectgarbage: only the incremental mode is available")
  }
}
