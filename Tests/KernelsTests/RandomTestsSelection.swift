import Kernels
import XCTest

final class RandomTestsSelection: XCTestCase {
  func testPermutationsAreUniform() {
    var random = RandomStream(seed: 1, name: "permutation")
    var counts: [[Int]: Int] = [:]
    for _ in 0..<24_000 { counts[random.permutation(4), default: 0] += 1 }
    XCTAssertEqual(counts.count, 24)
    // Chi-square with 23 degrees of freedom: 99.9 % point 49.7.
    let chiSquare = counts.values.map { Double($0 - 1_000) * Double($0 - 1_000) / 1_000 }.reduce(0, +)
    XCTAssertLessThan(chiSquare, 49.7)
    XCTAssertEqual(random.permutation(10_000).sorted(), Array(0..<10_000))
    XCTAssertEqual(random.permutation(1), [0])
    XCTAssertEqual(random.permutation(0), [])
    XCTAssertEqual(random.permutation(-4), [])
    var words = ["a", "b", "c"]
    random.shuffle(&words)
    XCTAssertEqual(words.sorted(), ["a", "b", "c"])
  }

  func testSamplesWithoutReplacement() {
    var random = RandomStream(seed: 1, name: "sample")
    var counts: [[Int]: Int] = [:]
    for _ in 0..<20_000 { counts[random.sample(2, of: 5) ?? [], default: 0] += 1 }
    XCTAssertEqual(counts.count, 20)
    // 19 degrees of freedom: 43.8.
    let chiSquare = counts.values.map { Double($0 - 1_000) * Double($0 - 1_000) / 1_000 }.reduce(0, +)
    XCTAssertLessThan(chiSquare, 43.8)
    XCTAssertEqual(random.sample(5, of: 5)?.sorted(), [0, 1, 2, 3, 4])
    XCTAssertEqual(random.sample(0, of: 0), [])
    XCTAssertEqual(Set(random.sample(100, of: .max) ?? []).count, 100)
    XCTAssertNil(random.sample(6, of: 5))
    XCTAssertNil(random.sample(-1, of: 5))
  }

  func testWeightedChoice() throws {
    var random = RandomStream(seed: 1, name: "choice")
    let weights = [0.0, 1, 2, 0, 3, 4, 0]
    let choice = try XCTUnwrap(WeightedChoice(weights: weights))
    var counts = [Double](repeating: 0, count: weights.count)
    for _ in 0..<50_000 { counts[choice.draw(&random)] += 1 }
    for (count, weight) in zip(counts, weights) {
      let p = weight / 10
      XCTAssertEqual(count, 50_000 * p, accuracy: 5 * (50_000 * p * (1 - p)).squareRoot())
    }
    for bad in [[], [0], [1, -1], [.nan], [.infinity], [.greatestFiniteMagnitude, .greatestFiniteMagnitude]] {
      XCTAssertNil(WeightedChoice(weights: bad), "\(bad)")
    }
  }

  func testWeightedSamplesWithoutReplacement() {
    var random = RandomStream(seed: 1, name: "weighted")
    let weights = [1.0, 0, 2, 5]
    var pairs: [[Int]: Double] = [:]
    for _ in 0..<50_000 { pairs[random.sample(2, weights: weights) ?? [], default: 0] += 1 }
    for i in weights.indices {
      for j in weights.indices where i != j {
        let p = weights[i] / 8 * weights[j] / (8 - weights[i])
        XCTAssertEqual(pairs[[i, j]] ?? 0, 50_000 * p, accuracy: 5 * (50_000 * p * (1 - p)).squareRoot())
      }
    }
    XCTAssertNil(random.sample(4, weights: weights))
    XCTAssertNil(random.sample(1, weights: [-1, 2]))
    XCTAssertNil(random.sample(1, weights: [.nan]))
    XCTAssertEqual(random.sample(0, weights: []), [])
    XCTAssertEqual(random.sample(2, weights: [1e-300, 1e300]), [1, 0])
  }
}
