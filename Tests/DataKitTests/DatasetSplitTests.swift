import DataKit
import Kernels
import Tensors
import XCTest

final class DatasetSplitTests: XCTestCase {
  private func assertDisjointAndComplete(_ parts: [Dataset], rows: Int) throws {
    XCTAssertEqual(try parts.flatMap(rowNumbers).sorted(), Array(1...rows))
  }

  func testFractions() throws {
    let data = try sampleData(rows: 101)
    let parts = try data.split([0.7, 0.2], testStream())
    XCTAssertEqual(parts.map(\.rows), [71, 20, 10])
    try assertDisjointAndComplete(parts, rows: 101)
    XCTAssertEqual(try rowNumbers(parts[0]), try rowNumbers(parts[0]).sorted())
    XCTAssertEqual(
      try data.split([0.7, 0.2], testStream()).map { try $0.fingerprint() }, try parts.map { try $0.fingerprint() })
    XCTAssertNotEqual(
      try rowNumbers(data.split([0.5], testStream(seed: 8))[0]), try rowNumbers(data.split([0.5], testStream())[0]))
  }

  func testStratifiedSplitKeepsTheShareOfEveryClass() throws {
    let rows = 97
    // Class sizes 60, 30 and 7.
    let classes = (0..<rows).map { Int64($0 < 60 ? 1 : $0 < 90 ? 2 : 3) }
    let data = try sampleData(rows: rows).with("class", try Tensor.from(classes, shape: [rows]))
    for seed in 1...20 {
      let parts = try data.split([0.6, 0.4], stratifiedBy: "class", testStream(seed: UInt64(seed)))
      try assertDisjointAndComplete(parts, rows: rows)
      XCTAssertEqual(Double(parts[0].rows), 0.6 * 97, accuracy: 1)
      for (id, size) in [(1, 60.0), (2, 30), (3, 7)] {
        let count = try parts[0].tensor("class").toIntegers().count { $0 == id }
        XCTAssertEqual(Double(count), 0.6 * size, accuracy: 1.000001)
      }
    }
  }

  func testGroupSplitSharesNoGroup() throws {
    let rows = 200
    let groups = (0..<rows).map { "g\(($0 * $0) % 23)" }
    let data = try sampleData(rows: rows).with("group", groups)
    let largest = try data.group(by: "group").map(\.rows.rows).max() ?? 0
    for seed in 1...20 {
      let parts = try data.split([0.5, 0.3, 0.2], groupsOf: "group", testStream(seed: UInt64(seed)))
      try assertDisjointAndComplete(parts, rows: rows)
      let sets = try parts.map { Set(try $0.text("group")) }
      XCTAssertTrue(sets[0].isDisjoint(with: sets[1].union(sets[2])) && sets[1].isDisjoint(with: sets[2]))
      for (part, fraction) in zip(parts, [0.5, 0.3, 0.2]) {
        XCTAssertGreaterThan(part.rows, 0)
        XCTAssertEqual(Double(part.rows), fraction * 200, accuracy: Double(largest))
      }
    }
  }

  func testWeightedSampleFollowsTheWeights() throws {
    let data = try sampleData(rows: 4).with("w", try reals([0, 1, 2, 5], [4]))
    let drawn = try data.sample(8000, weights: "w", replacement: true, testStream())
    var counts = [0, 0, 0, 0]
    for row in try rowNumbers(drawn) { counts[row - 1] += 1 }
    XCTAssertEqual(counts[0], 0)
    // Expected 1000, 2000, 5000; four standard deviations of a binomial count are below 180.
    for (count, expected) in zip(counts, [0, 1000, 2000, 5000]) {
      XCTAssertEqual(Double(count), Double(expected), accuracy: 180)
    }
    XCTAssertEqual(Set(try rowNumbers(data.sample(3, weights: "w", replacement: false, testStream()))), [2, 3, 4])
  }

  func testShuffleIsAPermutation() throws {
    let shuffled = try rowNumbers(sampleData(rows: 50).shuffle(testStream()))
    XCTAssertNotEqual(shuffled, Array(1...50))
    XCTAssertEqual(shuffled.sorted(), Array(1...50))
  }
}
