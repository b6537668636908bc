import Basics
import Foundation
import Kernels
import Learn
import Tensors
import XCTest

final class OptimizerTests: XCTestCase {
  private func advance(_ optimizer: Optimizer, _ parameters: [Tensor], steps: ClosedRange<Int>) throws {
    for step in steps {
      for parameter in parameters {
        let slopes = parameter.toDoubles().map { cos(3 * $0) + 0.1 * Double(step) * $0 }
        parameter.gradient = try .from(slopes, shape: parameter.shape, parameter.dtype)
      }
      try optimizer.step()
    }
  }

  func testEachOfTenStepsAgreesWithStoredNumbers() throws {
    for golden in OptimizerGolden.all {
      XCTAssertEqual(golden.trace.count, 10)
      for (dtype, tolerance) in [(DType.float64, 1e-11), (.float32, 2e-4)] {
        let p = try leaf(golden.start, dtype, shape: Shape(golden.shape))
        let optimizer = try Optimizer(Optimizers.named(golden.name), [("p", p)], golden.options)
        for (index, wanted) in golden.trace.enumerated() {
          try advance(optimizer, [p], steps: (index + 1)...(index + 1))
          assertClose(
            p.toDoubles(), wanted, tolerance, "\(golden.name) \(golden.options) \(dtype) step \(index + 1)")
        }
      }
    }
    XCTAssertEqual(
      Set(OptimizerGolden.all.map(\.name)), Set(Optimizers.all.filter { $0.makeSolver == nil }.map(\.name)),
      "every optimizer has stored numbers (those of solvers are in LossSolverTests)")
  }

  func testFivePlusFiveStepsEqualTen() throws {
    for golden in OptimizerGolden.all {
      for dtype in [DType.float32, .float64] {
        let start = (0..<40).map { sin(Double($0)) }
        let shape: Shape = golden.shape.count == 2 ? [5, 8] : [40]
        let straight = try leaf(start, dtype, shape: shape)
        let kind = try Optimizers.named(golden.name)
        try advance(Optimizer(kind, [("p", straight)], golden.options), [straight], steps: 1...10)

        let first = try leaf(start, dtype, shape: shape)
        let before = try Optimizer(kind, [("p", first)], golden.options)
        try advance(before, [first], steps: 1...5)
        let (weights, state) = try withTemporaryFolder { folder in
          try Safetensors.write(Weights([("p", first)]), to: folder + "/p.safetensors")
          try Safetensors.write(before.state(), to: folder + "/state.safetensors")
          return (
            try Safetensors.read(folder + "/p.safetensors").weights,
            try Safetensors.read(folder + "/state.safetensors").weights
          )
        }
        // Saving must not tie the copies to the run that goes on.
        try advance(before, [first], steps: 6...10)
        let second = try weights.tensor("p").copy()
        second.requiresGradient = true
        let after = try Optimizer(kind, [("p", second)])
        // Options are part of the state.
        try after.load(state)
        try advance(after, [second], steps: 6...10)
        XCTAssertEqual(second.toDoubles(), straight.toDoubles(), "\(golden.name) \(golden.options)")
        XCTAssertEqual(first.toDoubles(), straight.toDoubles())
      }
    }
  }

  func testBitsDoNotDependOnThreads() throws {
    let before = Parallel.threads
    defer { Parallel.threads = before }
    for kind in Optimizers.all where kind.makeSolver == nil {
      var results: [[Double]] = []
      for threads in [1, 2, 3] {
        Parallel.threads = threads
        let p = try leaf((0..<90_000).map { sin(Double($0)) }, .float32, shape: [300, 300])
        try advance(Optimizer(kind, [("p", p)]), [p], steps: 1...2)
        results.append(p.toDoubles())
      }
      XCTAssertEqual(results[0], results[1], kind.name)
      XCTAssertEqual(results[0], results[2], kind.name)
    }
  }

  func testGroupsHaveTheirOwnOptionsAndParametersWithoutGradientStay() throws {
    let a = try leaf([1, 2])
    let b = try leaf([1, 2])
    let c = try leaf([5])
    let optimizer = try Optimizer(
      SGD.kind, groups: [([("a", a), ("c", c)], []), ([("b", b)], [("lr", .number(0.5))])], [("lr", .number(0.1))])
    a.gradient = try .from([1, -1], shape: [2], .float64)
    b.gradient = try .from([1, -1], shape: [2], .float64)
    let version = a.version
    try optimizer.step()
    XCTAssertGreaterThan(a.version, version)
    assertClose(a.toDoubles(), [0.9, 2.1], 1e-15)
    assertClose(b.toDoubles(), [0.5, 2.5], 1e-15)
    XCTAssertEqual(c.toDoubles(), [5])
    try optimizer.setLearningRate(0)
    try optimizer.step()
    assertClose(b.toDoubles(), [0.5, 2.5], 1e-15)
    optimizer.zeroGradient()
    XCTAssertNil(a.gradient)
  }

  func testStridedParameters() throws {
    let whole = try Tensor.from([1, 2, 3, 4], shape: [2, 2], .float64)
    let view = whole.transposedView(0, 1)
    view.requiresGradient = true
    view.gradient = try .from([10, 20, 30, 40], shape: [2, 2], .float64)
    try Optimizer(SGD.kind, [("p", view)], [("lr", .number(0.1))]).step()
    XCTAssertEqual(whole.toDoubles(), [0, -1, 1, 0])
  }

  func testErrors() throws {
    let p = try leaf([1])
    XCTAssertEqual(
      failure { try Optimizer(AdamW.kind, [("p", p)], [("weight_deacy", .number(1))]) }?.message,
      "unknown option 'weight_deacy'; did you mean 'weight_decay'?")
    XCTAssertEqual(
      failure { try Optimizer(AdamW.kind, [("p", p)], [("lr", .number(-1))]) }?.message,
      "'lr' must be a number of at least 0, found -1")
    XCTAssertEqual(
      failure { try Optimizer(AdamW.kind, [("p", p)], [("betas", .numbers([0.9, 1]))]) }?.message,
      "'betas' must be a number of at least 0 and below 1, found 1")
    XCTAssertEqual(
      failure { try Optimizer(SGD.kind, [("p", p)], [("nesterov", .number(1))]) }?.message,
      "'nesterov' must be true or false, found a number")
    XCTAssertEqual(
      failure { try Optimizer(SGD.kind, []) }?.message, "an optimizer needs at least one parameter, found none")
    XCTAssertEqual(failure { try Optimizer(SGD.kind, [("p", p), ("q", p)]) }?.message, "parameter 'q' is given twice")
    XCTAssertEqual(
      failure { try Optimizers.named("AdmaW") }?.message, "unknown optimizer 'AdmaW'; did you mean 'AdamW'?")
    XCTAssertEqual(failure { try Optimizer(SGD.kind, [("p", p)], [("lr", .number(.nan))]) }?.kind, .range)

    let q = try leaf([1, 2])
    let a = try Optimizer(Adam.kind, [("q", q)])
    q.gradient = try .ones([2], .float64)
    try a.step()
    let other = try leaf([1, 2, 3])
    XCTAssertEqual(failure { try Optimizer(Adam.kind, [("q", other)]).load(a.state()) }?.kind, .shape)
    XCTAssertEqual(failure { try Optimizer(Lion.kind, [("q", q)]).load(a.state()) }?.kind, .argument)
    p.gradient = try .ones([2], .float64)
    XCTAssertEqual(failure { try Optimizer(SGD.kind, [("p", p)]).step() }?.kind, .shape)
  }

  func testClipping() throws {
    let a = try leaf([0, 0])
    let b = try leaf([0], .float32)
    let c = try leaf([0])
    a.gradient = try .from([3, 0], shape: [2], .float64)
    b.gradient = try .from([4], shape: [1], .float32)
    let report = try Clip.norm([a, b, c], limit: 1)
    XCTAssertEqual(report.norm, 5)
    XCTAssertTrue(report.isClipped && report.isFinite)
    assertClose(a.gradient!.toDoubles(), [0.6, 0], 1e-15)
    assertClose(b.gradient!.toDoubles(), [0.8], 1e-7)
    XCTAssertFalse(try Clip.norm([a, b], limit: 10).isClipped)
    try Clip.values([a, b], limit: 0.7)
    assertClose(a.gradient!.toDoubles() + b.gradient!.toDoubles(), [0.6, 0, 0.7], 1e-7)
    a.gradient = try .from([.nan, 1], shape: [2], .float64)
    XCTAssertFalse(try Clip.norm([a], limit: 1).isFinite)
    XCTAssertEqual(a.gradient!.toDoubles()[1], 1)
    XCTAssertNotNil(failure { try Clip.norm([a], limit: 0) })
  }

  func testWeightAverage() throws {
    let p = try leaf([1, 2])
    let average = try WeightAverage([("p", p)], decay: 0.9)
    try p.assign(.from([2, 0], shape: [2], .float64))
    try average.update()
    assertClose(try average.weights().tensor("p").toDoubles(), [1.1, 1.8], 1e-15)
    let saved = try average.weights()
    try average.update()
    assertClose(try average.weights().tensor("p").toDoubles(), [1.19, 1.62], 1e-15)
    let again = try WeightAverage([("p", p)], decay: 0.9)
    try again.load(saved, updates: 1)
    try again.update()
    XCTAssertEqual(try again.weights().tensor("p").toDoubles(), try average.weights().tensor("p").toDoubles())
  }
}
