import Basics
import Kernels
import Learn
import Tensors
import XCTest

/// Arithmetic over weights that waits: its numbers, and that nothing that happens meanwhile changes them.
final class WeightsExpressionTests: XCTestCase {
  private typealias Expression = WeightsExpression

  private func weights(_ seed: Double, _ dtype: DType = .float32) throws -> Weights {
    func tensor(_ shape: Shape, _ phase: Double) throws -> Tensor {
      let numbers = (0..<shape.elementCount).map { index -> Double in
        let x = Double(index)
        return sin(x * 1.7 + phase + seed) * exp(sin(x))
      }
      return try .from(numbers, shape: shape, dtype)
    }
    // Longer than a tile, no multiple of a block, one number, none.
    return try Weights([
      ("long", tensor([331, 211], 0)), ("matrix", tensor([3, 4], 1)), ("one", tensor([], 2)),
      ("none", tensor([0, 4], 3)),
    ])
  }

  private func numbers(_ weights: Weights) -> [Double] { weights.entries.flatMap { $0.tensor.toDoubles() } }

  /// The formula of the task vectors and everything else that there is, for weights or expressions.
  private func steps(_ base: Weights, _ first: Weights, _ second: Weights) throws -> Weights {
    let a = try first - base
    let b = try second - base
    let sum = try a + b
    let scaled = try 0.3 * sum
    let theta = try base + scaled
    let rest = try 1 - theta
    let quotient = try rest / second
    let shifted = try quotient * 1.5 + 0.1
    let inverse = try 2 / shifted
    let negated = try -(inverse - 7)
    return try negated / 3 * first
  }

  private func expression(_ base: Expression, _ first: Expression, _ second: Expression) throws -> Expression {
    let sum: Expression = try (first - base) + (second - base)
    let theta: Expression = try base + 0.3 * sum
    let quotient: Expression = try (1 - theta) / second
    let inverse: Expression = try 2 / (quotient * 1.5 + 0.1)
    let negated: Expression = try -(inverse - 7)
    return try negated / 3 * first
  }

  func testBitsAreThoseOfOneOperationAfterAnother() throws {
    let before = Parallel.threads
    defer { Parallel.threads = before }
    for dtype in [DType.float32, .float64] {
      let (base, first, second) = (try weights(0, dtype), try weights(1, dtype), try weights(2, dtype))
      let wanted = numbers(try steps(base, first, second)).map(\.bitPattern)
      for threads in [1, 3] {
        Parallel.threads = threads
        let pending = try expression(.init(base), .init(first), .init(second))
        XCTAssertTrue(pending.isPending)
        XCTAssertEqual(numbers(try pending.weights).map(\.bitPattern), wanted, "\(dtype.name), \(threads) threads")
        XCTAssertFalse(pending.isPending)
      }
    }
  }

  /// Operations of tensors, which round one after another, as the reference of one operation.
  func testOneOperationEqualsThatOfTensors() throws {
    let (a, b) = (try weights(0), try weights(1))
    for (name, x) in a.entries {
      let y = try b.tensor(name)
      XCTAssertEqual(try (a - b).tensor(name).toDoubles(), try Forward.binary(.subtract, x, y).toDoubles())
      XCTAssertEqual(try (a / b).tensor(name).toDoubles(), try Forward.binary(.divide, x, y).toDoubles())
      XCTAssertEqual(
        try (0.1 - a).tensor(name).toDoubles(),
        try Forward.binary(.subtract, x, number: 0.1, numberOnLeft: true).toDoubles())
    }
  }

  func testOrderFollowsTheLeftAndViewsAreRead() throws {
    let turned = try Tensor.from([1, 2, 3, 4, 5, 6], shape: [3, 2], .float64).transposedView(0, 1)
    let a = try Weights([("x", turned), ("y", .from([9], shape: [1], .float64))])
    let b = try Weights(a.entries.reversed())
    let sum = try Expression(b) + Expression(a) * 2
    XCTAssertEqual(sum.outline.names, ["y", "x"])
    XCTAssertEqual(numbers(try sum.weights), [27, 3, 9, 15, 6, 12, 18])
  }

  func testErrorsComeWithTheOperationNotLater() throws {
    let a = Expression(try weights(0))
    let pending = try a + a
    XCTAssertEqual(
      failure { try pending - Expression(Weights([("long", .zeros([1]))])) }?.message,
      "the weights do not agree: missing 'matrix', 'one', 'none'; differing 'long' {331, 211} against {1}")
    XCTAssertEqual(
      failure { try Expression(Weights([("n", .zeros([1], .int64))])) * 2 }?.message,
      "'n' is int64; arithmetic on weights needs floating-point tensors (leave it out with select)")
    XCTAssertEqual(failure { try Expression.sum([], factors: []) }?.kind, .argument)
    withExtendedLifetime(a) { XCTAssertTrue(pending.isPending) }
  }

  /// Every way of changing a tensor in place leaves what was computed of its former value as it was.
  func testChangesInPlaceDoNotReachTheResult() throws {
    func check(_ what: String, _ change: (Tensor) throws -> Void, line: UInt = #line) throws {
      let p = try leaf([1, -2, 3, 5])
      let source = Expression(try Weights([("p", p)]))
      let twice = try source * 2
      let more = try twice + source
      try change(p)
      XCTAssertFalse(twice.isPending, what, line: line)
      XCTAssertEqual(numbers(try twice.weights), [2, -4, 6, 10], what, line: line)
      XCTAssertEqual(numbers(try more.weights), [3, -6, 9, 15], what, line: line)
      XCTAssertNotEqual(p.toDoubles(), [1, -2, 3, 5], what, line: line)
    }
    try check("assign") { try $0.assign(.zeros([4], .float64)) }
    try check("a view") { try $0.narrowedView(0, start: 2, length: 1).assign(.scalar(8, .float64)) }
    try check("another shape") { try $0.reshapedView([2, 2]).selectedView(0, 1).assign(.scalar(8, .float64)) }
    try check("detached") { try $0.detached().assign(.scalar(8, .float64)) }
    try check("accumulate") { try Forward.accumulate(.scalar(1, .float64), into: $0) }
    try check("an optimizer") { p in
      p.gradient = try .from([1, 1, 1, 1], shape: [4], .float64)
      try Optimizer(Optimizers.named("SGD"), [("p", p)], [("lr", .number(0.5))]).step()
    }
    try check("clipping") { p in
      let owner = try leaf([0, 0, 0, 0])
      owner.gradient = p
      try Clip.norm([owner], limit: 0.1)
    }
    try check("masks") { try SparseMasks.hold($0, .from([1, 0, 1, 1], shape: [4], .float64)) }
  }

  func testOtherTensorsMayChange() throws {
    let source = Expression(try weights(0))
    let pending = try source + source
    let other = try leaf([1, 2])
    try other.assign(.zeros([2], .float64))
    withExtendedLifetime(source) { XCTAssertTrue(pending.isPending) }
  }

  /// Weights that nobody holds any more are let go, in exchange for the result, when further tensors are made.
  func testSourcesDoNotOutliveTheirHolders() throws {
    let before = Storage.statistics
    do {
      var holders = try (0..<2).map { _ in Expression(try Weights([("p", .zeros([1 << 16]))])) }
      let difference = try holders[0] - holders[1]
      let sum = try difference + holders[1]
      try withExtendedLifetime((difference, sum)) {
        XCTAssertEqual(Storage.statistics.bytes - before.bytes, 2 << 18)
        holders.removeLast()
        XCTAssertTrue(difference.isPending)
        var further = [try Tensor.zeros([1 << 16])]
        XCTAssertFalse(difference.isPending)
        XCTAssertFalse(sum.isPending)
        XCTAssertEqual(Storage.statistics.bytes - before.bytes, 4 << 18)
        holders.removeLast()
        XCTAssertEqual(Storage.statistics.bytes - before.bytes, 3 << 18)
        further.removeLast()
        XCTAssertEqual(Storage.statistics.bytes - before.bytes, 2 << 18)
      }
    }
    XCTAssertEqual(Storage.statistics.bytes, before.bytes)
    XCTAssertEqual(Storage.statistics.blocks, before.blocks)
  }

  /// One result is all that a long formula takes, beside its sources.
  func testNothingIsMadeInBetween() throws {
    let sources = try (0..<3).map { Expression(try weights(Double($0))) }
    let pending = try expression(sources[0], sources[1], sources[2])
    let before = Storage.statistics.bytes
    Storage.resetPeak()
    let result = try withExtendedLifetime(sources) { try pending.weights }
    XCTAssertEqual(Storage.statistics.peak - before, result.entries.reduce(0) { $0 + $1.tensor.byteCount })
  }

  func testWithoutMemoryItGoesOnWaiting() throws {
    let source = Expression(try weights(0))
    let pending = try source * 2
    let limit = Storage.limit
    Storage.limit = Storage.statistics.bytes
    Storage.releaseCache()
    let problem = failure { try pending.weights }
    Storage.limit = limit
    XCTAssertEqual(problem?.kind, .memory)
    XCTAssertTrue(pending.isPending)
    XCTAssertEqual(numbers(try pending.weights), numbers(try weights(0)).map { $0 * 2 })
  }

  /// Sums without end are computed part by part, whatever side grows.
  func testLongFormulasAreBounded() throws {
    let terms = try (0..<40).map { Expression(try Weights([("p", .from([Double($0)], shape: [1], .float64))])) }
    var right = terms[0]
    var left = terms[0]
    for term in terms.dropFirst() {
      right = try right + term
      left = try term + left
    }
    XCTAssertEqual(numbers(try right.weights), [780])
    XCTAssertEqual(numbers(try left.weights), [780])
    var doubled = terms[1]
    for _ in 0..<30 { doubled = try doubled + doubled }
    XCTAssertEqual(numbers(try doubled.weights), [0x1p30])
    var chain = terms[1]
    for _ in 0..<5_000 { chain = try chain + 1 }
    XCTAssertEqual(numbers(try chain.weights), [5_001])
    let sum = try Expression.sum(terms, factors: terms.indices.map { Double($0 % 3) })
    XCTAssertEqual(numbers(try sum.weights), [Double((0..<40).map { $0 * ($0 % 3) }.reduce(0, +))])
  }
}
