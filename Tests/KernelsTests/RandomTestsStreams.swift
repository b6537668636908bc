import Kernels
import XCTest

/// Named streams: fixed for ever, independent, saved and restored.
final class RandomTestsStreams: XCTestCase {
  private func correlation(_ a: RandomStream, _ b: RandomStream) -> Double {
    let n = 20_000
    let x: [Double] = filled(n) { RandomKernels.uniform(a, first: 0, into: $0, count: $1) }
    let y: [Double] = filled(n) { RandomKernels.uniform(b, first: 0, into: $0, count: $1) }
    return zip(x, y).map { ($0 - 0.5) * ($1 - 0.5) }.reduce(0, +) / Double(n) * 12
  }

  func testStreamsAreIndependent() {
    let root = RandomStream(seed: 0, name: "")
    var streams = [root, root.split("a"), root.split("b"), root.split("a").split("b"), root.split("b").split("a")]
    streams += (0..<8).map { root.split(UInt64($0)) }
    streams += (1..<8).map { RandomStream(seed: $0, name: "") }
    streams += ["data", "Data", "data ", "init"].map { RandomStream(seed: 0, name: $0) }
    // Five standard errors over all pairs.
    for i in streams.indices {
      for j in 0..<i { XCTAssertEqual(correlation(streams[i], streams[j]), 0, accuracy: 5 / 20_000.0.squareRoot()) }
    }
    XCTAssertEqual(correlation(root, root), 1, accuracy: 0.05)
  }

  func testSplitDoesNotDependOnDraws() {
    var random = RandomStream(seed: 4, name: "model")
    let before = random.split("dropout")
    _ = random.nextUInt64()
    XCTAssertEqual(random.split("dropout"), before)
    XCTAssertNotEqual(random.split("dropout").state.key, random.state.key)
  }

  func testStateRestores() {
    var random = RandomStream(seed: 9, name: "resume")
    _ = random.permutation(10)
    var copy = RandomStream(state: random.state)
    XCTAssertEqual((0..<5).map { _ in random.nextUInt64() }, (0..<5).map { _ in copy.nextUInt64() })
    XCTAssertEqual(random, copy)
  }

  /// Recorded results depend on these bits: they never change.
  func testBitsAreFixed() {
    var random = RandomStream(seed: 42, name: "data")
    XCTAssertEqual(random.state.key, 0x986C_41F5_960F_B0A3)
    XCTAssertEqual(random.state.stream, 0x2E8A_85F9_B3AB_1A66)
    XCTAssertEqual(random.nextUInt64(), 0xFCE2_744F_8182_D7BF)
    XCTAssertEqual(random.permutation(8), [7, 6, 4, 2, 3, 1, 5, 0])
    let normals: [Float] = filled(3) { RandomKernels.normal(random, first: 0, into: $0, count: $1) }
    XCTAssertEqual(normals.map(\.bitPattern), [0x3FD3_B63C, 0xBF89_B139, 0x4034_A10C])
  }
}
