import DataKit
import Tensors
import XCTest

final class OrderingFingerprintTests: XCTestCase {
  private func all(_ data: Dataset) throws -> [Ordering] {
    [
      .sequential(data), .shuffle(data), try .permutation(data, ids: Array(1...data.rows)),
      try .permutation(data, ids: Array((1...data.rows).reversed())), try .score(data, by: "loss"),
      try .score(data, by: "loss", descending: true), try .score(data, by: "y"), try .grouped(data, by: "y"),
      try .grouped(data, by: "y", shuffleBlocks: true), try .roundRobin(data, by: "y"), try .cyclical(data, by: "loss"),
      try .cyclical(data, by: "loss", descending: true), try .reversed(.sequential(data)),
      try .reversed(.shuffle(data)),
      try .interleaved([.sequential(data), .shuffle(data)]),
      try .interleaved([.sequential(data), .shuffle(data)], repeats: true),
      try .interleaved([.shuffle(data), .sequential(data)]), try .weighted(data, by: "loss"),
      try .weighted(data, by: "loss", replacement: true), try .weighted(data, by: "loss", pacing: .cycle(from: 0.25)),
      try .curriculum(data, by: "loss", pacing: .linear(from: 0.2)),
      try .curriculum(data, by: "loss", pacing: .linear(from: 0.3)),
      try .curriculum(data, by: "loss", pacing: .linear(from: 0.2, over: .steps(10))),
      try .curriculum(data, by: "loss", pacing: .linear(from: 0.2, over: .epochs(10))),
      try .curriculum(data, by: "loss", pacing: .linear(from: 0.2), draw: .eachEpoch),
      try .curriculum(data, by: "loss", descending: true, pacing: .linear(from: 0.2)),
      try .curriculum(data, by: "loss", pacing: .exponential(from: 0.2)),
      try .curriculum(data, by: "loss", pacing: .root(from: 0.2)),
      try .curriculum(data, by: "loss", pacing: .root(3, from: 0.2)),
      try .curriculum(data, by: "loss", pacing: .custom("mine") { _ in 0.5 }),
      try .curriculum(data, by: "loss", pacing: .custom("mine") { _ in 0.6 }),
      try .curriculum(data, by: "loss", pacing: .custom("other") { _ in 0.5 }),
    ]
  }

  func testEveryDefinitionHasItsOwn() throws {
    let data = try sampleData()
    let prints = try all(data).map(\.fingerprint)
    XCTAssertEqual(Set(prints).count, prints.count)
    XCTAssertEqual(prints, try all(sampleData()).map(\.fingerprint), "equal definitions have equal fingerprints")
    let others = try all(sampleData(rows: 13)).map(\.fingerprint)
    XCTAssertTrue(Set(prints).isDisjoint(with: others))
  }

  func testScoresCountByTheirBits() throws {
    let data = try sampleData(rows: 3)
    let scores = try data.tensor("loss").toDoubles()
    let nudged = try data.with(
      "loss", try Tensor.from([scores[0].nextUp.nextUp, scores[1], scores[2]], shape: [3], .float64))
    let same = try data.with("loss", try Tensor.from(scores, shape: [3], .float64))
    let print = try Ordering.score(data, by: "loss").fingerprint
    XCTAssertEqual(try Ordering.score(same, by: "loss").fingerprint, print)
    XCTAssertNotEqual(try Ordering.score(nudged, by: "loss").fingerprint, print)
  }

  func testStaysTheSameForever() throws {
    let data = try sampleData(rows: 3)
    XCTAssertEqual(Ordering.shuffle(data).fingerprint, "4a51147c4f752aeb")
    XCTAssertEqual(
      try Ordering.curriculum(data, by: "loss", pacing: .linear(from: 0.2)).fingerprint, "92b445e2d40bde21")
  }

  func testDescriptionsAreOneLine() throws {
    let data = try sampleData()
    XCTAssertEqual(
      try Ordering.curriculum(data, by: "loss", descending: true, pacing: .linear(from: 0.2)).description,
      "highest 'loss' first, drawn each step, available linear from 0.2 to 1 over the run")
    XCTAssertEqual(
      try Ordering.weighted(data, by: "loss", pacing: .cycle(from: 0.25)).description,
      "drawn by weight 'loss' without replacement, epoch sizes cycling from 0.25 to 1 by 2 each epoch")
    for ordering in try all(data) {
      XCTAssertFalse(ordering.description.isEmpty)
      XCTAssertFalse(ordering.description.contains("\n"))
    }
  }
}
