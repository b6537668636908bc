import Basics
import LuaHost
import XCTest

final class ErrorTests: XCTestCase {
  func testNativeErrorsHavePositionNameAndKind() throws {
    let bench = try Bench()
    bench.fails("\n\nfail('no such shape')", "recipe.lua:3: fail: no such shape", .shape)
    bench.fails("\nvector{}", "recipe.lua:2: vector: argument 1 (x) must be a number, but is a table", .argument)
    bench.fails("vector()", "recipe.lua:1: vector: argument 1 (x) is missing, it must be a number")
    bench.fails(
      "vector(1):scale('2')",
      "recipe.lua:1: scale: argument 1 (factor) must be a number, but is a string '2'")
  }

  func testPcallGivesThePlainMessage() throws {
    let bench = try Bench()
    XCTAssertEqual(try bench.text("local ok, e = pcall(fail, 'x') return e"), "recipe.lua:1: fail: x")
    XCTAssertEqual(
      try bench.text("local ok, e = pcall(function()\nfail('x') end) return type(e) .. ' ' .. e"),
      "string recipe.lua:2: fail: x")
    bench.fails("local ok, e = pcall(fail, 'x')\nerror(e, 0)", "recipe.lua:1: fail: x", .shape)
    bench.fails("local ok, e = pcall(fail, 'x')\nerror(e)", "recipe.lua:2: recipe.lua:1: fail: x", .shape)
  }

  func testErrorsThroughCallbacksArePositionedOnce() throws {
    let bench = try Bench()
    bench.fails("apply(function(a)\n return apply(fail, a) end, 'deep')", "recipe.lua:2: fail: deep", .shape)
    bench.fails(
      "apply(function(a)\n local b = a.c.d end, {})",
      "recipe.lua:2: attempt to index a nil value (field 'c')", .script)
  }

  func testErrorValuesThatAreNotMessages() throws {
    let bench = try Bench()
    bench.fails(
      "error({code = 2})",
      "recipe.lua:1: the script raised an error whose value is of type table, not a message", .script)
    bench.fails("error()", "recipe.lua:1: the script raised an error whose value is of type nil, not a message")
    bench.fails("error(setmetatable({}, {__tostring = function() return 'told' end}))", "told")
    bench.fails("error(12)", "12")
    XCTAssertEqual(try bench.run("local ok, e = pcall(error, {code = 2}) return e.code").first?.integer, 2)
  }

  func testTracebackShowsScriptLines() throws {
    let bench = try Bench()
    bench.fails(
      """
      local function inner(x) fail(x) end
      local function outer() inner('a') return 1 end
      local y = apply(outer)
      """, "recipe.lua:1: fail: a")
    XCTAssertEqual(
      bench.host.lastTraceback,
      ["recipe.lua:1: in function 'inner'", "recipe.lua:2: in a function", "recipe.lua:3: in main part"])
  }

  func testDescribeErrorSeesLocals() throws {
    let bench = try Bench()
    bench.host.describeError = { site in
      for frame in site.stack.frames() where frame.isScript {
        if let module = try? site.stack.local("self", level: frame.level), let name = try? module.reference?["name"] {
          return "\(site.failure.message) (in \(name.string ?? "?"))"
        }
      }
      return nil
    }
    let source = """
      local Block = {name = "net.blocks[2]"}
      function Block:forward(x) local y = fail(x) return y end
      local z = Block:forward('bad')
      """
    bench.fails(source, "recipe.lua:2: fail: bad (in net.blocks[2])", .shape)
    bench.fails("apply(function()\n" + source + " end)", "recipe.lua:3: fail: bad (in net.blocks[2])", .shape)
    bench.fails("fail('x')", "recipe.lua:1: fail: x", .shape)
  }

  func testUndefinedNames() throws {
    let bench = try Bench()
    bench.fails("local a = 1\nprnt(a)", "recipe.lua:2: undefined variable 'prnt'; did you mean 'print'?", .script)
    bench.fails("vector(1):rellu()", "recipe.lua:1: Vector has no field or method 'rellu'; did you mean 'relu'?")
    bench.fails("return vector(1).qqqq", "recipe.lua:1: Vector has no field or method 'qqqq'", .argument)
    bench.fails("vector(1).y = 3", "recipe.lua:1: Vector has no assignable field 'y'")
    bench.fails("return vector(1)[{}]", "recipe.lua:1: Vector cannot be indexed by a table")
    try bench.run("shared = 1; function f() shared = shared + 1 end f() assert(shared == 2)")
  }

  func testWrongSelf() throws {
    let bench = try Bench()
    bench.fails(
      "vector(1).relu()",
      "recipe.lua:1: relu: must be called on a Vector, as in x:relu(...), but was called without an object")
    bench.fails(
      "vector(1).relu(3)",
      "recipe.lua:1: relu: must be called on a Vector, as in x:relu(...), but was called on 3")
    bench.fails("return vector(1) + io.stderr", "recipe.lua:1: +: argument 2 must be a Vector, but is a file")
  }

  func testDeepRecursionAndBombs() throws {
    let bench = try Bench()
    let overflow = "recipe.lua:1: stack overflow: calls are nested too deeply (a recursion without end?)"
    bench.fails("function f() return 1 + f() end f()", overflow, .script)
    bench.fails(
      "local s = ('x'):rep(1 << 40)",
      "recipe.lua:1: rep: the resulting string would be larger than 2147483648 bytes")
    XCTAssertEqual(try bench.text("return (''):rep(1 << 62)"), "")
    XCTAssertEqual(try bench.text("return ('ab'):rep(3, ',')"), "ab,ab,ab")
    bench.fails("table.move({}, 1, 2^40, 2)", "recipe.lua:1: move: cannot move more than 134217728 positions")
    bench.fails("local function g(x) return apply(g2, x) end g2 = g g(1)", overflow)
    let nested =
      "local t = setmetatable({}, {}) getmetatable(t).__index = function(s, k) return s[k .. 'a'] end return t.a"
    bench.fails(nested, overflow)
    XCTAssertEqual(try bench.run("return 1").first?.integer, 1)
  }

  func testMemoryLimit() throws {
    let bench = try Bench()
    bench.host.memoryLimit = 8 << 20
    XCTAssertThrowsError(try bench.run("local t = {}\nwhile true do t[#t + 1] = ('x'):rep(1000) .. #t end")) {
      let failure = $0 as? Failure
      XCTAssertEqual(failure?.kind, .memory)
      XCTAssertTrue(failure?.message.hasPrefix("recipe.lua:2: the script's values use ") == true, "\($0)")
    }
    XCTAssertEqual(
      try bench.run("local s for i = 1, 100 do s = ('x'):rep(1 << 20) end return #s").first?.integer, 1 << 20)
    bench.fails(
      "local s = ('x'):rep(1 << 25)", "recipe.lua:1: rep: the resulting string would be larger than 8388608 bytes")
  }

  func testManyThrowsDoNotLeak() throws {
    let bench = try Bench()
    try bench.run("for i = 1, 1000 do pcall(fail, 'x') end collectgarbage() collectgarbage()")
    let before = bench.host.memoryInUse
    try bench.run(
      "local v = vector(1) for i = 1, 200001 do assert(not pcall(v.scale, v, 'x')) end v = nil collectgarbage() collectgarbage()"
    )
    XCTAssertLessThan(bench.host.memoryInUse, before + 20_000)
    XCTAssertEqual(Vector.alive, 0)
  }
}
