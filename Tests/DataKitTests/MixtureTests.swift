import Basics
import DataKit
import Kernels
import Tensors
import XCTest

final class MixtureTests: XCTestCase {
  private func sources() throws -> [Mixture.Source] {
    try [("a", 10), ("b", 7), ("c", 3)].map { name, rows in
      let data = try sampleData(rows: rows)
      return Mixture.Source(name, data, .shuffle(data))
    }
  }

  private func all(_ mixture: Mixture) throws -> [Mixture.MixedBatch] {
    var batches: [Mixture.MixedBatch] = []
    while let batch = try mixture.next() { batches.append(batch) }
    return batches
  }

  func testExactDivisionNeverStraysByARow() throws {
    let mixture = try Mixture(try sources(), ratios: [5, 3, 2], size: 7, steps: 200, stream: testStream())
    for step in 1...200 {
      let batch = try XCTUnwrap(try mixture.next())
      XCTAssertEqual(batch.step, step)
      XCTAssertEqual(batch.ids.count, 7)
      XCTAssertEqual(batch.rows.rows, 7)
      XCTAssertEqual(try rowNumbers(batch.rows), batch.ids)
      for (count, ratio) in zip(mixture.presented, [0.5, 0.3, 0.2]) {
        XCTAssertLessThan(abs(Double(count) - ratio * 7 * Double(step)), 1.000001)
      }
    }
    XCTAssertNil(try mixture.next())
  }

  func testEachSourceIsPresentedInItsOwnOrder() throws {
    let sources = try sources()
    let batches = try all(try Mixture(sources, ratios: [1, 1, 0], size: 5, steps: 60, stream: testStream()))
    XCTAssertFalse(batches.flatMap(\.sources).contains(3))
    for number in 1...2 {
      let ids = batches.flatMap { batch in zip(batch.sources, batch.ids).filter { $0.0 == number }.map(\.1) }
      let rows = sources[number - 1].dataset.rows
      for start in stride(from: 0, through: ids.count - rows, by: rows) {
        XCTAssertEqual(ids[start..<(start + rows)].sorted(), Array(1...rows), "an epoch of source \(number)")
      }
    }
  }

  func testSampledDivisionFollowsTheScheduleOnAverage() throws {
    let mixture = try Mixture(
      try sources(), ratios: { step in step <= 500 ? [1, 0, 0] : [1, 1, 2] }, division: .sampled, size: 8, steps: 1000,
      stream: testStream())
    let batches = try all(mixture)
    XCTAssertTrue(batches.prefix(500).allSatisfy { $0.sources == Array(repeating: 1, count: 8) })
    // 4000 draws with p = 1/2: four standard deviations are 127.
    XCTAssertEqual(Double(mixture.presented[2]), 2000, accuracy: 127)
    XCTAssertGreaterThan(Set(batches.suffix(500).map { $0.sources.count { $0 == 3 } }).count, 3, "counts vary")
  }

  func testResumesAtAnyStep() throws {
    for division in Mixture.Division.allCases {
      func make() throws -> Mixture {
        try Mixture(
          try sources(), ratios: { [1, Double($0), 3] }, division: division, size: 4, steps: 25, stream: testStream())
      }
      let full = try all(make())
      for cut in 0...25 {
        let resumed = try make()
        try resumed.resume(atStep: cut)
        let rest = try all(resumed)
        XCTAssertEqual(rest.map(\.ids), full.dropFirst(cut).map(\.ids))
        XCTAssertEqual(rest.map(\.sources), full.dropFirst(cut).map(\.sources))
      }
    }
  }

  func testErrors() throws {
    let sources = try sources()
    func mixture(_ sources: [Mixture.Source], _ ratios: [Double], size: Int = 4, steps: Int = 2) throws -> Mixture {
      try Mixture(sources, ratios: ratios, size: size, steps: steps, stream: testStream())
    }
    assertFailure(.shape, "3 data sets need as many ratios, found 2 at step 1") { try mixture(sources, [1, 2]) }
    assertFailure(.range, "a ratio must be a finite number that is not negative, found -1.0 at step 1") {
      try mixture(sources, [1, -1, 1])
    }
    assertFailure(.range, "at least one ratio must be positive, found none at step 1") {
      try mixture(sources, [0, 0, 0])
    }
    assertFailure(.range, "a batch needs at least one row and at most 2^24, found 0") {
      try mixture(sources, [1, 1, 1], size: 0)
    }
    assertFailure(.range, "the number of steps must be positive, found 0") {
      try mixture(sources, [1, 1, 1], steps: 0)
    }
    let other = try sources[0].dataset.without(["name"])
    assertFailure(.argument, "'d' has the columns x, y, loss, wanted x, y, name, loss") {
      try mixture([sources[0], .init("d", other, .shuffle(other))], [1, 1])
    }
    assertFailure(.range, "a mixture of 2 steps at step 0 cannot go to step 3") {
      try mixture(sources, [1, 1, 1]).resume(atStep: 3)
    }
  }
}
