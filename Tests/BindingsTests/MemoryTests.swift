import Basics
import Bindings
import Foundation
import LuaHost
import Tensors
import XCTest

/// Nothing leaks, nothing is used after its release, and temporaries do not pile up.
final class MemoryTests: XCTestCase {
  /// Scripts that use a bit of everything.
  private static let scripts: [(name: String, text: String)] = [
    (
      "training",
      """
      local net = lab.nn.Sequential{ lab.nn.Linear(4, 8), lab.nn.BatchNorm1d(8), lab.nn.ReLU(), lab.nn.Dropout(0.1), lab.nn.Linear(8, 3) }
      local opt = lab.optim.AdamW(net, {lr = 0.01})
      local average = lab.optim.average(net:parameters(), {decay = 0.9})
      for step, batch in lab.data.iris():batches(16, {steps = STEPS}) do
        opt:minimize(lab.nn.cross_entropy(net(batch.x), batch.y), {clip = 1})
        average:update()
      end
      assert(average:weights():norm() > 0)
      net:with(net:weights() * 0.5, function() return net:eval()(lab.ones{1, 4}) end)
      local _, seen = net:trace(lab.ones{2, 4}, "3")
      assert(seen["3"].shape[2] == 8)
      """
    ),
    (
      "indexing",
      """
      local x = lab.arange(1, 24):reshape{4, 6}
      for i = 1, STEPS do
        x[{i % 4 + 1, {1, 3}}] = x[{{1, 2}, {-2, -1}}]:sum()
        x[x:gt(20)] = 1
        local rows = x[lab.tensor({4, 1}, "int64")]
        assert(#rows == 2 and #x:totable() == 4)
      end
      """
    ),
    (
      "data",
      """
      local set = lab.data.iris()
      local small = set:filter(function(row) return row.y == 1 end):take(5):map(function(row) row.z = row.x:sum(); return row end)
      local order = set:order{by = set.x:sum(2), pace = lab.pace.custom(function(step) return 0.5 end)}
      for step, batch in order:batches(20, {steps = 3}) do assert(#batch == 20) end
      local stream = lab.data.stream(function(rng, i) return {x = rng:normal()} end, {buffer = 4})
      for step, batch in stream:batches(4, {steps = 3}) do assert(#batch == 4) end
      """
    ),
    (
      "weights",
      """
      local a, b = lab.nn.Linear(5, 5):weights(), lab.nn.Linear(5, 5):weights()
      for i = 1, STEPS do
        local c = (a + b) * 0.5 - a
        c = c:map(function(name, w) return w:abs() end)
        for name, tensor in pairs(c) do assert(tensor:min():item() >= 0, name) end
      end
      """
    ),
    (
      "gradients and errors",
      """
      local f = lab.custom_gradient(function(x) return x:round() end, function(g) return g end)
      for i = 1, STEPS do
        local w = lab.rand{3}:requires_grad_()
        local y = f(w * 2)
        y:register_hook(function(g) return g * 2 end)
        local g = lab.grad(y:sum() + (w ^ 3):sum(), {w}, {create_graph = true})[1]
        g:sum():backward()
        pcall(function() return w + lab.ones{5} end)
        pcall(lab.no_grad, function() error("stop") end)
        local co = coroutine.wrap(function() for k = 1, 3 do coroutine.yield(w * k) end end)
        co() co()
      end
      """
    ),
  ]

  private func play(_ text: String, steps: Int, stress: Bool) throws {
    let host = try LuaHost(seed: 0)
    host.output = { _ in }
    RandomSource.root = RandomSource(seed: 0)
    let lab = try Lab(in: host)
    host.collectAtEveryCall = stress
    defer { host.close() }
    try withExtendedLifetime(lab) {
      _ = try host.run(source: text.replacingOccurrences(of: "STEPS", with: "\(steps)"), name: "script.lua")
    }
    host.collectAtEveryCall = false
    host.collectGarbage()
    host.close()
    XCTAssertEqual(host.liveObjects, [:])
  }

  func testNothingIsUsedAfterItsRelease() throws {
    let steps = ProcessInfo.processInfo.environment["PERILUNE_FULL"] == nil ? 2 : 20
    for script in Self.scripts { XCTAssertNoThrow(try play(script.text, steps: steps, stress: true), script.name) }
  }

  func testNothingIsLeftAfterAScript() throws {
    for script in Self.scripts { try play(script.text, steps: 2, stress: false) }
    for script in Self.scripts {
      let before = Storage.statistics
      try play(script.text, steps: 20, stress: false)
      let after = Storage.statistics
      XCTAssertEqual(after.blocks, before.blocks, script.name)
      XCTAssertEqual(after.bytes, before.bytes, script.name)
      XCTAssertGreaterThan(after.made, before.made, script.name)
    }
  }

  func testNothingIsLeftAfterAnError() throws {
    _ = message("error('warm up')")
    let before = Storage.statistics
    let script = """
      local net = lab.nn.Linear(10, 10)
      local loss = net(lab.ones{5, 10}):sum()
      keep = {net, loss}
      loss:backward()
      lab.ones{2}:sum(3)
      """
    XCTAssertTrue(message(script).contains("has 1 dimension"))
    XCTAssertEqual(Storage.statistics.blocks, before.blocks)
    XCTAssertEqual(Storage.statistics.bytes, before.bytes)
  }

  func testAChainOfAMillionOperations() throws {
    XCTAssertEqual(
      try run(
        """
        local x = lab.tensor(1):requires_grad_()
        local y = x
        for i = 1, 1000000 do y = y + x end
        y:backward()
        print(y:item(), x.grad:item())
        local z = x
        for i = 1, 1000000 do z = -z end
        z = nil
        collectgarbage()
        print(lab.memory().blocks < 100)
        """), "1000001.0\t1000001.0\ntrue\n")
  }

  func testTemporariesStayFlat() throws {
    Storage.releaseCache()
    Storage.resetPeak()
    let before = Storage.statistics.bytes
    let resident = Self.residentBytes
    XCTAssertEqual(
      try run(
        """
        local x, sum = lab.ones{100000}, 0
        for i = 1, 100000 do
          local y = x + i
          if i % 10000 == 0 then sum = sum + y[1]:item() end
        end
        print(sum, collectgarbage("count") < 20000)
        """), "550010.0\ttrue\n")
    XCTAssertLessThan(Storage.statistics.peak - before, 200_000_000)
    XCTAssertLessThan(Self.residentBytes - resident, 200_000_000)
  }

  func testMemoryTells() throws {
    XCTAssertEqual(
      try run(
        """
        collectgarbage()
        local before = lab.memory{reset_peak = true}
        local x = lab.zeros{1000}
        local view = x:reshape{10, 100}
        local held = lab.memory()
        print(held.bytes - before.bytes, held.blocks - before.blocks, held.peak - before.bytes, held.lua > 0)
        x, view = nil, nil
        collectgarbage()
        print(lab.memory().bytes - before.bytes, lab.memory().peak - before.bytes)
        """), "4000\t1\t4000\ttrue\n0\t4000\n")
    XCTAssertEqual(
      message("lab.memory{reset = true}"), "script.lua:1: memory: unknown option 'reset'; the options are reset_peak")
  }

  /// Bytes of physical memory that the process holds.
  private static var residentBytes: Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
    return (line.split(separator: " ").compactMap { Int($0) }.first ?? 0) * 1024
  }
}
