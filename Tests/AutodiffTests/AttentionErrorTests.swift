import Autodiff
import Tensors
import XCTest

/// What attention and rotary positions refuse, with the sentence that a person reads.
final class AttentionErrorTests: XCTestCase {
  private func check(_ name: String, _ arguments: [Value], _ wanted: String, line: UInt = #line) throws {
    let row = try XCTUnwrap(Operations.named(name), line: line)
    do {
      _ = try row(arguments)
      XCTFail("\(name) took what it should refuse", line: line)
    } catch {
      XCTAssertEqual("\(error)", wanted, line: line)
    }
  }

  private func attention(
    _ q: Shape = [1, 4, 5, 8], _ k: Shape = [1, 2, 6, 8], _ v: Shape = [1, 2, 6, 3], window: Value = .none,
    mask: Tensor? = nil, bias: Tensor? = nil, scale: Value = .none, says wanted: String, line: UInt = #line
  ) throws {
    try check(
      "attention",
      [
        .tensor(.zeros(q)), .tensor(.zeros(k)), .tensor(.zeros(v)), .boolean(true), window,
        mask.map { .tensor($0) } ?? .none, bias.map { .tensor($0) } ?? .none, scale,
      ], wanted, line: line)
  }

  func testShapesOfAttention() throws {
    try attention([4, 5, 8], says: "q must have 4 dimensions, {N, heads, queries, size}, found shape {4, 5, 8}")
    try attention(
      [1, 4, 5, 8], [2, 6, 8], says: "k must have 4 dimensions, {N, heads, keys, size}, found shape {2, 6, 8}")
    try attention(
      [1, 4, 5, 7],
      says: "k of shape {1, 2, 6, 8} does not fit q of shape {1, 4, 5, 7}: the first and the last size must agree")
    try attention(
      [1, 4, 5, 8], [1, 2, 6, 8], [1, 2, 5, 8],
      says: "v of shape {1, 2, 5, 8} does not fit k of shape {1, 2, 6, 8}: all sizes but the last must agree")
    try attention(
      [1, 3, 5, 8], says: "3 heads of q cannot share 2 heads of k: the first must be a multiple of the second")
    try attention(
      [1, 3, 5, 8], [1, 0, 6, 8], [1, 0, 6, 8],
      says: "3 heads of q cannot share 0 heads of k: the first must be a multiple of the second")
  }

  func testOptionsOfAttention() throws {
    try attention(window: .integer(0), says: "window must be at least 1, found 0")
    try attention(scale: .number(.nan), says: "scale must be finite, found nan")
    try attention(
      mask: .zeros([5, 6]),
      says: "the mask must be bool (true where a query may look), found float32; add numbers as 'bias'")
    try attention(
      mask: .zeros([6, 5], .bool),
      says: "the mask of shape {6, 5} does not broadcast to {N, heads, queries, keys}, which is {1, 4, 5, 6}")
    try attention(
      bias: .zeros([2, 4, 5, 6]),
      says: "the bias of shape {2, 4, 5, 6} does not broadcast to {N, heads, queries, keys}, which is {1, 4, 5, 6}")
    try attention(
      bias: .zeros([5, 6], .float64), says: "found float32 and float64; convert one with :to(\"float32\")")
  }

  func testRope() throws {
    func rope(
      _ x: Shape, base: Double = 10, dims: Value = .none, positions: Value = .none, offset: Int = 0,
      says wanted: String,
      line: UInt = #line
    ) throws {
      try check(
        "rope", [.tensor(.zeros(x)), .number(base), dims, positions, .boolean(false), .integer(offset)], wanted,
        line: line)
    }
    func ids(_ values: [Int64], _ shape: Shape) throws -> Value { .tensor(try .from(values, shape: shape)) }
    try rope([4], says: "needs rows for positions, {..., T, D}, found shape {4}")
    try rope([3, 5], says: "the last size of the input is 5, but numbers are turned in pairs: pass an even 'dims'")
    try rope([3, 5], dims: .integer(3), says: "dims must be even, because numbers are turned in pairs, found 3")
    try rope([3, 4], dims: .integer(6), says: "dims must lie in 0 to 4, the last size of the input, found 6")
    try rope([3, 4], base: 0, says: "base must be a number above 0, found 0.0")
    try rope([3, 4], offset: -1, says: "offset must be a count of positions, not negative, found -1")
    try rope([3, 4], positions: ids([1, 0, 2], [3]), says: "position 0 is out of range: counting starts at 1")
    try rope([3, 4], positions: ids([1, -1, 2], [3]), says: "position -1 is out of range")
    try rope(
      [3, 4], positions: ids([1, 2], [2]),
      says:
        "positions of shape {2} do not fit an input with rows {..., T} of shape {3}: wanted {3} or sizes that broadcast to it"
    )
    try rope(
      [3, 4], positions: .tensor(.zeros([3])),
      says: "positions must be an int64 tensor, found float32; convert with :to(\"int64\")")
  }

  /// Turning keeps scalar products that depend on the distance alone, and the cache's offset continues the count.
  func testRopeIsRelative() throws {
    let row = try XCTUnwrap(Operations.named("rope"))
    var numbers = SplitMix(3)
    let x = try Tensor.from((0..<8).map { _ in numbers.normal() }, shape: [1, 8], .float64).broadcastView(to: [
      40_000, 8,
    ])
    let turned = try XCTUnwrap(x)
    func rope(_ x: Tensor, offset: Int) throws -> Tensor {
      guard
        case .tensor(let y) = try row([
          .tensor(x), .number(100), .none, .none, .boolean(false), .integer(offset),
        ])[0]
      else { throw CancellationError() }
      return y
    }
    let y = try rope(turned, offset: 0)
    func product(_ a: Int, _ b: Int) throws -> Double {
      try (y.narrow(0, start: a, length: 1) * y.narrow(0, start: b, length: 1)).sum().element(0)
    }
    XCTAssertEqual(try product(3, 10), try product(30_003, 30_010), accuracy: 1e-9)
    XCTAssertEqual(
      Plain(try rope(turned.narrow(0, start: 0, length: 3), offset: 30_000)),
      Plain(try y.narrow(0, start: 30_000, length: 3)))
  }
}
