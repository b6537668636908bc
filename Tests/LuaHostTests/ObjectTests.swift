import Basics
import LuaHost
import XCTest

final class ObjectTests: XCTestCase {
  func testMembers() throws {
    let bench = try Bench()
    try bench.run(
      """
      local v = vector(2)
      assert(v.x == 2 and v:scale(3).x == 6 and (v + vector(1)).x == 3 and #v == 3 and v[10] == 12)
      v.x = 5
      assert(v.x == 5 and tostring(v) == 'Vector(5.0)' and v:set(7) == v)
      local f = v.relu
      assert(f(vector(-1)).x == 0)
      """)
    bench.fails("return vector(1) == vector(2)", "recipe.lua:1: ==: compares objects; use a.x == b.x")
  }

  func testObjectsAreReleased() throws {
    let bench = try Bench()
    try bench.run("local keep = {} for i = 1, 1000 do keep[i] = vector(i) end")
    try bench.run("last = vector(1)")
    bench.host.collectGarbage()
    XCTAssertEqual(Vector.alive, 1)
    XCTAssertEqual(bench.vector.live, 1)
    XCTAssertEqual(bench.host.liveObjects["Vector"], 1)
    bench.host.close()
    XCTAssertEqual(Vector.alive, 0)
    XCTAssertEqual(bench.host.liveObjects, [:])
  }

  func testFinalizersAtTheEndCannotUseReleasedObjects() throws {
    let bench = try Bench()
    try bench.run(
      """
      local holder = setmetatable({v = vector(1), f = vector}, {__gc = function(s)
        pcall(function() return s.v:scale(2) end) pcall(s.f, 1)
      end})
      kept = holder
      local late = setmetatable({}, {__gc = function(s) pcall(function() return s.v.x end) end})
      late.v = vector(3)
      """)
    bench.host.close()
    XCTAssertEqual(Vector.alive, 0)
  }

  func testHostsAreFreed() throws {
    weak var host: LuaHost?
    weak var type: HostType<Vector>?
    try {
      let bench = try Bench()
      try bench.run("v = vector(1)")
      host = bench.host
      type = bench.vector
    }()
    XCTAssertNil(host)
    XCTAssertNil(type)
    XCTAssertEqual(Vector.alive, 0)
  }

  func testForeignUserdata() throws {
    let bench = try Bench()
    bench.fails(
      "vector(1).scale(io.stderr, 2)",
      "recipe.lua:1: scale: must be called on a Vector, as in x:scale(...), but was called on a file")
    let other = try Bench()
    let foreign = try XCTUnwrap(other.run("return function() end").first?.reference)
    XCTAssertThrowsError(try bench.host.call(foreign))
  }

  func testReferences() throws {
    let bench = try Bench()
    let before = bench.host.memoryInUse
    var kept: [LuaReference] = []
    for _ in 0..<100 { kept.append(try XCTUnwrap(bench.run("return {big = ('x'):rep(1000)}").first?.reference)) }
    XCTAssertEqual(try kept[3]["big"].string?.count, 1000)
    XCTAssertEqual(try kept[3]["none"].isNil, true)
    kept.removeAll()
    try bench.run("return")
    bench.host.collectGarbage()
    XCTAssertLessThan(bench.host.memoryInUse, before + 10_000)
    let table = try bench.host.makeTable()
    try table.set("n", .integer(4))
    try table.define("f") { call in call.push("called") }
    try bench.host.setGlobal("tools", .reference(table))
    XCTAssertEqual(try bench.text("return tools.f() .. tools.n"), "called4")
    XCTAssertEqual(try bench.host.global("tools").reference?["n"].integer, 4)
  }

  func testStress() throws {
    let bench = try Bench()
    bench.host.collectAtEveryCall = true
    try bench.run(
      """
      local sum = vector(0)
      for i = 1, 200 do
        sum = sum + vector(i):scale(2):relu()
        apply(function(v) return v:relu() end, sum)
        pcall(fail, 'x')
      end
      assert(sum.x == 40200)
      local co = coroutine.wrap(function() for i = 1, 10 do coroutine.yield(vector(i)) end end)
      for i = 1, 10 do assert(co().x == i) end
      """)
    bench.host.collectGarbage()
    XCTAssertEqual(Vector.alive, 0)
  }

  func testPressure() throws {
    final class Buffer {
      nonisolated(unsafe) static var live = 0
      nonisolated(unsafe) static var peak = 0
      static let bytes = 400_000

      init() {
        Buffer.live += Buffer.bytes
        Buffer.peak = max(Buffer.peak, Buffer.live)
      }

      deinit { Buffer.live -= Buffer.bytes }
    }
    let host = try LuaHost()
    let type = try HostType<Buffer>("Buffer", in: host)
    try host.define("buffer") { call in
      let buffer = Buffer()
      call.host.addPressure(bytes: Buffer.bytes)
      return call.push(buffer, type)
    }
    let source = "local live = {} for i = 1, 20000 do live[i % 20] = buffer() end"
    try host.run(source: source, name: "recipe.lua")
    XCTAssertLessThan(Buffer.peak, 60_000_000)
    // A stopped collector is not forced by steps, only by the ceiling once it runs again.
    host.collectGarbage()
    Buffer.peak = Buffer.live
    host.liveNativeBytes = { Buffer.live }
    host.nativeCeiling = 12_000_000
    try host.run(source: source, name: "recipe.lua")
    XCTAssertLessThan(Buffer.peak, 16_000_000)
    host.close()
    XCTAssertEqual(Buffer.live, 0)
  }
}
