import Basics
import DataKit
import Kernels
import Tensors
import XCTest

final class BatchesTests: XCTestCase {
  private func batches(
    _ data: Dataset, _ ordering: Ordering, _ size: Int, _ limit: PresentationLimit, _ remainder: Remainder? = nil
  ) throws -> [Batch] {
    try allBatches(Batches(data, ordering, size: size, limit: limit, remainder: remainder, stream: testStream()))
  }

  func testSequentialBatchesCarryTheirRows() throws {
    let data = try sampleData(rows: 5)
    let all = try batches(data, .sequential(data), 2, .epochs(2))
    XCTAssertEqual(all.map(\.ids), [[1, 2], [3, 4], [5], [1, 2], [3, 4], [5]])
    XCTAssertEqual(all.map(\.step), [1, 2, 3, 4, 5, 6])
    XCTAssertEqual(all.map(\.epoch), [1, 1, 1, 2, 2, 2])
    for batch in all {
      XCTAssertEqual(try rowNumbers(batch.rows), batch.ids)
      XCTAssertEqual(try batch.rows.text("name"), batch.ids.map { "row \($0)" })
    }
  }

  func testRemainders() throws {
    let data = try sampleData(rows: 5)
    let order = Ordering.sequential(data)
    XCTAssertEqual(try batches(data, order, 2, .epochs(2), .drop).map(\.ids), [[1, 2], [3, 4], [1, 2], [3, 4]])
    XCTAssertEqual(
      try batches(data, order, 2, .epochs(2), .join).map(\.ids), [[1, 2], [3, 4], [5, 1], [2, 3], [4, 5]])
    XCTAssertEqual(try batches(data, order, 3, .epochs(1), .join).map(\.ids), [[1, 2, 3], [4, 5]])
    XCTAssertEqual(try batches(data, order, 3, .steps(4)).map(\.ids), [[1, 2, 3], [4, 5, 1], [2, 3, 4], [5, 1, 2]])
    XCTAssertEqual(try batches(data, order, 3, .steps(3), .keep).map(\.ids), [[1, 2, 3], [4, 5], [1, 2, 3]])
    XCTAssertEqual(try batches(data, order, 3, .presentations(7)).map(\.ids), [[1, 2, 3], [4, 5, 1], [2]])
    XCTAssertEqual(try batches(data, order, 3, .presentations(7), .keep).map(\.ids), [[1, 2, 3], [4, 5], [1, 2]])
    XCTAssertEqual(try batches(data, order, 3, .presentations(7), .drop).map(\.ids), [[1, 2, 3], [1, 2, 3], [4]])
    XCTAssertEqual(try batches(data, order, 5, .steps(2), .drop).map(\.ids), [[1, 2, 3, 4, 5], [1, 2, 3, 4, 5]])
  }

  /// Arms of an experiment that differ in their ordering only present equally many rows in equally many steps.
  func testArmsPresentEquallyOften() throws {
    let data = try sampleData(rows: 50)
    for limit in [PresentationLimit.steps(40), .presentations(333)] {
      for ordering in try arms(data) {
        let all = try batches(data, ordering, 8, limit)
        let expected = limit == .steps(40) ? 320 : 333
        XCTAssertEqual(all.reduce(0) { $0 + $1.ids.count }, expected, "\(ordering)")
        XCTAssertEqual(all.count, (expected + 7) / 8, "\(ordering)")
      }
    }
  }

  private func arms(_ data: Dataset) throws -> [Ordering] {
    [
      .shuffle(data), try .score(data, by: "loss"), try .curriculum(data, by: "loss", pacing: .linear(from: 0.2)),
      try .curriculum(data, by: "loss", descending: true, pacing: .linear(from: 0.2)),
      try .curriculum(data, by: "loss", pacing: .cycle(from: 0.25)),
      try .curriculum(data, by: "loss", pacing: .linear(from: 0.1), draw: .eachEpoch),
      try .weighted(data, by: "loss", pacing: .cycle(from: 0.25)), try .grouped(data, by: "y", shuffleBlocks: true),
      try .interleaved([.score(data, by: "loss"), .shuffle(data)], repeats: true),
    ]
  }

  func testPresentedRowsAreThoseOfTheOrdering() throws {
    let data = try sampleData(rows: 10)
    let shuffle = Ordering.shuffle(data)
    let expected = try (1...3).flatMap { try shuffle.ids(epoch: $0, testStream()) }
    for remainder in [Remainder.keep, .join] {
      XCTAssertEqual(try batches(data, shuffle, 4, .epochs(3), remainder).flatMap(\.ids), expected)
    }
  }

  func testPacingSeesTheProgressOfTheRun() throws {
    let data = try sampleData(rows: 20)
    let easiest = try Ordering.score(data, by: "loss").ids(epoch: 1, testStream())
    let curriculum = try Ordering.curriculum(data, by: "loss", pacing: .linear(from: 0.2, to: 1))
    for (step, batch) in try batches(data, curriculum, 4, .steps(100)).enumerated() {
      let available = easiest.prefix(Int((20 * (0.2 + 0.8 * Double(step) / 100) - 1e-6).rounded(.up)))
      XCTAssertTrue(Set(batch.ids).isSubset(of: available), "step \(step + 1)")
    }
    let byEpoch = try Ordering.curriculum(data, by: "loss", pacing: .linear(from: 0.25), draw: .eachEpoch)
    let sizes = try Dictionary(grouping: batches(data, byEpoch, 5, .epochs(3)), by: \.epoch).mapValues {
      $0.reduce(0) { $0 + $1.ids.count }
    }
    XCTAssertEqual(sizes, [1: 5, 2: 10, 3: 15])
  }

  func testResumedBatchesContinueIdentically() throws {
    let data = try sampleData(rows: 23)
    for ordering in try arms(data) {
      for (limit, remainder) in [
        (PresentationLimit.steps(24), Remainder.join), (.presentations(115), .keep), (.epochs(6), .join),
      ] {
        let full = try allBatches(
          Batches(data, ordering, size: 5, limit: limit, remainder: remainder, stream: testStream()))
        XCTAssertGreaterThan(full.count, 8)
        for cut in 0..<20 where cut <= full.count {
          let first = try Batches(data, ordering, size: 5, limit: limit, remainder: remainder, stream: testStream())
          for _ in 0..<cut { _ = try first.next() }
          let state = try BatchesState(numbers: first.state.numbers)
          // The stream comes from the state, whatever stream is given.
          let second = try Batches(
            data, ordering, size: 5, limit: limit, remainder: remainder, stream: testStream(seed: 99), resuming: state)
          XCTAssertEqual(
            try allBatches(second).map(\.ids), full.dropFirst(cut).map(\.ids), "\(ordering), cut at \(cut)")
          XCTAssertEqual(second.step, full.count)
          XCTAssertEqual(second.presented, full.reduce(0) { $0 + $1.ids.count })
        }
      }
    }
  }

  func testErrors() throws {
    let data = try sampleData(rows: 10)
    let order = Ordering.shuffle(data)
    let stream = testStream()
    assertFailure(.range, "a batch of 64 rows is larger than the data set, which has 10 rows") {
      try Batches(data, order, size: 64, limit: .steps(1), stream: stream)
    }
    let empty = try data.take(0)
    assertFailure(.argument, "the data set has no rows to present") {
      try Batches(empty, .shuffle(empty), size: 1, limit: .steps(1), stream: stream)
    }
    assertFailure(.range, "a batch needs at least one row, found 0") {
      try Batches(data, order, size: 0, limit: .steps(1), stream: stream)
    }
    assertFailure(.range, "the number of epochs must be positive and at most 2^48, found -2") {
      try Batches(data, order, size: 1, limit: .epochs(-2), stream: stream)
    }
    assertFailure(.shape, "the ordering is of data with 10 rows, but the data set has 9 rows") {
      try Batches(try data.take(9), order, size: 1, limit: .steps(1), stream: stream)
    }
    let cycle = try Ordering.curriculum(data, by: "loss", pacing: .cycle(from: 0.25))
    assertFailure(.range, "epoch 1 presents 3 rows, fewer than a batch of 4, and incomplete batches are dropped") {
      try Batches(data, cycle, size: 4, limit: .steps(5), remainder: .drop, stream: stream).next()
    }
    let state = try Batches(data, order, size: 2, limit: .steps(5), stream: stream).state
    assertFailure(.argument, "the saved state belongs to batches with another ordering, size or limit") {
      try Batches(data, order, size: 3, limit: .steps(5), stream: stream, resuming: state)
    }
    assertFailure(.argument, "the state of batches has 11 numbers, found 2") { try BatchesState(numbers: [1, 2]) }
    for (place, number) in [(4, 11), (4, -1), (1, -1), (3, 0), (6, 2), (5, 0), (7, -1)] as [(Int, Int64)] {
      var numbers = state.numbers
      numbers[place] = number
      let broken = try BatchesState(numbers: numbers)
      assertFailure(.argument, "the saved state holds impossible numbers") {
        try Batches(data, order, size: 2, limit: .steps(5), stream: stream, resuming: broken)
      }
    }
  }
}
