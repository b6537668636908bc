import Basics
import Kernels
import Tensors
import XCTest

/// Random tensors: named streams, bits at any number of threads, moments, and what is refused.
final class RandomTensorsTests: XCTestCase {
  func testEqualSeedsAndNamesGiveEqualNumbers() throws {
    let (a, b) = (RandomSource(seed: 7), RandomSource(seed: 7))
    XCTAssertEqual(try a.normal([50]).toDoubles(), try b.normal([50]).toDoubles())
    XCTAssertEqual(try a.child("data").uniform([5]).toDoubles(), try b.child("data").uniform([5]).toDoubles())
    XCTAssertNotEqual(try a.child("data").uniform([5]).toDoubles(), try a.child("init").uniform([5]).toDoubles())
  }

  func testOneStreamDoesNotDisturbAnother() throws {
    let (quiet, busy) = (RandomSource(seed: 1), RandomSource(seed: 1))
    for _ in 0..<3 { _ = try busy.child("dropout").bernoulli([1000], probability: 0.1) }
    _ = try busy.normal([17])
    XCTAssertEqual(
      try quiet.child("data").permutation(20).toIntegers(), try busy.child("data").permutation(20).toIntegers())
  }

  func testAStateBringsTheNumbersBack() throws {
    let source = RandomSource(seed: 5)
    _ = try source.normal([10])
    let state = source.state
    let wanted = try source.gumbel([6]).toDoubles()
    XCTAssertNotEqual(try source.gumbel([6]).toDoubles(), wanted)
    source.state = state
    XCTAssertEqual(try source.gumbel([6]).toDoubles(), wanted)
  }

  func testBitsDoNotDependOnThreads() throws {
    let before = Parallel.threads
    defer { Parallel.threads = before }
    func draws(_ threads: Int) throws -> [[Double]] {
      Parallel.threads = threads
      let source = RandomSource(seed: 11)
      return try [
        source.normal([100_003]), source.uniform([100_001], .float64), source.integers([70_001], from: -3, to: 9),
        source.gumbel([70_001], .float64), source.exponential([70_001]), source.bernoulli(.full([70_001], 0.25)),
      ].map { $0.toDoubles() }
    }
    XCTAssertEqual(try draws(1), try draws(2))
    XCTAssertEqual(try draws(1), try draws(5))
  }

  func testMomentsAreThoseOfTheLaw() throws {
    let source = RandomSource(seed: 21)
    let n = 200_000
    for dtype in [DType.float32, .float64] {
      let laws: [(Tensor, mean: Double, variance: Double)] = try [
        (source.normal([n], mean: 5, deviation: 2, dtype), 5, 4), (source.exponential([n], dtype), 1, 1),
        (source.gumbel([n], dtype), 0.577_215_664_9, Double.pi * Double.pi / 6),
        (source.bernoulli(.full([n], 0.7, dtype)), 0.7, 0.21),
      ]
      for (index, law) in laws.enumerated() {
        let x = law.0.toDoubles()
        let mean = x.reduce(0, +) / Double(n)
        let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(n)
        // Six standard errors of the mean; the variance within 5 %.
        XCTAssertEqual(mean, law.mean, accuracy: 6 * (law.variance / Double(n)).squareRoot(), "law \(index) \(dtype)")
        XCTAssertEqual(variance, law.variance, accuracy: 0.05 * law.variance, "law \(index) \(dtype)")
      }
    }
  }

  func testShufflingMovesWholeRows() throws {
    let x = try Tensor.from((0..<20).map(Double.init), shape: [10, 2])
    let y = try RandomSource(seed: 1).shuffled(x).toDoubles()
    let rows = (0..<10).map { [y[2 * $0], y[2 * $0 + 1]] }
    XCTAssert(rows.allSatisfy { $0[1] == $0[0] + 1 })
    XCTAssertEqual(rows.map { $0[0] }.sorted(), (0..<10).map { 2 * Double($0) })
    XCTAssertNotEqual(y, x.toDoubles())
  }

  func testWrongArgumentsAreOneSentence() throws {
    let source = RandomSource(seed: 1)
    func refuses(_ kind: Failure.Kind, _ message: String, _ body: () throws -> Tensor) {
      XCTAssertThrowsError(try body()) {
        XCTAssertEqual(($0 as? Failure)?.kind, kind)
        XCTAssertEqual("\($0)", message)
      }
    }
    refuses(.range, "a probability lies between 0 and 1, found 1.5") { try source.bernoulli(.full([2], 1.5)) }
    refuses(.range, "a probability lies between 0 and 1, found nan") { try source.bernoulli(.full([2], .nan)) }
    refuses(.dtype, "random fractions need dtype float32 or float64, found int64") { try source.gumbel([2], .int64) }
    refuses(.shape, "a single number has no rows to shuffle") { try source.shuffled(.scalar(1)) }
  }
}
