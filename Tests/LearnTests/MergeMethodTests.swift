import Basics
import Foundation
import Learn
import Tensors
import XCTest

/// Every merge method: identities that hold for all, and values against plain loops in Double.
final class MergeMethodTests: XCTestCase {
  private func weights(_ seed: Double, _ dtype: DType = .float64) throws -> Weights {
    func tensor(_ shape: Shape, _ phase: Double) throws -> Tensor {
      try .from((0..<shape.elementCount).map { sin(Double($0) * 1.7 + phase + 2.3 * seed) }, shape: shape, dtype)
    }
    return try Weights([("a.weight", tensor([3, 4], 0)), ("a.bias", tensor([3], 1)), ("b.weight", tensor([2, 5], 2))])
  }

  private func flat(_ weights: Weights) -> [Double] { weights.entries.flatMap { $0.tensor.toDoubles() } }

  /// What each method needs besides the list.
  private func options(_ method: MergeMethod, _ count: Int) -> [(name: String, value: SettingValue)] {
    method.name == "metrics_weighted" ? [("metrics", .numbers((0..<count).map { 0.5 + Double($0) }))] : []
  }

  private func merged(
    _ name: String, _ list: [Weights], base: Weights? = nil, companions: [Weights] = [],
    _ extra: [(name: String, value: SettingValue)] = []
  ) throws -> [Double] {
    let method = try MergeMethods.named(name)
    return flat(try method(list, base: base, companions: companions, extra, source: RandomSource(seed: 3)))
  }

  func testNamesAndDocuments() {
    XCTAssertEqual(Set(MergeMethods.all.map(\.name)).count, MergeMethods.all.count)
    for method in MergeMethods.all {
      XCTAssertTrue(method.summary.hasSuffix("."), method.name)
      XCTAssertFalse(method.formula.isEmpty, method.name)
      XCTAssertNotNil(method.source, method.name)
    }
  }

  /// One model, or one vector of which everything is kept, is itself.
  func testMergingOneGivesItself() throws {
    for dtype in [DType.float32, .float64] {
      let w = try weights(1, dtype)
      for method in MergeMethods.all where method.counts.contains(1) && !method.draws {
        var extra = options(method, 1)
        if method.options.contains(where: { $0.name == "keep" }) { extra.append(("keep", .number(1))) }
        let companions = method.companion == nil ? [] : [try w * w]
        let found = flat(try method([w], companions: companions, extra))
        assertClose(found, flat(w), dtype == .float32 ? 1e-6 : 1e-14, method.name)
      }
    }
  }

  func testScaleZeroGivesTheBase() throws {
    let (base, a, b) = (try weights(0), try weights(1), try weights(2))
    for method in MergeMethods.all where method.options.contains(where: { $0.name == "scale" }) {
      let found = try method([a, b], base: base, [("scale", .number(0))], source: RandomSource(seed: 1))
      XCTAssertEqual(flat(found), flat(base), method.name)
    }
  }

  /// The base makes models of vectors: merging models around a base is the base plus merging their differences.
  func testBaseIsTheSameAsDifferences() throws {
    let (base, a, b) = (try weights(0), try weights(1), try weights(2))
    for method in MergeMethods.all where method.kind == .vectors {
      let whole = try method([a, b], base: base, source: RandomSource(seed: 1))
      let parts = try base + method([a - base, b - base], source: RandomSource(seed: 1))
      XCTAssertEqual(flat(whole), flat(parts), method.name)
    }
  }

  func testOrderDoesNotMatter() throws {
    let list = try (1...4).map { try weights(Double($0)) }
    for method in MergeMethods.all where !["slerp", "orthogonal", "dare"].contains(method.name) {
      let backwards = Array(list.reversed())
      func run(_ list: [Weights], _ numbers: [Double]) throws -> [Double] {
        let companions = method.companion == nil ? [] : try list.map { try $0 * $0 }
        let extra = method.name == "metrics_weighted" ? [(name: "metrics", value: SettingValue.numbers(numbers))] : []
        return flat(try method(list, companions: companions, extra))
      }
      assertClose(try run(list, [1, 2, 3, 4]), try run(backwards, [4, 3, 2, 1]), 1e-13, method.name)
    }
  }

  func testValuesAgainstPlainLoops() throws {
    let list = try (1...3).map { try weights(Double($0)) }
    let rows = list.map(flat)
    let places = rows[0].indices
    assertClose(
      try merged("task_arithmetic", list, [("scale", .number(0.5)), ("weights", .numbers([1, 2, -1]))]),
      places.map { 0.5 * (rows[0][$0] + 2 * rows[1][$0] - rows[2][$0]) }, 1e-14)
    assertClose(
      try merged("soup", list, [("weights", .numbers([1, 2, 5]))]),
      places.map { (rows[0][$0] + 2 * rows[1][$0] + 5 * rows[2][$0]) / 8 }, 1e-14)

    let metrics = [0.5, 0.8, 2.0]
    let shares = metrics.map { pow(1 / $0, 3) }
    assertClose(
      try merged("metrics_weighted", list, [("metrics", .numbers(metrics)), ("power", .number(3))]),
      places.map { p in (0..<3).reduce(0) { $0 + shares[$1] * rows[$1][p] } / shares.reduce(0, +) }, 1e-13)

    let importances = try list.map { flat(try $0 * $0) }
    let companions = try list.map { try $0 * $0 }
    assertClose(
      try merged("fisher", list, companions: companions, [("floor", .number(0.01))]),
      places.map { p in
        let f = importances.map { max($0[p], 0.01) }
        return (0..<3).reduce(0) { $0 + f[$1] * rows[$1][p] } / f.reduce(0, +)
      }, 1e-13)

    // TIES, literally: the threshold is the magnitude of the last weight that is kept.
    let kept = rows.map { row -> [Double] in
      let limit = row.map(abs).sorted(by: >)[Int((0.4 * Double(row.count)).rounded()) - 1]
      return row.map { abs($0) >= limit ? $0 : 0 }
    }
    assertClose(
      try merged("ties", list, [("keep", .number(0.4)), ("scale", .number(2))]),
      places.map { p in
        let sum = kept.reduce(0) { $0 + $1[p] }
        let agreeing = kept.map { $0[p] }.filter { $0 * sum > 0 }
        return agreeing.isEmpty ? 0 : 2 * agreeing.reduce(0, +) / Double(agreeing.count)
      }, 1e-14)

    assertClose(
      try merged("sign_consensus", list),
      places.map { p in
        let values = rows.map { $0[p] }
        return values.allSatisfy { $0 > 0 } || values.allSatisfy { $0 < 0 } ? values.reduce(0, +) / 3 : 0
      }, 1e-14)
    let two = try merged("sign_consensus", list, [("share", .number(0.6))])
    for p in places {
      let positive = rows.count { $0[p] > 0 }
      XCTAssertEqual(two[p], max(positive, 3 - positive) >= 2 ? rows.reduce(0) { $0 + $1[p] } / 3 : 0, accuracy: 1e-14)
    }
  }

  func testMetricsWeightedAtTheEnds() throws {
    let list = try (1...3).map { try weights(Double($0)) }
    let metrics = SettingValue.numbers([0.7, 0.4, 0.9])
    XCTAssertEqual(
      try merged("metrics_weighted", list, [("metrics", metrics), ("power", .number(0))]), try merged("soup", list))
    XCTAssertEqual(
      try merged("metrics_weighted", list, [("metrics", metrics), ("power", .number(1e6))]), flat(list[1]))
    XCTAssertEqual(
      try merged(
        "metrics_weighted", list, [("metrics", metrics), ("power", .number(1e6)), ("kind", .text("score"))]),
      flat(list[2]))
  }

  func testSlerpStaysOnTheArc() throws {
    let (a, b) = (try weights(1), try weights(2))
    let (x, y) = (try a / a.norm(), try b / b.norm())
    for t in [0, 0.25, 0.5, 1] {
      let method = try MergeMethods.named("slerp")
      let z = try method([x, y], [("t", .number(t)), ("scope", .text("whole"))])
      XCTAssertEqual(try z.norm(), 1, accuracy: 1e-12)
      let angle = acos(try x.cosine(y))
      XCTAssertEqual(acos(min(1, try x.cosine(z))), t * angle, accuracy: 1e-7)
    }
    // The angle of each tensor by itself, and parallel ones on the line.
    assertClose(try merged("slerp", [a, a * 3]), flat(try a * 2), 1e-13)
  }

  func testDareDropsAndScales() throws {
    let ones = try Weights([("w", Tensor.ones([100, 100]))])
    let method = try MergeMethods.named("dare")
    let found = flat(try method([ones], [("drop", .number(0.75))], source: RandomSource(seed: 5)))
    XCTAssertEqual(Set(found), [0, 4])
    XCTAssertEqual(found.reduce(0, +) / 10_000, 1, accuracy: 0.08)
    XCTAssertEqual(flat(try method([ones], [("drop", .number(0.75))], source: RandomSource(seed: 5))), found)
    XCTAssertEqual(flat(try method([ones], [("drop", .number(0))], source: RandomSource(seed: 5))), flat(ones))
  }

  func testOrthogonalHasNoPartLeft() throws {
    let list = try (1...3).map { try weights(Double($0)) }
    let rest = try MergeMethods.named("orthogonal")(list)
    for other in list.dropFirst() { XCTAssertEqual(try rest.dot(other), 0, accuracy: 1e-12) }
    // A vector in the span of the others leaves nothing.
    let sum = try list[1] * 2 - list[2]
    XCTAssertEqual(try MergeMethods.named("orthogonal")([sum, list[1], list[2], list[1]]).norm(), 0, accuracy: 1e-6)
  }

  func testAgreementIsTheMaskOfConsensus() throws {
    let list = try (1...3).map { try weights(Double($0), .float32) }
    let mean = try ((list[0] + list[1]) + list[2]) / 3
    let mask = try MergeMethods.agreement(list)
    XCTAssertEqual(flat(try mean * mask), flat(try MergeMethods.named("sign_consensus")(list)))
    XCTAssertTrue(flat(mask).allSatisfy { $0 == 0 || $0 == 1 })
  }

  func testMagnitudeKeepsExactlySoMany() throws {
    let w = try weights(1)
    for keep in [0, 0.1, 0.33, 0.5, 1] {
      let mask = flat(try Magnitude.mask(w, keep: keep))
      XCTAssertEqual(mask.reduce(0, +), (keep * 25).rounded())
      let (inside, outside) = (zip(flat(w), mask).filter { $1 == 1 }, zip(flat(w), mask).filter { $1 == 0 })
      if let least = inside.map({ abs($0.0) }).min(), let most = outside.map({ abs($0.0) }).max() {
        XCTAssertGreaterThanOrEqual(least, most)
      }
    }
    let equal = try Weights([("w", Tensor.ones([5]))])
    XCTAssertEqual(flat(try Magnitude.mask(equal, keep: 0.4)), [1, 1, 0, 0, 0])
    let each = try Magnitude.mask(w, keep: 0.34, scope: .tensor)
    XCTAssertEqual(each.entries.map { $0.tensor.toDoubles().reduce(0, +) }, [4, 1, 3])
  }

  func testErrors() throws {
    let (a, b) = (try weights(1), try weights(2))
    let other = try Weights([("a.weight", Tensor.zeros([3, 4], .float64))])
    func message(_ name: String, _ list: [Weights], _ extra: [(name: String, value: SettingValue)] = []) -> String? {
      failure { try self.merged(name, list, extra) }?.message
    }
    XCTAssertEqual(
      message("ties", [a, other]),
      "entry 2 does not agree with entry 1: the weights do not agree: missing 'a.bias', 'b.weight'")
    XCTAssertEqual(message("slerp", [a]), "needs exactly 2 weights to merge, found 1")
    XCTAssertEqual(message("soup", []), "needs at least 1 weights to merge, found 0")
    XCTAssertEqual(message("fisher", [a, b]), "needs one diagonal Fisher for each of the 2 weights, found 0")
    XCTAssertEqual(
      message("soup", [a, b], [("weights", .numbers([1]))]),
      "'weights' must have a number for each of the 2 entries, found 1")
    XCTAssertEqual(message("soup", [a, b], [("weights", .numbers([1, -1]))]), "the weights of the average sum to 0")
    XCTAssertEqual(message("metrics_weighted", [a, b]), "'metrics' is required: one number for each model")
    XCTAssertEqual(
      message("metrics_weighted", [a, b], [("metrics", .numbers([1, 0]))]), "'metrics' must be above 0, found 0")
    XCTAssertEqual(
      message("ties", [a, b], [("keep", .number(2))]), "'keep' must be a number from 0 to 1, found 2")
    XCTAssertEqual(
      message("dare", [a, b], [("drop", .number(1))]), "'drop' must be a number of at least 0 and below 1, found 1")
    XCTAssertEqual(
      failure { try MergeMethods.named("tie") }?.message, "unknown merge method 'tie'; did you mean 'ties'?")
    XCTAssertEqual(
      failure { try MergeMethods.named("soup")([a, b], base: a) }?.message,
      "'base' goes with methods on task vectors, and soup merges models")
    let broken = try Weights([("w", Tensor.from([1.0, .nan], shape: [2], .float64))])
    XCTAssertEqual(
      failure { try Magnitude.mask(broken, keep: 0.5) }?.message, "'w' contains nan, which has no rank by magnitude")
  }
}
