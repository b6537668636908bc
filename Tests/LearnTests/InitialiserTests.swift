import Basics
import Foundation
import Kernels
import Learn
import Tensors
import XCTest

final class InitialiserTests: XCTestCase {
  private func filled(
    _ name: String, _ shape: Shape, _ options: [(String, SettingValue)] = [], _ dtype: DType = .float64
  ) throws -> [Double] {
    var stream = RandomStream(seed: 3, name: name)
    let tensor = try Tensor.zeros(shape, dtype)
    try Initialisers.named(name).fill(tensor, options.map { (name: $0.0, value: $0.1) }, &stream)
    return tensor.toDoubles()
  }

  private func deviation(_ values: [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
  }

  func testSpreads() throws {
    let shape: Shape = [200, 50]
    let cases: [(String, [(String, SettingValue)], Double)] = [
      ("normal", [("std", .number(0.5))], 0.5), ("uniform", [("low", .number(-1))], 2 / 12.0.squareRoot()),
      ("xavier_uniform", [], (2 / 250.0).squareRoot()),
      ("xavier_normal", [("gain", .number(3))], 3 * (2 / 250.0).squareRoot()),
      ("kaiming_uniform", [("nonlinearity", .text("relu"))], (2 / 50.0).squareRoot()),
      ("kaiming_normal", [("mode", .text("fan_out")), ("nonlinearity", .text("tanh"))], 5 / 3 / 200.0.squareRoot()),
      // The variance of the normal law cut at two standard deviations.
      ("truncated_normal", [], 0.879626),
    ]
    for (name, options, wanted) in cases {
      let values = try filled(name, shape, options)
      // Five standard errors of 10,000 draws.
      XCTAssertEqual(deviation(values) / wanted, 1, accuracy: 5 / (2 * 10_000.0).squareRoot(), name)
      XCTAssertEqual(values.reduce(0, +) / 10_000, 0, accuracy: 5 * wanted / 100, name)
    }
    XCTAssertTrue(
      try filled("truncated_normal", shape, [("low", .number(0.5)), ("high", .number(0.6))]).allSatisfy {
        (0.5...0.6).contains($0)
      })
    XCTAssertTrue(try filled("xavier_uniform", shape).allSatisfy { abs($0) <= (6 / 250.0).squareRoot() })
  }

  func testOrthogonal() throws {
    for (rows, columns) in [(5, 8), (8, 5), (6, 6), (1, 4)] {
      let w = try filled("orthogonal", [rows, columns], [("gain", .number(2))])
      let few = min(rows, columns)
      for i in 0..<few {
        for j in 0..<few {
          let dot = (0..<max(rows, columns)).reduce(0.0) { sum, k in
            sum + (rows <= columns ? w[i * columns + k] * w[j * columns + k] : w[k * columns + i] * w[k * columns + j])
          }
          XCTAssertEqual(dot, i == j ? 4 : 0, accuracy: 1e-13)
        }
      }
    }
  }

  func testConstantsAndReproducibility() throws {
    XCTAssertEqual(try filled("eye", [2, 3]), [1, 0, 0, 0, 1, 0])
    XCTAssertEqual(try filled("constant", [2], [("value", .number(7))], .float32), [7, 7])
    XCTAssertEqual(try filled("ones", [2]), [1, 1])
    XCTAssertEqual(try filled("normal", [9], [], .float32), try filled("normal", [9]).map { Double(Float($0)) })
    var stream = RandomStream(seed: 3, name: "x")
    let a = try Tensor.zeros([4])
    let b = try Tensor.zeros([4])
    try Initialisers.named("normal").fill(a, [], &stream)
    try Initialisers.named("normal").fill(b, [], &stream)
    XCTAssertNotEqual(a.toDoubles(), b.toDoubles())
  }

  func testErrors() throws {
    XCTAssertEqual(failure { try filled("xavier_uniform", [3]) }?.kind, .shape)
    XCTAssertEqual(failure { try filled("orthogonal", [3]) }?.kind, .shape)
    XCTAssertEqual(failure { try filled("kaiming_normal", [0, 3]) }?.kind, .shape)
    XCTAssertEqual(failure { try filled("zeros", [3], [], .int64) }?.kind, .dtype)
    XCTAssertEqual(
      failure { try filled("truncated_normal", [3], [("low", .number(900)), ("high", .number(901))]) }?.kind, .range)
    XCTAssertEqual(
      failure { try filled("kaiming_normal", [3, 3], [("nonlinearity", .text("rellu"))]) }?.message,
      "'nonlinearity' must be one of 'linear', 'relu', 'leaky_relu', 'tanh', 'sigmoid', 'selu', found 'rellu'; did you mean 'relu'?"
    )
  }

  func testDropout() throws {
    var stream = RandomStream(seed: 1, name: "dropout")
    let x = try leaf([Double](repeating: 1, count: 100_000), .float32)
    let y = try Dropout.apply(x, probability: 0.25, &stream)
    let values = y.toDoubles()
    XCTAssertTrue(values.allSatisfy { $0 == 0 || abs($0 - 4 / 3.0) < 1e-6 })
    XCTAssertEqual(Double(values.count { $0 == 0 }) / 100_000, 0.25, accuracy: 0.007)
    XCTAssertNotEqual(
      try Dropout.mask([1000], .float32, probability: 0.5, &stream).toDoubles(),
      try Dropout.mask([1000], .float32, probability: 0.5, &stream).toDoubles())
    XCTAssertEqual(
      try Dropout.mask([10], .float64, probability: 1, &stream).toDoubles(), [Double](repeating: 0, count: 10))
    XCTAssertEqual(failure { try Dropout.apply(x, probability: 1.5, &stream) }?.kind, .range)
  }
}
