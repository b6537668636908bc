import Basics
import Foundation
import Learn
import Tensors
import XCTest

final class WeightsTests: XCTestCase {
  private func weights(_ seed: Double, _ dtype: DType = .float64) throws -> Weights {
    func tensor(_ shape: Shape, _ phase: Double) throws -> Tensor {
      try .from((0..<shape.elementCount).map { sin(Double($0) * 1.7 + phase + seed + 0.3) }, shape: shape, dtype)
    }
    return try Weights([
      ("net.1.weight", tensor([3, 4], 0)), ("net.1.bias", tensor([3], 1)), ("head.weight", tensor([2, 3], 2)),
    ])
  }

  private func numbers(_ weights: Weights) throws -> [Double] { weights.entries.flatMap { $0.tensor.toDoubles() } }

  func testArithmetic() throws {
    let a = try weights(0)
    let b = try weights(5)
    assertClose(try numbers(a + b - b), try numbers(a), 1e-15)
    assertClose(try numbers((a * 3 - a) / 2), try numbers(a), 1e-15)
    assertClose(try numbers(a * b / b), try numbers(a), 1e-14)
    assertClose(try numbers(1 - a), try numbers(a).map { 1 - $0 }, 1e-15)
    assertClose(try numbers(1 / a), try numbers(a).map { 1 / $0 }, 1e-14)
    assertClose(try numbers(-a), try numbers(a).map { -$0 }, 0)
    XCTAssertEqual(try (a + b).names, a.names)
    let flat = try numbers(a)
    let other = try numbers(b)
    let dot = zip(flat, other).reduce(0) { $0 + $1.0 * $1.1 }
    XCTAssertEqual(try a.dot(b), dot, accuracy: 1e-13)
    XCTAssertEqual(try a.norm(), flat.reduce(0) { $0 + $1 * $1 }.squareRoot(), accuracy: 1e-13)
    XCTAssertEqual(try a.cosine(a * 7), 1, accuracy: 1e-14)
    XCTAssertEqual(try a.zerosLike().norm(), 0)
    XCTAssertEqual(try a.flatten().toDoubles(), flat)
    XCTAssertEqual(try numbers(a.unflatten(b.flatten())), other)
    XCTAssertEqual(try numbers(weights(0, .float32) + weights(1, .float32) - weights(1, .float32)).count, 21)
  }

  func testOrderOfNamesDoesNotMatterAndResultsFollowTheLeft() throws {
    let a = try weights(0)
    let turned = try Weights(weights(5).entries.reversed())
    XCTAssertEqual(try numbers(a + turned), try numbers(a + weights(5)))
    XCTAssertEqual(try (turned + a).names, turned.names)
  }

  func testDifferencesAreListed() throws {
    let a = try weights(0)
    let other = try Weights([
      ("net.1.weight", Tensor.zeros([4, 3], .float64)), ("net.1.bias", Tensor.zeros([3])), ("tail", Tensor.zeros([1])),
    ])
    XCTAssertEqual(
      failure { try a + other }?.message,
      "the weights do not agree: missing 'head.weight'; extra 'tail'; "
        + "differing 'net.1.weight' {3, 4} against {4, 3}, 'net.1.bias' float64 against float32")
    let many = try Weights((1...9).map { ("p\($0)", try Tensor.zeros([1])) })
    XCTAssertEqual(
      failure { try Weights([]) + many }?.message,
      "the weights do not agree: extra 'p1', 'p2', 'p3', 'p4', 'p5' and 4 more")
    XCTAssertEqual(
      failure { try a.tensor("head.wieght") }?.message, "the weights have no 'head.wieght'; did you mean 'head.weight'?"
    )
    XCTAssertEqual(failure { try Weights([("a", Tensor.zeros([1])), ("a", Tensor.zeros([1]))]) }?.kind, .argument)
    XCTAssertEqual(failure { try Weights([("n", Tensor.zeros([1], .int64))]) * 2 }?.kind, .dtype)
    XCTAssertEqual(failure { try a.unflatten(.zeros([3])) }?.kind, .shape)
  }

  func testSnapshotsDoNotChange() throws {
    let p = try leaf([1, 2])
    let value = try Weights(copying: [("p", p)])
    try p.assign(.zeros([2], .float64))
    XCTAssertEqual(try numbers(value), [1, 2])
  }

  func testPatterns() throws {
    let cases: [(String, String, Bool)] = [
      ("net.*.weight", "net.1.weight", true), ("net.*.weight", "net.1.2.weight", false),
      ("net.**.weight", "net.1.2.weight", true),
      ("net.**.weight", "net.weight", true), ("**", "a.b.c", true), ("**", "a", true), ("*", "a.b", false),
      ("*", "a", true),
      ("**.bias", "bias", true), ("net.1*", "net.12", true), ("net.*1*.w", "net.213.w", true),
      ("a*b*c", "aXbYbZc", true),
      ("a*b*c", "aXbYbZ", false), ("net", "net.1", false), ("**.**", "a", true), ("a.**.b.**.c", "a.x.b.y.z.c", true),
    ]
    for (pattern, name, wanted) in cases {
      XCTAssertEqual(try NamePattern(pattern).matches(name), wanted, "\(pattern) on \(name)")
    }
    let names = ["net.1.weight", "net.1.bias", "head.weight"]
    XCTAssertEqual(try NamePattern.select(["head.**", "**.weight"], among: names), [0, 2])
    XCTAssertEqual(
      failure { try NamePattern.select(["net"], among: names) }?.message,
      "the pattern 'net' matches no name; did you mean 'net.**'?")
    XCTAssertEqual(
      failure { try NamePattern.select(["head.wieght"], among: names) }?.message,
      "the pattern 'head.wieght' matches no name; did you mean 'head.weight'?")
    XCTAssertNotNil(failure { try NamePattern("") })
    // A hostile pattern stays cheap.
    XCTAssertFalse(
      try NamePattern(String(repeating: "a*", count: 200) + "b").matches(String(repeating: "a", count: 2000)))
    XCTAssertFalse(
      try NamePattern(Array(repeating: "**.a", count: 60).joined(separator: ".") + ".b").matches(
        Array(repeating: "a", count: 300).joined(separator: ".")))
    XCTAssertEqual(try weights(0).select("**.weight").names, ["net.1.weight", "head.weight"])
  }
}
