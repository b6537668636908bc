import XCTest

/// Layers that say where a token stands.
final class PositionLayerTests: XCTestCase {
  func testSinusoids() throws {
    XCTAssertEqual(
      try run(
        """
        local y = lab.nn.SinusoidalPositions(6)(lab.tensor({{1, 4}, {100, 2}}, "int64"), "float64")
        local worst = 0
        for n, row in ipairs{{1, 4}, {100, 2}} do
          for t, place in ipairs(row) do
            for i = 0, 2 do
              local angle = (place - 1) / 10000 ^ (2 * i / 6)
              worst = math.max(worst, math.abs(y[{n, t, 2 * i + 1}]:item() - math.sin(angle)), math.abs(y[{n, t, 2 * i + 2}]:item() - math.cos(angle)))
            end
          end
        end
        print(worst < 1e-14, y.shape, lab.nn.SinusoidalPositions(2)(lab.tensor({3}, "int64")).dtype)
        """), "true\t{2, 2, 6}\tfloat32\n")
  }

  /// Slopes of 8 heads are 1/2, 1/4, ..., 1/256; of 3 heads those of 2, and the first of 4.
  func testAlibi() throws {
    XCTAssertEqual(
      try run(
        """
        local eight = lab.nn.AlibiPositions(8)(2, 3, {causal = true, dtype = "float64"})
        print(eight.shape, eight[{1, 1}], eight[{1, 8, 1, 2}]:item() * 256)
        local three = lab.nn.AlibiPositions(3)(2, 3)
        print(three[{1, {}, 1, 3}])
        print(three[{1, 1}])
        """),
      """
      {1, 8, 1, 3}\t{{-1.0000, -0.5000,  0.0000}} float64 {1, 3}\t-1.0
      {-0.0625, -0.0039, -0.2500} float32 {3}
      {{-0.0625,  0.0000, -0.0625},
       {-0.1250, -0.0625,  0.0000}} float32 {2, 3}

      """)
  }

  /// Buckets worked out by hand from the paper's rule: half of them single distances, the others growing by equal factors.
  func testRelativeBuckets() throws {
    XCTAssertEqual(
      try run(
        """
        local function row(positions, from, to)
          local list = {}
          for distance = from, to do list[#list + 1] = positions:bucket(distance) end
          return table.concat(list, " ")
        end
        -- 4 buckets a side: 0, 1, then 2 to 5 and 6 or more, as log(d / 2) / log(8) reaches a half at 5.7.
        print(row(lab.nn.RelativePositions(2, {buckets = 8, max_distance = 16}), -8, 8))
        -- All 8 before the query: 0 to 3, then 4 5, 6 7, 8 to 11, 12 and more: log(d / 4) / log(4) in quarters.
        print(row(lab.nn.RelativePositions(2, {buckets = 8, max_distance = 16, causal = true}), -20, 2))
        local positions = lab.nn.RelativePositions(2, {buckets = 8, max_distance = 16})
        for _, sizes in ipairs{{3, 3}, {1, 5}, {2, 4}} do
          local y, right = positions(sizes[1], sizes[2]), true
          for t = 1, sizes[1] do
            for s = 1, sizes[2] do
              local wanted = positions.weight[positions:bucket(s - (t + sizes[2] - sizes[1]))]
              right = right and y[{1, {}, t, s}]:detach():equal(wanted:detach())
            end
          end
          print(y.shape, right)
        end
        """),
      """
      4 4 4 3 3 3 3 2 1 6 7 7 7 7 8 8 8
      8 8 8 8 8 8 8 8 8 7 7 7 7 6 6 5 5 4 3 2 1 1 1
      {1, 2, 3, 3}\ttrue
      {1, 2, 1, 5}\ttrue
      {1, 2, 2, 4}\ttrue

      """)
  }

  func testRMSNorm() throws {
    XCTAssertEqual(
      try run(
        """
        local norm = lab.nn.RMSNorm(3):to("float64")
        lab.no_grad(function() norm.weight:copy_(lab.tensor({1, 2, -1}, "float64")) end)
        local y = norm(lab.tensor({{1, 2, 6}, {0, 0, 0}}, "float64"))
        local root = math.sqrt(41 / 3 + 1e-6)
        print((y[1] - lab.tensor({1 / root, 4 / root, -6 / root}, "float64")):abs():max():item() < 1e-15, y[2]:abs():max():item() == 0)
        """), "true\ttrue\n")
  }
}
