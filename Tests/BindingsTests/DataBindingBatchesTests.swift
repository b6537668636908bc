import XCTest

final class DataBindingBatchesTests: XCTestCase {
  func testEveryRowOnceInAnEpoch() throws {
    XCTAssertEqual(
      try run(
        """
        local set = lab.data.iris()
        local seen, rows, last = {}, 0, nil
        for step, batch in set:batches(40) do
          for _, id in ipairs(batch.ids:totable()) do assert(not seen[id]); seen[id] = true end
          assert(batch.x:equal(set:gather(batch.ids).x))
          rows, last = rows + #batch, step
        end
        print(rows, last)
        """), "150\t4\n")
  }

  func testLimits() throws {
    XCTAssertEqual(
      try run(
        """
        local set = lab.data.iris()
        local function sizes(options)
          local list = {}
          for _, batch in set:batches(100, options) do list[#list + 1] = #batch end
          return table.concat(list, " ")
        end
        print(sizes{steps = 3}, sizes{presentations = 250}, sizes{epochs = 2}, sizes{epochs = 2, drop_last = true})
        local first
        for _, batch in set:batches(3, {steps = 1, shuffle = false}) do first = batch end
        print(first.ids:totable()[3], first.step, first.epoch)
        """), "100 100 100\t100 100 50\t100 50 100 50\t100 100\n3\t1\t1\n")
  }

  func testStateResumesExactly() throws {
    for (name, maker) in [
      ("data set", "set:batches(32, {steps = 9, rng = rng})"),
      ("curriculum", "set:order{by = 'size', pace = lab.pace.linear(0.1)}:batches(32, {steps = 9, rng = rng})"),
      ("mixture", "lab.data.mix({set, set:take(60)}, {ratios = {0.7, 0.3}}):batches(32, {steps = 9, rng = rng})"),
      (
        "stream",
        "lab.data.stream(function(r, i) return {x = r:normal() + i} end, {buffer = 20}):batches(32, {steps = 9, rng = rng})"
      ),
    ] {
      XCTAssertEqual(
        try run(
          """
          local set = lab.data.iris()
          set = set:with("size", set.x:sum(2))
          local function make(seed) local rng = lab.rng(seed); return \(maker) end
          local it = make(1)
          for _ = 1, 4 do it() end
          local state = it:state()
          local other = make(2):restore(state)
          local steps = 0
          for step, batch in it do
            local again, same = other()
            assert(step == again and batch:fingerprint() == same:fingerprint())
            steps = steps + 1
          end
          print(steps, other())
          """), "5\tnil\n", name)
    }
  }

  func testOrderings() throws {
    XCTAssertEqual(
      try run(
        """
        local set = lab.data.from({ n = {3, 1, 2, 4}, g = {2, 1, 2, 1} }, {dtype = {g = "int64"}})
        local function ids(order) return table.concat(set:order(order):ids(1, lab.rng(1)):totable(), " ") end
        print(ids"sequential", ids{by = "n"}, ids{by = set.n * -1}, ids{by = "n", reverse = true}, ids{permutation = {4, 3, 2, 1}})
        print(set:order{by = "n"}:reversed():ids():totable()[1], ids{by = "n", pace = lab.pace.constant(0.25)})
        local cyclic = set:order{by = "n", cyclical = true}
        print(cyclic:ids(2):totable()[1], cyclic:fingerprint() ~= set:order{by = "n"}:fingerprint(), #cyclic:fingerprint())
        local blocks = set:order{group = "g"}:ids(1):totable()
        print(set.g[blocks[1]]:item(), set.g[blocks[4]]:item())
        """),
      "1 2 3 4\t2 3 1 4\t4 1 3 2\t4 1 3 2\t4 3 2 1\n4\t2 2 2 2\n4\ttrue\t16\n1\t2\n")
  }

  func testPaces() throws {
    XCTAssertEqual(
      try run(
        """
        print(lab.pace.linear(0.2, 1, 4):at(3), lab.pace.step{ {1, 0.25}, {10, 1} }:at(9), lab.pace.cycle{from = 0.25}:at(1, {epoch = 2}))
        print(lab.pace.custom(function(step) return step < 5 and 0.5 or 2 end):at(7), lab.pace.constant(0.5))
        print(lab.pace.root(0.5, 1, {epochs = 2, p = 2}):at(1), lab.pace.exponential(0.25):at(1, {progress = 0.5}))
        """), "0.6\t0.25\t0.5\n1.0\tpace: constant 0.5\n0.5\t0.5\n")
  }

  func testMixturesFollowTheSchedule() throws {
    XCTAssertEqual(
      try run(
        """
        local set = lab.data.iris()
        local mix = lab.data.mix({set:take(50), set:skip(50)}, {ratios = function(step) return {step - 1, 3 - step} end})
        for step, batch in mix:batches(10, {steps = 3}) do print(#batch, batch.source:eq(1):sum():item()) end
        """), "10\t0\n10\t5\n10\t10\n")
  }

  func testBatchesMayBeChangedAndGivenAGradient() throws {
    XCTAssertEqual(
      try run(
        """
        local set = lab.data.iris()
        local before = set:fingerprint()
        for _, batch in set:batches(10, {steps = 2}) do
          batch.y:fill_(1)
          batch.x:requires_grad_()
          batch.x:sum():backward()
          assert(batch.x.grad:sum():item() == 40)
        end
        print(set:fingerprint() == before, set.x.requires_grad)
        """), "true\tfalse\n")
  }
}
