import Autodiff
import Basics
import Foundation
import Tensors
import XCTest

/// What the references of the rows do not say: extreme numbers, relations between losses, and errors.
final class SequenceLossTests: XCTestCase {
  private func ids(_ list: [Int64], _ shape: Shape) throws -> Tensor { try .from(list, shape: shape) }

  func testUnlikelihoodOfCertainTokens() throws {
    // p = 1 - 2e-13: the loss is the margin, and its gradient p, in float32, too.
    for dtype in [DType.float32, .float64] {
      let logits = try leaf([30, 0, 0], dtype, shape: [1, 3])
      let loss = try logits.unlikelihood(ids([1], [1]))
      XCTAssertEqual(loss.element(0), 30 - log(2), accuracy: 1e-5)
      try loss.backward()
      XCTAssertEqual(try XCTUnwrap(logits.gradient).toDoubles()[0], 1, accuracy: 1e-5)
    }
    let far = try Tensor.from([1e4, 0], shape: [1, 2])
    XCTAssertEqual(try far.unlikelihood(ids([1], [1])).element(0), 1e4)
    XCTAssertEqual(try far.unlikelihood(ids([2], [1])).element(0), 0)
    let mask = try Tensor.from([1, 0], shape: [1, 2], .bool)
    XCTAssertEqual(try far.unlikelihood(mask).element(0), 1e4)
  }

  func testRelations() throws {
    let a = try Tensor.from((0..<12).map { sin(Double($0)) }, shape: [4, 3], .float64)
    let b = try Tensor.from((0..<12).map { cos(1.3 * Double($0)) }, shape: [4, 3], .float64)
    let forward = try a.distillation(b, kind: .forward)
    XCTAssertEqual(forward.element(0), try b.divergence(fromLogits: a).element(0), accuracy: 1e-14)
    XCTAssertEqual(try a.distillation(b, kind: .reverse).element(0), try b.distillation(a).element(0), accuracy: 1e-14)
    for kind in DistillationKind.allCases {
      XCTAssertEqual(try a.distillation(a, kind: kind, temperature: 2).element(0), 0, accuracy: 1e-14)
    }
    // Equal rates of gain: the loss is log 2 and the reference does not matter.
    let (c, r) = (try Tensor.from([-1, -2], shape: [2], .float64), try Tensor.from([-3, -1], shape: [2], .float64))
    XCTAssertEqual(
      try c.directPreference(over: r, referenceChosen: c, referenceRejected: r).element(0), log(2), accuracy: 1e-14)
    // For small beta NPO is gradient ascent, up to a constant: the slope is that of the log-probability.
    let forget = try leaf([-1, -2])
    try forget.negativePreference(reference: r, beta: 1e-9, reduction: .sum).backward()
    assertClose(try XCTUnwrap(forget.gradient).toDoubles(), [1, 1], 1e-8)
    // One weight for all is none.
    let targets = try ids([1, 2, 3, 1], [4])
    let same = try Tensor.from([2, 2, 2, 2], shape: [4], .float64)
    XCTAssertEqual(
      try a.crossEntropy(targets, weights: same).element(0), try a.crossEntropy(targets).element(0), accuracy: 1e-14)
    XCTAssertEqual(
      try a.crossEntropy(targets, weights: .from([0, 1, 0, 0], shape: [4], .float64)).element(0),
      try a.crossEntropy(targets, reduction: .none).toDoubles()[1], accuracy: 1e-14)
  }

  func testErrors() throws {
    let z = try Tensor.zeros([2, 3, 4], .float64)
    let t = try ids([1, 2, 3, 1, 2, 3], [2, 3])
    func message<R>(_ body: () throws -> R) -> String? { failure(body)?.message }
    XCTAssertEqual(
      message { try z.crossEntropy(t, weights: .ones([3])) },
      "weights of shape {3} do not fit losses of shape {2, 3}: wanted {2} or {2, 3}")
    XCTAssertEqual(
      message { try z.unlikelihood(.zeros([2, 4], .bool)) },
      "candidates of shape {2, 4} do not fit logits of shape {2, 3, 4}: the shapes must be equal")
    XCTAssertEqual(
      message { try Tensor.zeros([2, 1]).unlikelihood(ids([1, 1], [2])) },
      "needs scores of at least two classes in the last dimension, found shape {2, 1}")
    XCTAssertEqual(
      message { try z.distillation(.zeros([2, 3, 5], .float64)) },
      "student logits of shape {2, 3, 4} and teacher logits of shape {2, 3, 5} must have one shape; losses do not broadcast"
    )
    XCTAssertEqual(
      message { try z.distillation(z, temperature: 0) }, "temperature must be a positive number, found 0.0")
    XCTAssertEqual(message { try z.distillation(z, mix: 1) }, "mix must lie between 0 and 1, found 1.0")
    let v = try Tensor.zeros([3])
    XCTAssertEqual(
      message { try v.directPreference(over: .zeros([2]), referenceChosen: v, referenceRejected: v) },
      "chosen of shape {3} and rejected of shape {2} must have one shape; losses do not broadcast")
    XCTAssertEqual(
      message { try v.simplePreference(over: v, beta: -1) }, "beta must be a positive number, found -1.0")
    XCTAssertEqual(
      message { try v.simplePreference(over: v, labelSmoothing: 1) },
      "label_smoothing must lie between 0 and 0.5, found 1.0")
    XCTAssertEqual(
      message { try v.prospectPreference(reference: v, desirable: .ones([3])) },
      "desirable must be a bool tensor of shape {3}, found float32 of shape {3}")
    let q = try Tensor.zeros([3, 4])
    XCTAssertEqual(
      message { try q.infoNCE(q, negatives: .zeros([5, 3])) },
      "negatives of shape {5, 3} do not fit queries of shape {3, 4}: wanted {m, 4} or {3, m, 4}")
    XCTAssertEqual(
      message { try q.supervisedContrastive(ids([1, 2], [2])) },
      "labels must be int64 of shape {3}, one for each row of the features, found int64 of shape {2}")
  }
}
