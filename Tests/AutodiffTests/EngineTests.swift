import Autodiff
import Basics
import Tensors
import XCTest

/// The walk over recorded graphs.
final class EngineTests: XCTestCase {
  private func leaf(_ values: [Double], _ dtype: DType = .float64) throws -> Tensor {
    let x = try Tensor.from(values, shape: [values.count], dtype)
    x.requiresGradient = true
    return x
  }

  private func message(_ body: () throws -> Void) -> String {
    do { try body() } catch { return "\(error)" }
    return "nothing was thrown"
  }

  func testAMillionOperationsNeitherRecurseNorOverflow() throws {
    let blocks = Storage.statistics.blocks
    do {
      let x = try leaf([1], .float32)
      var y = x
      for _ in 0..<1_000_000 { y = try y + 1 }
      try y.sum().backward()
      XCTAssertEqual(x.gradient?.toDoubles(), [1])
      XCTAssertEqual(y.toDoubles(), [1_000_001])
    }
    do {
      // Released without a walk.
      let x = try leaf([1], .float32)
      var y = x
      for _ in 0..<1_000_000 { y = try y + 1 }
    }
    XCTAssertEqual(Storage.statistics.blocks, blocks)
  }

  func testPathsThatMeetAddUp() throws {
    let x = try leaf([3])
    // Twenty diamonds: 2^20 paths, twenty steps.
    var y = x
    for _ in 0..<20 { y = try y + y }
    try y.sum().backward()
    XCTAssertEqual(x.gradient?.toDoubles(), [Double(1 << 20)])
  }

  func testASumOfPathsIsNotSharedBetweenInputs() throws {
    let a = try leaf([1])
    let b = try leaf([2])
    let s = try a + b
    // The gradient of s is summed from three paths, then handed to both a and b; b gets more on top.
    try (s + s + s + b).sum().backward()
    XCTAssertEqual(a.gradient?.toDoubles(), [3])
    XCTAssertEqual(b.gradient?.toDoubles(), [4])
  }

  func testGradientsAccumulateOverCalls() throws {
    let x = try leaf([2, 5])
    try (x * x).sum().backward()
    try (x * x).sum().backward()
    XCTAssertEqual(x.gradient?.toDoubles(), [8, 20])
  }

  func testAccumulatingNeverWritesIntoTheStartingGradient() throws {
    let x = try leaf([2, 5])
    let seed = try Tensor.from([1, 1], shape: [2], .float64)
    for _ in 0..<3 { try x.clone().backward(seed: seed, createGraph: true) }
    for _ in 0..<3 { try x.clone().backward(seed: seed) }
    XCTAssertEqual(seed.toDoubles(), [1, 1])
    XCTAssertEqual(x.gradient?.toDoubles(), [6, 6])
  }

  func testASecondWalkIsRefusedUnlessTheGraphIsRetained() throws {
    let x = try leaf([2])
    let y = try x.exp().sum()
    try y.backward()
    XCTAssertEqual(
      message { try y.backward() },
      "the graph behind 'sum' was freed by an earlier backward; pass {retain_graph = true} to the first call to walk it twice"
    )
    let z = try (x * x).sum()
    try z.backward(retainGraph: true)
    x.gradient = nil
    try z.backward()
    XCTAssertEqual(x.gradient?.toDoubles(), [4])
  }

  func testAChangeInPlaceOfAValueThatIsNeededIsNoticed() throws {
    let x = try leaf([1, 2])
    let y = try x * 3
    let z = try (y * y).sum()
    try y.assign(.zeros([2], .float64))
    XCTAssertEqual(
      message { try z.backward() },
      "a tensor that the gradient of 'mul' needs was changed in place afterwards; use the out-of-place form, or change it before"
    )
    // A sum needs no values.
    let w = try (x * 3)
    let total = try w.sum()
    try w.assign(.zeros([2], .float64))
    try total.backward()
    XCTAssertEqual(x.gradient?.toDoubles(), [3, 3])
  }

  func testStartingPoints() throws {
    let x = try leaf([1, 2, 3])
    XCTAssertEqual(
      message { try (x * 2).backward() },
      "only a single number has a gradient by itself; this tensor has shape {3}: reduce it with :sum() or :mean(), or pass a starting gradient"
    )
    XCTAssertEqual(
      message { try (x * 2).backward(seed: .ones([2], .float64)) },
      "the starting gradient has shape {2}, the tensor {3}")
    XCTAssertEqual(
      message { try Tensor.ones([1]).backward() },
      "this tensor does not depend on anything that requires a gradient; call :requires_grad_() on what should be learned"
    )
    try (x * 2).backward(seed: .from([1, 10, 100], shape: [3], .float64))
    XCTAssertEqual(x.gradient?.toDoubles(), [2, 20, 200])
  }

  func testNothingIsRecordedWithoutRecording() throws {
    let x = try leaf([1, 2])
    let y = try Recording.without { try x.exp() }
    XCTAssertFalse(y.requiresGradient)
    XCTAssertNil(y.history)
    XCTAssertTrue(Recording.isOn)
    struct Stop: Error {}
    XCTAssertThrowsError(try Recording.without { throw Stop() })
    XCTAssertTrue(Recording.isOn)
    XCTAssertNil(try Tensor.ones([2]).exp().history)
  }

  func testAFailedWalkLeavesTheGraphUsable() throws {
    struct Stop: Error {}
    let x = try leaf([2])
    let y = try x * x
    var fails = true
    try y.addGradientHook { _ in
      if fails { throw Stop() }
      return nil
    }
    let z = try (y + y).sum()
    XCTAssertThrowsError(try z.backward(retainGraph: true))
    XCTAssertNil(x.gradient)
    fails = false
    try z.backward()
    XCTAssertEqual(x.gradient?.toDoubles(), [8])
  }

  func testHooksSeeTheWholeGradientAndMayReplaceIt() throws {
    let x = try leaf([1, 2])
    let y = try x * 2
    var seen: [[Double]] = []
    try y.addGradientHook { gradient in
      seen.append(gradient.toDoubles())
      return try gradient * 10
    }
    try (y + y).sum().backward()
    XCTAssertEqual(seen, [[2, 2]])
    XCTAssertEqual(x.gradient?.toDoubles(), [40, 40])
    XCTAssertThrowsError(try x.addGradientHook { _ in nil })
  }

  func testTemporariesAreFreedAtOnce() throws {
    let x = try Tensor.ones([256])
    let (blocks, bytes) = (Storage.statistics.blocks, Storage.statistics.bytes)
    Storage.resetPeak()
    var y = x
    for _ in 0..<100_000 { y = try y * 1.0 }
    XCTAssertLessThanOrEqual(Storage.statistics.peak - bytes, 4 * 1024)
    y = x
    XCTAssertEqual(Storage.statistics.blocks, blocks)
  }

  func testStepsOfTrainingStayFlat() throws {
    let w = try leaf([0.5, -0.5])
    let x = try Tensor.from([1, 2], shape: [2], .float64)
    var peaks: [Int] = []
    for _ in 0..<50 {
      Storage.resetPeak()
      try (w * x).tanh().sum().backward()
      peaks.append(Storage.statistics.peak)
    }
    XCTAssertEqual(peaks[2], peaks[49])
  }
}
