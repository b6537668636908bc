import Autodiff
import Basics
import Foundation
import Kernels
import Tensors
import XCTest

/// The rows of losses and layers: values against their references, gradients of first and second order against finite
/// differences, in float64; values in float32.
final class LossRowTests: XCTestCase {
  private static let rows = Operations.all.filter { $0.group == .loss }

  private func value(_ item: Sample.Item, _ dtype: DType, _ stream: inout RandomStream) throws -> Value {
    func array(_ shape: [Int], _ next: (inout RandomStream) -> Double) throws -> Value {
      let shape = try Shape(shape)
      return .tensor(try .from((0..<shape.elementCount).map { _ in next(&stream) }, shape: shape, dtype))
    }
    switch item {
    case .normal(let shape): return try array(shape) { $0.nextNormal() }
    case .uniform(let shape, let low, let high): return try array(shape) { low + (high - low) * $0.nextDouble() }
    case .distinct(let shape):
      let count = shape.reduce(1, *)
      return .tensor(
        try .from((0..<count).map { Double(($0 * 7 + 3) % max(1, count)) * 0.3 }, shape: Shape(shape), dtype))
    case .ids(let shape, let range):
      let shape = try Shape(shape)
      return .tensor(
        try .from(
          (0..<shape.elementCount).map { _ in Int64(range.lowerBound + stream.nextInteger(below: range.count)) },
          shape: shape))
    case .mask(let shape):
      let bits = (0..<shape.reduce(1, *)).map { _ in Double(stream.nextInteger(below: 2)) }
      return .tensor(try .from(bits, shape: Shape(shape), .bool))
    case .values(let shape, let values): return .tensor(try .from(values, shape: Shape(shape), dtype))
    case .none: return .none
    case .number(let number): return .number(number)
    case .integer(let number): return .integer(number)
    case .integers(let list): return .integers(list)
    case .boolean(let truth): return .boolean(truth)
    case .text(let text): return .text(text)
    default: throw Failure(.argument, "not needed here")
    }
  }

  private func arguments(_ sample: Sample, _ dtype: DType, _ name: String) throws -> [Value] {
    var stream = RandomStream(seed: 7, name: name)
    return try sample.items.map { try value($0, dtype, &stream) }
  }

  private func tensors(_ values: [Value]) -> [Tensor] {
    values.compactMap { if case .tensor(let tensor) = $0 { tensor } else { nil } }
  }

  func testValues() throws {
    XCTAssertGreaterThanOrEqual(Self.rows.count, 20)
    for row in Self.rows {
      for (number, sample) in row.check.samples.enumerated() {
        for (dtype, tolerance) in [(DType.float64, 1e-12), (.float32, 3e-5)] {
          let arguments = try arguments(sample, dtype, row.name)
          let found = tensors(try row(arguments))
          let wanted = try row.check.reference(arguments.map(PlainValue.init))
          XCTAssertEqual(found.count, wanted.count)
          for (found, wanted) in zip(found, wanted) {
            XCTAssertEqual(Array(found.shape), wanted.shape, "\(row.name) \(number + 1)")
            XCTAssertEqual(found.dtype, dtype, "\(row.name) \(number + 1)")
            assertClose(found.toDoubles(), wanted.values, tolerance, "\(row.name), sample \(number + 1), \(dtype)")
          }
        }
      }
    }
  }

  /// A number made of all results, in which each has a weight of its own.
  private func total(_ row: Autodiff.Operation, _ arguments: [Value]) throws -> Tensor {
    var sum = try Tensor.scalar(0, .float64)
    for (index, result) in tensors(try row(arguments)).enumerated() {
      let weights = try Tensor.from(
        (0..<result.count).map { cos(Double($0 + index)) + 1.5 }, shape: result.shape, .float64)
      sum = try sum + (result * weights).sum()
    }
    return sum
  }

  /// Central differences of `f` in each element of `x`.
  private func differences(_ x: Tensor, _ f: () throws -> Double) throws -> [Double] {
    let h = 1e-5
    return try (0..<x.count).map { i in
      let before = x.doubles[i]
      defer { x.doubles[i] = before }
      x.doubles[i] = before + h
      let above = try f()
      x.doubles[i] = before - h
      return (above - (try f())) / (2 * h)
    }
  }

  func testGradientsOfFirstAndSecondOrder() throws {
    for row in Self.rows {
      for (number, sample) in row.check.samples.enumerated() {
        let arguments = try arguments(sample, .float64, row.name)
        let leaves = zip(sample.items, arguments).compactMap { item, value -> Tensor? in
          switch (item, value) {
          case (.normal, .tensor(let tensor)), (.uniform, .tensor(let tensor)), (.distinct, .tensor(let tensor)): tensor
          default: nil
          }
        }
        for leaf in leaves { leaf.requiresGradient = true }
        if leaves.isEmpty { continue }
        let place = "\(row.name), sample \(number + 1)"

        let first = try Tensor.gradients(of: [total(row, arguments)], withRespectTo: leaves)
        let recorded = try Tensor.gradients(of: [total(row, arguments)], withRespectTo: leaves, createGraph: true)
        for (index, leaf) in leaves.enumerated() {
          let wanted = try differences(leaf) { try total(row, arguments).element(0) }
          assertClose(first[index].toDoubles(), wanted, 1e-7, "\(place), gradient \(index + 1)")
          assertClose(
            recorded[index].toDoubles(), first[index].toDoubles(), 1e-11, "\(place), recorded gradient \(index + 1)")
        }

        func slope(_ gradients: [Tensor]) throws -> Tensor {
          var sum = try Tensor.scalar(0, .float64)
          for (index, gradient) in gradients.enumerated() {
            let weights = try Tensor.from(
              (0..<gradient.count).map { sin(Double(3 * $0 + index + 1)) }, shape: gradient.shape, .float64)
            sum = try sum + (gradient * weights).sum()
          }
          return sum
        }
        let scalar = try slope(recorded)
        guard scalar.requiresGradient else { continue }
        let second = try Tensor.gradients(of: [scalar], withRespectTo: leaves, allowUnused: true)
        for (index, leaf) in leaves.enumerated() {
          let wanted = try differences(leaf) {
            try slope(Tensor.gradients(of: [total(row, arguments)], withRespectTo: leaves)).element(0)
          }
          assertClose(second[index].toDoubles(), wanted, 1e-6, "\(place), second gradient \(index + 1)")
        }
      }
    }
  }

  func testEdges() throws {
    let logits = try Tensor.from([1, 2, 3, 4, 5, 6], shape: [2, 3], .float64)
    func ids(_ list: [Int64]) throws -> Tensor { try .from(list, shape: [list.count]) }
    XCTAssertTrue(try logits.crossEntropy(ids([0, 0]), ignore: 0).element(0).isNaN)
    XCTAssertEqual(try logits.crossEntropy(ids([0, 0]), ignore: 0, reduction: .sum).element(0), 0)
    XCTAssertEqual(try logits.crossEntropy(ids([-1, 3])).element(0), try logits.crossEntropy(ids([3, 3])).element(0))
    XCTAssertEqual(
      failure { try logits.crossEntropy(ids([0, 1])) }?.message, "class id 0 is out of range: counting starts at 1")
    XCTAssertEqual(failure { try logits.crossEntropy(ids([1, 4])) }?.message, "class id 4 is out of range 1 to 3")
    XCTAssertEqual(failure { try logits.crossEntropy(ids([1, .min])) }?.kind, .range)
    XCTAssertEqual(failure { try logits.crossEntropy(ids([1])) }?.kind, .shape)
    XCTAssertEqual(failure { try logits.crossEntropy(ids([1, 2]), labelSmoothing: 2) }?.kind, .range)
    XCTAssertEqual(failure { try logits.crossEntropy(.ones([2])) }?.kind, .shape)
    XCTAssertEqual(failure { try logits.meanSquaredError(.ones([2, 1], .float64)) }?.kind, .shape)
    XCTAssertEqual(failure { try logits.binaryCrossEntropy(.ones([2, 3], .float64)) }?.kind, .range)
    XCTAssertEqual(failure { try logits.linear(.ones([4, 2], .float64)) }?.kind, .shape)
    XCTAssertEqual(failure { try logits.layerNorm(.ones([2], .float64)) }?.kind, .shape)
    XCTAssertEqual(failure { try Tensor.from([3] as [Int64], shape: [1]).embedding(.ones([2, 2])) }?.kind, .range)
    // A certain wrong prediction costs 100, not infinity, and has a finite gradient.
    let sure = try leaf([0, 1])
    let loss = try sure.binaryCrossEntropy(.from([1, 1], shape: [2], .float64), reduction: .sum)
    XCTAssertEqual(loss.element(0), 100)
    try loss.backward()
    XCTAssertTrue(sure.gradient!.toDoubles().allSatisfy(\.isFinite))
    // Large logits do not overflow.
    let large = try Tensor.from([1e4, -1e4], shape: [1, 2], .float32)
    XCTAssertEqual(try large.crossEntropy(ids([2])).element(0), 2e4)
    // No rows, no width.
    XCTAssertEqual(try Tensor.zeros([0, 3]).crossEntropy(ids([]), reduction: .none).shape, [0])
    XCTAssertEqual(try Tensor.zeros([2, 0]).layerNorm().shape, [2, 0])
    XCTAssertEqual(try Tensor.zeros([2, 0]).linear(.zeros([3, 0]), .ones([3])).toDoubles(), [1, 1, 1, 1, 1, 1])
    XCTAssertEqual(try Tensor.zeros([0, 2]).linear(.zeros([3, 2])).shape, [0, 3])
  }
}
