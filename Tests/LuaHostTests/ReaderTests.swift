import Basics
import LuaHost
import XCTest

final class ReaderTests: XCTestCase {
  private func bench() throws -> Bench {
    let bench = try Bench()
    let host = bench.host
    let vector = bench.vector
    try host.define("integer", parameters: ["n"]) { call in call.push(try call.integer(1)) }
    try host.define("count") { call in call.push(try call.count(1)) }
    try host.define("flag") { call in call.push(try call.boolean(1, default: true)) }
    try host.define("mode") { call in call.push(try call.choice(1, ["mean", "sum"])) }
    try host.define("list", parameters: ["xs"]) { call in call.push(try call.table(1).integers()) }
    try host.define("nested") { call in
      let (shape, values) = try call.table(1).nestedNumbers()
      call.push(shape)
      call.push(values)
      return 2
    }
    try host.define("vectors") { call in call.push(try call.table(1).objects(vector).count) }
    try host.define("adam") { call in
      let options = try call.options(1, known: ["lr", "weight_decay", "kind"])
      let rate = try options.required("lr") { try $0.number(at: -1, $1) }
      return call.push(rate + (try options.number("weight_decay") ?? 0))
    }
    try host.define("two") { call in
      try call.atMost(2)
      return call.push(call.count)
    }
    return bench
  }

  func testNumbers() throws {
    let bench = try bench()
    XCTAssertEqual(try bench.run("return integer(3.0)").first?.integer, 3)
    bench.fails("integer(3.5)", "recipe.lua:1: integer: argument 1 (n) must be an integer, but is 3.5", .argument)
    bench.fails("integer(0/0)", "recipe.lua:1: integer: argument 1 (n) must be an integer, but is NaN")
    bench.fails(
      "integer(2^70)", "recipe.lua:1: integer: argument 1 (n) must be an integer, but is 1.1805916207174113e+21")
    bench.fails("integer('3')", "recipe.lua:1: integer: argument 1 (n) must be an integer, but is a string '3'")
    bench.fails("count(-1)", "recipe.lua:1: count: argument 1 must be a count (an integer from 0), but is -1")
    bench.fails("integer(vector(1))", "recipe.lua:1: integer: argument 1 (n) must be an integer, but is a Vector")
    bench.fails("integer(print)", "recipe.lua:1: integer: argument 1 (n) must be an integer, but is a function")
  }

  func testOthers() throws {
    let bench = try bench()
    XCTAssertEqual(try bench.run("return flag()").first?.boolean, true)
    XCTAssertEqual(try bench.run("return flag(false)").first?.boolean, false)
    bench.fails("flag(1)", "recipe.lua:1: flag: argument 1 must be true or false, but is 1")
    bench.fails(
      "mode('men')",
      "recipe.lua:1: mode: argument 1 must be one of 'mean', 'sum', but is a string 'men'; did you mean 'mean'?")
    bench.fails("two(1, 2, 3)", "recipe.lua:1: two: takes at most 2 arguments, but got 3")
    bench.fails("apply(3)", "recipe.lua:1: apply: argument 1 (f) must be a function, but is 3")
  }

  func testTables() throws {
    let bench = try bench()
    XCTAssertEqual(try bench.run("return #list{1, 2.0, 3}").first?.integer, 3)
    bench.fails(
      "list{1, 'a'}", "recipe.lua:1: list: entry 2 of argument 1 (xs) must be an integer, but is a string 'a'")
    bench.fails("list{1, a = 2}", "recipe.lua:1: list: argument 1 (xs) must be a list, but has the key 'a'")
    XCTAssertEqual(
      try bench.text("local s, v = nested{{1, 2, 3}, {4, 5, 6}} return table.concat(s, 'x') .. ' ' .. v[6]"),
      "2x3 6.0")
    bench.fails(
      "nested{{1, 2}, {3}}",
      "recipe.lua:1: nested: entry 2 of argument 1 has 1 entry where the rows before it have 2", .shape)
    bench.fails("nested{{1, 2}, 3}", "recipe.lua:1: nested: entry 2 of argument 1 must be a table, but is 3")
    bench.fails("nested{1, {2}}", "recipe.lua:1: nested: entry 2 of argument 1 must be a number, but is a table")
    bench.fails(
      "local t = {} t[1] = t nested(t)",
      "recipe.lua:1: nested: " + String(repeating: "entry 1 of ", count: 32) + "argument 1 is nested more than 32 deep")
    XCTAssertEqual(try bench.run("return vectors{vector(1), vector(2)}").first?.integer, 2)
    bench.fails("vectors{vector(1), 2}", "recipe.lua:1: vectors: entry 2 of argument 1 must be a Vector, but is 2")
  }

  func testOptions() throws {
    let bench = try bench()
    XCTAssertEqual(try bench.run("return adam{lr = 1, weight_decay = 2}").first?.number, 3)
    bench.fails(
      "adam{lr = 1, weight_deccay = 2}",
      "recipe.lua:1: adam: unknown option 'weight_deccay'; did you mean 'weight_decay'?", .argument)
    bench.fails("adam{zzz = 1}", "recipe.lua:1: adam: unknown option 'zzz'; the options are lr, weight_decay, kind")
    bench.fails("adam()", "recipe.lua:1: adam: option 'lr' is missing")
    bench.fails("adam{lr = '1'}", "recipe.lua:1: adam: option 'lr' must be a number, but is a string '1'")
    bench.fails("adam{1}", "recipe.lua:1: adam: argument 1 must have named options only, but has the key 1")
    bench.fails("adam(3)", "recipe.lua:1: adam: argument 1 must be a table of options, but is 3")
  }
}
