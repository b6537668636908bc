import Kernels
import XCTest

/// Ranges filled in pieces, at odd offsets and in any order, equal one fill.
final class RandomTestsPieces: XCTestCase {
  private let stream = RandomStream(seed: 11, name: "pieces")

  private func checkPieces<T: Equatable>(
    _ fill: (_ first: Int, _ into: UnsafeMutablePointer<T>, _ count: Int) -> Void, line: UInt = #line
  ) {
    let count = 5_003
    let whole: [T] = filled(count) { fill(0, $0, $1) }
    let cuts = [0, 1, 2, 5, 8, 511, 512, 513, 1_023, 1_026, 2_049, 3_333, 5_000, count]
    for (first, end) in zip(cuts, cuts.dropFirst()).reversed() {
      let piece: [T] = filled(end - first) { fill(first, $0, $1) }
      XCTAssertEqual(piece, Array(whole[first..<end]), "\(first)..<\(end)", line: line)
    }
    // Not one constant.
    XCTAssertNotEqual(Array(whole[0..<1_000]), Array(whole[1_000..<2_000]), line: line)
  }

  func testAllFills() {
    let s = stream
    checkPieces { RandomKernels.bits(s, first: $0, into: $1 as UnsafeMutablePointer<UInt32>, count: $2) }
    checkPieces { RandomKernels.bits(s, first: $0, into: $1 as UnsafeMutablePointer<UInt64>, count: $2) }
    checkPieces { RandomKernels.uniform(s, first: $0, into: $1 as UnsafeMutablePointer<Float>, count: $2) }
    checkPieces { RandomKernels.uniform(s, first: $0, into: $1 as UnsafeMutablePointer<Double>, count: $2) }
    checkPieces { RandomKernels.normal(s, first: $0, into: $1 as UnsafeMutablePointer<Float>, count: $2) }
    checkPieces { RandomKernels.normal(s, first: $0, into: $1 as UnsafeMutablePointer<Double>, count: $2) }
    checkPieces { RandomKernels.exponential(s, first: $0, into: $1 as UnsafeMutablePointer<Float>, count: $2) }
    checkPieces { RandomKernels.exponential(s, first: $0, into: $1 as UnsafeMutablePointer<Double>, count: $2) }
    checkPieces { RandomKernels.gumbel(s, first: $0, into: $1 as UnsafeMutablePointer<Float>, count: $2) }
    checkPieces { RandomKernels.gumbel(s, first: $0, into: $1 as UnsafeMutablePointer<Double>, count: $2) }
    checkPieces { RandomKernels.integers(s, below: 1_000, first: $0, into: $1, count: $2) }
    checkPieces { RandomKernels.bernoulli(s, probability: 0.3, first: $0, into: $1, count: $2) }
    checkPieces {
      RandomKernels.mask(s, probability: 0.3, value: 2, first: $0, into: $1 as UnsafeMutablePointer<Float>, count: $2)
    }
    checkPieces {
      RandomKernels.mask(s, probability: 0.3, value: 2, first: $0, into: $1 as UnsafeMutablePointer<Double>, count: $2)
    }
  }

  func testAdvancingByBlocksContinuesAFill() {
    let whole: [Float] = filled(200) { RandomKernels.normal(stream, first: 0, into: $0, count: $1) }
    var later = stream
    later.advance(by: RandomKernels.blocks(elements: 100, perBlock: RandomKernels.narrowPerBlock))
    let rest: [Float] = filled(100) { RandomKernels.normal(later, first: 0, into: $0, count: $1) }
    XCTAssertEqual(rest, Array(whole[100...]))
    XCTAssertEqual(RandomKernels.blocks(elements: 101, perBlock: 4), 26)
    XCTAssertEqual(RandomKernels.blocks(elements: 0, perBlock: 4), 0)
    XCTAssertEqual(RandomKernels.blocks(elements: -5, perBlock: 4), 0)
  }

  func testEdgesOfBernoulliAndIntegers() {
    let never: [Bool] = filled(1_000) {
      RandomKernels.bernoulli(stream, probability: 0, first: 0, into: $0, count: $1)
    }
    XCTAssertFalse(never.contains(true))
    let always: [Bool] = filled(1_000) {
      RandomKernels.bernoulli(stream, probability: 1, first: 0, into: $0, count: $1)
    }
    XCTAssertFalse(always.contains(false))
    let broken: [Bool] = filled(1_000) {
      RandomKernels.bernoulli(stream, probability: .nan, first: 0, into: $0, count: $1)
    }
    XCTAssertFalse(broken.contains(true))
    for bound in [Int64.min, -1, 0, 1] {
      let zeros: [Int64] = filled(100) {
        RandomKernels.integers(stream, below: bound, first: 0, into: $0, count: $1)
      }
      XCTAssertEqual(Set(zeros), [0])
    }
    let large: [Int64] = filled(1_000) {
      RandomKernels.integers(stream, below: .max, first: 0, into: $0, count: $1)
    }
    XCTAssertTrue(large.allSatisfy { $0 >= 0 && $0 < .max })
    XCTAssertGreaterThan(large.max() ?? 0, .max / 100 * 99)
  }
}
