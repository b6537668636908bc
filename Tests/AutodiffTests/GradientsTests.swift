import Autodiff
import Basics
import Tensors
import XCTest

/// Gradients as values: of chosen inputs, of higher order.
final class GradientsTests: XCTestCase {
  private func leaf(_ values: [Double]) throws -> Tensor {
    let x = try Tensor.from(values, shape: [values.count], .float64)
    x.requiresGradient = true
    return x
  }

  private func message(_ body: () throws -> Void) -> String {
    do { try body() } catch { return "\(error)" }
    return "nothing was thrown"
  }

  func testTheHessianOfACube() throws {
    let x = try leaf([1, -2, 3])
    let y = try (x * x * x).sum()
    let first = try Tensor.gradients(of: [y], withRespectTo: [x], createGraph: true)[0]
    XCTAssertEqual(first.toDoubles(), [3, 12, 27])
    var hessian: [[Double]] = []
    for i in 0..<3 {
      let row = try Tensor.gradients(of: [first.select(0, i)], withRespectTo: [x], createGraph: true)[0]
      hessian.append(row.toDoubles())
      let third = try Tensor.gradients(of: [row.sum()], withRespectTo: [x], retainGraph: true)[0].toDoubles()
      XCTAssertEqual(third, (0..<3).map { $0 == i ? 6.0 : 0.0 })
    }
    XCTAssertEqual(hessian, [[6, 0, 0], [0, -12, 0], [0, 0, 18]])
  }

  func testBackwardThroughAGradient() throws {
    let x = try leaf([2])
    let g = try Tensor.gradients(of: [(x.power(3)).sum()], withRespectTo: [x], createGraph: true)[0]
    try (g * g).sum().backward()
    // d/dx (3 x^2)^2 = 36 x^3
    XCTAssertEqual(try XCTUnwrap(x.gradient).toDoubles()[0], 288, accuracy: 1e-10)
  }

  func testOnlyTheInputsAskedForReceiveGradients() throws {
    let a = try leaf([2])
    let b = try leaf([3])
    let y = try (a * b).sum()
    let gradients = try Tensor.gradients(of: [y], withRespectTo: [b])
    XCTAssertEqual(gradients.map { $0.toDoubles() }, [[2]])
    XCTAssertNil(a.gradient)
    XCTAssertNil(b.gradient)
  }

  func testUnusedInputs() throws {
    let a = try leaf([2])
    let b = try leaf([3, 4])
    let constant = try Tensor.ones([2], .float64)
    XCTAssertEqual(
      message { _ = try Tensor.gradients(of: [a.exp().sum()], withRespectTo: [a, b]) },
      "the output does not depend on input 2; pass {allow_unused = true} to get zeros for it")
    XCTAssertEqual(
      message { _ = try Tensor.gradients(of: [a.exp().sum()], withRespectTo: [constant]) },
      "input 1 does not require a gradient; call :requires_grad_() on it before it is used")
    let found = try Tensor.gradients(of: [(a * 2).sum()], withRespectTo: [a, b, constant], allowUnused: true)
    XCTAssertEqual(found.map { $0.toDoubles() }, [[2], [0, 0], [0, 0]])
  }

  func testAnInputNamedTwiceGetsItsGradientTwice() throws {
    let a = try leaf([2])
    let b = try a * 3
    let found = try Tensor.gradients(of: [(b * b).sum()], withRespectTo: [a, b, a, b])
    XCTAssertEqual(found.map { $0.toDoubles() }, [[36], [12], [36], [12]])
  }

  func testResultsInTheMiddle() throws {
    let x = try leaf([2])
    let y = try x * 3
    let z = try y * y
    XCTAssertEqual(
      try Tensor.gradients(of: [z.sum()], withRespectTo: [y, x, z]).map { $0.toDoubles() }, [[12], [36], [1]])
  }

  func testSeveralOutputsWithWeights() throws {
    let x = try leaf([2])
    let outputs = [try x * 3, try x * x]
    let seeds = [try Tensor.full([1], 10, .float64), try Tensor.full([1], 100, .float64)]
    XCTAssertEqual(try Tensor.gradients(of: outputs, seeds: seeds, withRespectTo: [x])[0].toDoubles(), [430])
    XCTAssertEqual(
      message { _ = try Tensor.gradients(of: outputs, seeds: [], withRespectTo: [x]) },
      "2 outputs need as many starting gradients, found 0")
  }

  func testGradientsDoNotHoldTheGraph() throws {
    let x = try leaf([2, 3])
    let before = Storage.statistics.blocks
    do {
      let g = try Tensor.gradients(of: [x.exp().sum()], withRespectTo: [x], createGraph: true)[0]
      _ = try Tensor.gradients(of: [g.sum()], withRespectTo: [x], createGraph: true)
    }
    XCTAssertEqual(Storage.statistics.blocks, before)
  }
}
