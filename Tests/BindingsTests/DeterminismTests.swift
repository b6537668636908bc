import Kernels
import XCTest

/// The same script gives the same bits at any number of threads and in any order of the tiles.
final class DeterminismTests: XCTestCase {
  private static let script = """
    local train, test = lab.data.digits():split(0.8, {rng = lab.rng(4)})
    local net = lab.nn.Sequential{
      lab.nn.Linear(64, 300), lab.nn.LayerNorm(300), lab.nn.GELU(), lab.nn.Dropout(0.1),
      lab.nn.Linear(300, 300), lab.nn.BatchNorm1d(300), lab.nn.ReLU(), lab.nn.Linear(300, 10),
    }
    local opt = lab.optim.AdamW(net, {lr = 1e-3, weight_decay = 0.1})
    local last
    for step, batch in train:batches(500, {steps = 6, rng = lab.rng(1)}) do
      last = opt:minimize(lab.nn.cross_entropy(net(batch.x), batch.y, {label_smoothing = 0.1}), {clip = 1})
    end
    net:eval()
    local sums = {}
    for name, tensor in pairs(net:weights()) do
      local sum = 0
      for _, value in ipairs(tensor:reshape{-1}:totable()) do
        sum = (sum * 31 + string.unpack("<I4", string.pack("<f", value))) & 0xffffffffffff
      end
      sums[#sums + 1] = sum
    end
    local logits = net(test.x)
    print(string.format("%.17g %.17g", last, logits:logsumexp(2):sum():item()), table.concat(sums, " "))
    print(logits:softmax(2):std(1):totable()[3], (test.x:transpose(1, 2):matmul(test.x)):sum():item())
    """

  override func tearDown() {
    Parallel.threads = 1
    Parallel.scrambleOrder(0)
  }

  func testThreadsAndOrderOfTiles() throws {
    Parallel.threads = 1
    let expected = try run(Self.script)
    XCTAssertGreaterThan(expected.count, 100)
    for threads in [1, 2, 3] {
      Parallel.threads = threads
      XCTAssertEqual(try run(Self.script), expected, "\(threads) threads")
    }
    for seed in [1, 2, 3] as [UInt64] {
      Parallel.scrambleOrder(seed)
      XCTAssertEqual(try run(Self.script), expected, "tiles scrambled by \(seed)")
    }
  }

  func testAnotherSeedGivesOtherNumbers() throws {
    XCTAssertNotEqual(
      try run("lab.manual_seed(1) print(lab.randn{3})"), try run("lab.manual_seed(2) print(lab.randn{3})"))
    XCTAssertEqual(try run("lab.manual_seed(1) print(lab.randn{3})"), try run("lab.manual_seed(1) print(lab.randn{3})"))
  }

  func testADropoutDoesNotChangeOtherStreams() throws {
    let rest = """
      local before = lab.nn.Linear(3, 3)
      MIDDLE
      local ids
      for _, batch in lab.data.iris():batches(5, {steps = 1}) do ids = batch.ids end
      print(before.weight:sum():item(), ids, lab.rand{2})
      """
    XCTAssertEqual(
      try run(rest.replacingOccurrences(of: "MIDDLE", with: "")),
      try run(rest.replacingOccurrences(of: "MIDDLE", with: "lab.nn.Dropout(0.5)(lab.ones{100})")))
  }
}
