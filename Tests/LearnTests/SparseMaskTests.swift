import Autodiff
import Basics
import Learn
import Tensors
import XCTest

/// Masked entries are exact after every step of every optimizer.
final class SparseMaskTests: XCTestCase {
  private let mask: [Double] = [1, 0, 1, 0, 0, 1]

  private func parameter() throws -> Tensor {
    let p = try Tensor.from([0.3, -0.7, 1.1, 0.9, -0.2, 0.6], shape: [2, 3])
    p.requiresGradient = true
    return p
  }

  private func train(_ kind: OptimizerKind, _ p: Tensor) throws {
    let optimizer = try Optimizer(kind, [("p", p)])
    for step in 1...4 {
      if optimizer.needsFunction {
        try optimizer.minimize { try (p * p * Double(step) + p).sum() }
        continue
      }
      optimizer.zeroGradient()
      try (p * p * Double(step) + p).sum().backward()
      try Clip.norm([p], limit: 1)
      try optimizer.step()
    }
  }

  func testMaskedEntriesAreExactUnderEveryOptimizer() throws {
    for kind in Optimizers.all {
      for rule in [SparseMasks.Rule.zero, .frozen] {
        let p = try parameter()
        let start = p.toDoubles()
        try SparseMasks.hold(p, .from(mask, shape: [2, 3], .float32), rule)
        try train(kind, p)
        let end = p.toDoubles()
        for i in 0..<6 {
          if mask[i] == 1 {
            XCTAssertNotEqual(end[i], start[i], kind.name)
          } else {
            XCTAssertEqual(end[i], rule == .zero ? 0 : start[i], kind.name)
          }
        }
      }
    }
  }

  /// What is free moves as if the rest did not exist, clipping included.
  func testFreeEntriesTrainAsIfAlone() throws {
    let p = try parameter()
    try SparseMasks.hold(p, .from(mask, shape: [2, 3], .float32), .frozen)
    try train(try Optimizers.named("AdamW"), p)
    let alone = try Tensor.from([0.3, 1.1, 0.6], shape: [3])
    alone.requiresGradient = true
    try train(try Optimizers.named("AdamW"), alone)
    XCTAssertEqual([0, 2, 5].map { p.toDoubles()[$0] }, alone.toDoubles())
  }

  func testTheMaskGoesWithItsParameter() throws {
    let p = try parameter()
    try SparseMasks.hold(p, .from(mask, shape: [2, 3], .bool))
    XCTAssertEqual(SparseMasks.mask(of: p)?.mask.toDoubles(), mask)
    XCTAssertNil(SparseMasks.mask(of: try parameter()))
    try SparseMasks.hold(p, nil)
    XCTAssertNil(SparseMasks.mask(of: p))
    XCTAssertEqual(
      failure { try SparseMasks.hold(p, .ones([3])) }?.message, "the mask has shape {3}, the parameter {2, 3}")
  }
}
