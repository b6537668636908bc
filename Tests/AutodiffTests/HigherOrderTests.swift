import Autodiff
import Foundation
import Tensors
import XCTest

/// Gradients of gradients where rules have a shorter way: slopes in one pass, transposed products, plain numbers.
final class HigherOrderTests: XCTestCase {
  private func leaf(_ values: [Double], _ shape: Shape) throws -> Tensor {
    let tensor = try Tensor.from(values, shape: shape, .float64)
    tensor.requiresGradient = true
    return tensor
  }

  /// The derivatives of `f` at `x` up to the third.
  private func derivatives(_ x: Double, _ f: (Tensor) throws -> Tensor) throws -> [Double] {
    let leaf = try leaf([x], [1])
    var y = try f(leaf).sum()
    var found: [Double] = []
    for _ in 0..<3 {
      guard y.requiresGradient else {
        found.append(0)
        continue
      }
      y = try Tensor.gradients(of: [y], withRespectTo: [leaf], createGraph: true, allowUnused: true)[0].sum()
      found.append(y.element(0))
    }
    return found
  }

  private func check(_ found: [Double], _ expected: [Double], _ name: String) {
    for (order, (a, b)) in zip(found, expected).enumerated() {
      XCTAssertEqual(a, b, accuracy: 1e-12, "\(name), order \(order + 1)")
    }
  }

  private func apply(_ name: String) -> (Tensor) throws -> Tensor {
    { x in
      guard let row = Operations.named(name), case .tensor(let y)? = try row([.tensor(x)]).first else { return x }
      return y
    }
  }

  func testThirdOrderOfSlopes() throws {
    for x in [-1.3, 0.0, 0.4, 2.0] {
      let t = tanh(x)
      let u = 1 - t * t
      check(try derivatives(x, apply("tanh")), [u, -2 * t * u, -2 * u * u + 4 * t * t * u], "tanh at \(x)")
      let s = 1 / (1 + exp(-x))
      let d = s * (1 - s)
      check(try derivatives(x, apply("sigmoid")), [d, d * (1 - 2 * s), d * (1 - 6 * d)], "sigmoid at \(x)")
      check(try derivatives(x, apply("square")), [2 * x, 2, 0], "square at \(x)")
    }
  }

  func testPowersWithPlainNumbers() throws {
    for x in [0.5, 1.7] {
      check(try derivatives(x) { try $0.power(2) * $0 }, [3 * x * x, 6 * x, 6], "x^2 x")
      check(try derivatives(x) { try $0.power(4) }, [4 * x * x * x, 12 * x * x, 24 * x], "x^4")
      check(try derivatives(x) { try 2 / $0 }, [-2 / (x * x), 4 / (x * x * x), -12 / (x * x * x * x)], "2 / x")
      check(try derivatives(x) { try ($0 / 4).power(2) }, [x / 8, 1 / 8, 0], "(x / 4)^2")
      check(try derivatives(x) { try 3 - $0 * 0.5 - 1 }, [-0.5, 0, 0], "3 - x / 2 - 1")
    }
    XCTAssertEqual(try derivatives(0) { try $0.power(2) + $0 }, [1, 2, 0])
  }

  /// The second derivative of a sum of products, in all layouts that gradients of products have.
  func testProductsOfBatches() throws {
    let shapes: [(Shape, Shape)] = [
      ([3, 4], [4, 2]), ([2, 3, 4], [4, 2]), ([2, 3, 4], [2, 4, 2]), ([3, 4], [2, 4, 2]), ([2, 3, 4], [1, 4, 2]),
    ]
    for (left, right) in shapes {
      let a = try leaf((0..<left.elementCount).map { Double($0 % 7) / 7 - 0.4 }, left)
      let b = try leaf((0..<right.elementCount).map { Double($0 % 5) / 5 - 0.3 }, right)
      func loss() throws -> Tensor { try a.matmul(b).power(2).sum() }
      func slopes() throws -> Tensor {
        let found = try Tensor.gradients(of: [loss()], withRespectTo: [a, b], createGraph: true)
        return try found[0].power(2).sum() + found[1].power(2).sum()
      }
      let found = try Tensor.gradients(of: [slopes()], withRespectTo: [a, b])
      for (tensor, gradient) in [(a, found[0]), (b, found[1])] {
        for i in 0..<tensor.count {
          let (step, value) = (1e-5, tensor.doubles[i])
          tensor.doubles[i] = value + step
          let above = try slopes().element(0)
          tensor.doubles[i] = value - step
          let below = try slopes().element(0)
          tensor.doubles[i] = value
          XCTAssertEqual(gradient.element(i), (above - below) / (2 * step), accuracy: 1e-6, "\(left) \(right) at \(i)")
        }
      }
    }
  }

  /// A rule that asks for gradients itself leaves the run around it as it was, also on nodes that both look at.
  func testGradientsInsideARule() throws {
    let x = try leaf([3], [1])
    let h = try x * 2
    let y = try Recording.without { try h * h }
    let tracked = Recording.custom("squared", result: y, inputs: [h]) { gradient, _ in
      let before = Recording.isOn
      Recording.isOn = true
      defer { Recording.isOn = before }
      let slope = try Tensor.gradients(of: [(h * h).sum()], withRespectTo: [h], retainGraph: true)[0]
      return [try gradient * slope.detached()]
    }
    let found = try Tensor.gradients(of: [tracked.sum()], withRespectTo: [h, x])
    XCTAssertEqual(found[0].element(0), 12)
    XCTAssertEqual(found[1].element(0), 24)
  }
}
