import Basics
import Foundation
import LuaHost
import XCTest

final class LibraryTests: XCTestCase {
  private func order(_ table: String) throws -> String? {
    try Bench().text("local s = {} for k in pairs(\(table)) do s[#s + 1] = tostring(k) end return table.concat(s, ' ')")
  }

  func testPairsHasAFixedOrder() throws {
    XCTAssertEqual(
      try order("{z = 1, a = 1, B = 1, [3] = 1, [1] = 1, [-2] = 1, [1.5] = 1, [true] = 1, [false] = 1}"),
      "-2 1 1.5 3 B a z false true")
    XCTAssertEqual(try order("{'a', 'b', 'c'}"), "1 2 3")
    XCTAssertEqual(try order("{}"), "")
    XCTAssertEqual(try order("{ab = 1, a = 1, ['a\\0'] = 1}"), "a a\0 ab")
    XCTAssertEqual(
      try order("{[2^53] = 1, [2^53 + 2] = 1, [1e300] = 1, [-1e300] = 1, [math.maxinteger] = 1}"),
      "-1e+300 9007199254740992 9007199254740994 9223372036854775807 1e+300")
  }

  func testPairsAllowsChanges() throws {
    XCTAssertEqual(
      try Bench().text(
        """
        local t, s = {a = 1, b = 2, c = 3, d = 4}, {}
        for k, v in pairs(t) do s[#s + 1] = k; t[k] = nil; t.c = nil; t['new' .. k] = 1 end
        local q = {1, 2, 3, 4}
        for i, v in pairs(q) do s[#s + 1] = i; q[i] = nil; q[3] = nil; q[i + 10] = 1 end
        return table.concat(s, ' ')
        """), "a b d 1 2 4")
  }

  func testPairsHonoursMetamethodAndRefusesOthers() throws {
    let bench = try Bench()
    XCTAssertEqual(
      try bench.run(
        "local t = setmetatable({}, {__pairs = function(t) return next, {7}, nil end}) for k, v in pairs(t) do return v end"
      ).first?.integer, 7)
    bench.fails("pairs(nil)", "recipe.lua:1: pairs: argument 1 must be a table, but is nil")
  }

  func testRandomIsSeeded() throws {
    let source = "local t = {} for i = 1, 5 do t[i] = math.random(100) end return table.concat(t, ' ')"
    let first = try XCTUnwrap(Bench().text(source))
    XCTAssertEqual(try Bench().text(source), first)
    let bench = try Bench()
    XCTAssertEqual(try bench.text("math.random() math.randomseed() " + source), first)
    bench.host.seed(2)
    XCTAssertNotEqual(try bench.text(source), first)
    try bench.run(
      """
      for i = 1, 1000 do
        local x, n, d = math.random(), math.random(-3, 3), math.random(6)
        assert(x >= 0 and x < 1 and n >= -3 and n <= 3 and d >= 1 and d <= 6 and math.type(d) == 'integer')
      end
      assert(math.type(math.random(0)) == 'integer' and math.random(5, 5) == 5)
      assert(math.type(math.random(math.mininteger, math.maxinteger)) == 'integer')
      """)
    bench.fails("math.random(3, 1)", "recipe.lua:1: bad argument #2 to 'random' (interval is empty)")
    bench.fails("math.random(-1)", "recipe.lua:1: bad argument #1 to 'random' (interval is empty)")
    bench.fails("math.random(1, 2, 3)", "recipe.lua:1: wrong number of arguments")
    bench.fails("math.random(1.5)", "recipe.lua:1: bad argument #1 to 'random' (number has no integer representation)")
  }

  /// The first numbers for the state that SplitMix64 gives for seed 0, from the reference algorithms in Swift.
  func testRandomFollowsTheReference() throws {
    var seed: UInt64 = 0
    var s: [UInt64] = (0..<4).map { _ in
      seed &+= 0x9e37_79b9_7f4a_7c15
      var z = seed
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      return z ^ (z >> 31)
    }
    XCTAssertEqual(s[0], 0xe220_a839_7b1d_cdaf)
    let host = try LuaHost(seed: 0)
    for _ in 0..<10 {
      let product = s[1] &* 5
      let wanted = ((product << 7) | (product >> 57)) &* 9
      let t = s[1] << 17
      s[2] ^= s[0]
      s[3] ^= s[1]
      s[1] ^= s[2]
      s[0] ^= s[3]
      s[2] ^= t
      s[3] = (s[3] << 45) | (s[3] >> 19)
      XCTAssertEqual(try host.evaluate("math.random(0)").first?.integer, Int(bitPattern: UInt(wanted)))
    }
  }

  func testRequire() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("modules-\(getpid())")
    try FileManager.default.createDirectory(
      at: folder.appendingPathComponent("models/mlp"), withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func write(_ name: String, _ text: String) throws {
      try text.write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
    }
    try write("helpers.lua", "loads = (rawget(_G, 'loads') or 0) + 1 return {n = 5}")
    try write("models/mlp/init.lua", "return 'mlp'")
    try write("bad.lua", "local x = 1\nlocal = 2")
    try write("raises.lua", "\nfail('inside')")
    try write("circle.lua", "require 'circle'")
    let bench = try Bench()
    bench.fails("require 'helpers'", "recipe.lua:1: require: there is no module 'helpers'", .file)
    bench.host.moduleFolder = folder.path
    XCTAssertEqual(try bench.run("require 'helpers' return require('helpers').n + loads").first?.integer, 6)
    XCTAssertEqual(try bench.text("return require 'models.mlp'"), "mlp")
    bench.fails("require 'bad'", "bad.lua:2: <name> expected near '='", .script)
    bench.fails("require 'raises'", "raises.lua:2: fail: inside", .shape)
    bench.fails("require 'circle'", "circle.lua:1: require: module 'circle' requires itself: circle -> circle")
    bench.fails(
      "require 'none'",
      "recipe.lua:1: require: there is no module 'none': looked for none.lua and none/init.lua in '\(folder.path)'",
      .file)
    for name in ["../x", "..", "a..b", "/etc/x", ""] {
      bench.fails(
        "require '\(name)'",
        "recipe.lua:1: require: '\(name)' is not a module name: write names joined by single dots, as in 'models.mlp'")
    }
    bench.host.preload("lab", .integer(9))
    bench.host.preload("extra", source: "return {v = 3}")
    XCTAssertEqual(try bench.run("return require 'lab' + require('extra').v").first?.integer, 12)
    XCTAssertEqual(try bench.run("return package.loaded.lab").first?.integer, 9)
  }

  func testCoroutineLibrary() throws {
    let bench = try Bench()
    try bench.run(
      """
      local co = coroutine.create(function(a, b) local c = coroutine.yield(a + b) error('in ' .. c) end)
      local ok, sum = coroutine.resume(co, 1, 2)
      assert(ok and sum == 3)
      local ok, e = coroutine.resume(co, 'x')
      assert(not ok and e == 'recipe.lua:1: in x', e)
      local ok, e = coroutine.resume(co)
      assert(not ok and e == 'cannot resume dead coroutine')
      local out = {}
      for i in coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i) end end) do out[#out + 1] = i end
      assert(#out == 3)
      local closed
      local co = coroutine.create(function()
        local x <close> = setmetatable({}, {__close = function() closed = true end})
        coroutine.yield()
      end)
      coroutine.resume(co)
      assert(coroutine.close(co) and closed and coroutine.status(co) == 'dead')
      assert(coroutine.close(coroutine.create(print)))
      local ok, e = pcall(coroutine.wrap(function() fail('w') end))
      assert(e == 'recipe.lua:19: fail: w', e)
      local ok, e = pcall(coroutine.close, coroutine.running())
      assert(not ok)
      local ok, e = pcall(coroutine.wrap(function() coroutine.resume(coroutine.running()) return 1 end))
      assert(ok and e == 1)
      """)
    bench.fails("coroutine.wrap(function() fail('w') end)()", "recipe.lua:1: fail: w", .shape)
    bench.fails("coroutine.resume(1)", "recipe.lua:1: bad argument #1 to 'resume' (coroutine expected, got number)")
  }

  func testXpcallAndLoad() throws {
    try Bench().run(
      """
      local ok, e, n = xpcall(function(a, b) return a + b, 7 end, print, 1, 2)
      assert(ok and e == 3 and n == 7)
      local ok, e = xpcall(function() error('x', 0) end, function(m) return m .. '!' end)
      assert(not ok and e == 'x!')
      local co = coroutine.wrap(function() return xpcall(function() return coroutine.yield(1) end, print) end)
      assert(co() == 1)
      local ok, v = co(5)
      assert(ok and v == 5)
      assert(debug.traceback('m'):find('recipe.lua:9'))
      """)
  }
}
