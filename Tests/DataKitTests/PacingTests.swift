import Basics
import DataKit
import XCTest

final class PacingTests: XCTestCase {
  func testAllStayAboveZeroAndAtMostOne() throws {
    var all: [Pacing] = [try .step([(1, 0.1), (10, 1)]), try .custom("odd") { 1 / Double($0) + 0.5 }]
    for span in [PacingSpan.run, .steps(37), .epochs(5)] {
      for (from, to) in [(0.2, 1.0), (1, 0.05), (1e-9, 1), (0.3, 0.3)] {
        all += [
          try .linear(from: from, to: to, over: span), try .root(2, from: from, to: to, over: span),
          try .root(0.5, from: from, to: to, over: span), try .exponential(from: from, to: to, over: span),
        ]
        if from <= to { all.append(try .cycle(from: from, to: to, factor: 1.7)) }
      }
    }
    for pacing in all {
      for step in [1, 2, 5, 36, 37, 38, 1000, 1 << 40] {
        for (epoch, progress) in [(1, 0.0), (3, 0.5), (6, 0.999), (100, 1)] {
          let moment = TrainingMoment(step: step, epoch: epoch, progress: progress)
          let fraction = try pacing.fraction(at: moment)
          XCTAssertTrue(fraction > 0 && fraction <= 1, "\(pacing) gave \(fraction)")
          for rows in [1, 7, 1000] { XCTAssertTrue((1...rows).contains(try pacing.available(of: rows, at: moment))) }
        }
      }
    }
  }

  private func values(_ pacing: Pacing, progress: [Double]) throws -> [Double] {
    try progress.map { try pacing.fraction(at: TrainingMoment(progress: $0)) }
  }

  func testCurves() throws {
    XCTAssertEqual(try values(.linear(from: 0.2), progress: [0, 0.25, 1]), [0.2, 0.4, 1])
    XCTAssertEqual(try values(.exponential(from: 0.25), progress: [0, 0.5, 1]), [0.25, 0.5, 1])
    XCTAssertEqual(try values(.linear(from: 1, to: 0.5), progress: [0, 0.5, 1]), [1, 0.75, 0.5])
    // Platanios et al. (2019), equation 7: sqrt(t (1 - c0^2) + c0^2).
    for t in [0.1, 0.3, 0.9] {
      let expected = (t * (1 - 0.01) + 0.01).squareRoot()
      XCTAssertEqual(try Pacing.root(from: 0.1).fraction(at: TrainingMoment(progress: t)), expected, accuracy: 1e-15)
    }
    let stairs = try Pacing.step([(1, 0.1), (5, 0.4), (9, 1)])
    XCTAssertEqual(
      try [1, 4, 5, 8, 9, 10_000].map { try stairs.fraction(at: TrainingMoment(step: $0)) }, [0.1, 0.1, 0.4, 0.4, 1, 1])
    let steps = try Pacing.linear(from: 0.5, over: .steps(10))
    XCTAssertEqual(try [1, 6, 11, 12].map { try steps.fraction(at: TrainingMoment(step: $0)) }, [0.5, 0.75, 1, 1])
    let custom = try Pacing.custom("mine") { Double($0) / 4 }
    XCTAssertEqual(try [1, 4, 8].map { try custom.fraction(at: TrainingMoment(step: $0)) }, [0.25, 1, 1])
  }

  func testCyclesGoUpAndDownByTheFactor() throws {
    func sizes(_ pacing: Pacing, _ count: Int) throws -> [Double] {
      try (1...count).map { try pacing.fraction(at: TrainingMoment(epoch: $0)) }
    }
    XCTAssertEqual(try sizes(.cycle(from: 0.25), 9), [0.25, 0.5, 1, 0.5, 0.25, 0.5, 1, 0.5, 0.25])
    // 0.3 does not reach 1 by doubling: the sizes stop at the ends.
    XCTAssertEqual(try sizes(.cycle(from: 0.3), 7), [0.3, 0.6, 1, 0.5, 0.3, 0.6, 1])
    XCTAssertEqual(try sizes(.cycle(from: 0.5, to: 0.5), 3), [0.5, 0.5, 0.5])
  }

  func testAvailableRowsRoundUpButNotByNoise() throws {
    XCTAssertEqual(try Pacing.constant(0.1).available(of: 30, at: TrainingMoment()), 3, "0.1 * 30 is above 3 in binary")
    XCTAssertEqual(try Pacing.constant(0.1).available(of: 31, at: TrainingMoment()), 4)
    XCTAssertEqual(try Pacing.constant(1e-12).available(of: 31, at: TrainingMoment()), 1)
  }

  func testErrors() {
    assertFailure(.range, "'from' must be above 0 and at most 1, found 0.0") { try Pacing.linear(from: 0) }
    assertFailure(.range, "'to' must be above 0 and at most 1, found 1.5") {
      try Pacing.exponential(from: 0.5, to: 1.5)
    }
    assertFailure(.range, "'from' must be above 0 and at most 1, found nan") { try Pacing.root(from: .nan) }
    assertFailure(.range, "the root must be above 0 and at most 100, found -1.0") { try Pacing.root(-1, from: 0.1) }
    assertFailure(.range, "the number of steps must be positive, found 0") {
      try Pacing.linear(from: 0.1, over: .steps(0))
    }
    assertFailure(.range, "the fraction must be above 0 and at most 1, found -0.5") { try Pacing.constant(-0.5) }
    assertFailure(.argument, "a staircase needs at least one step, found none") { try Pacing.step([]) }
    assertFailure(.range, "a staircase begins at step 1, found 2") { try Pacing.step([(2, 1)]) }
    assertFailure(.range, "the steps of a staircase ascend, found 5 after 5") {
      try Pacing.step([(1, 0.1), (5, 1), (5, 1)])
    }
    assertFailure(.range, "a cycle goes up first, found 'from' 0.5 above 'to' 0.25") {
      try Pacing.cycle(from: 0.5, to: 0.25)
    }
    assertFailure(.range, "the factor of a cycle must be at least 1.001, found 1.0") {
      try Pacing.cycle(from: 0.5, factor: 1)
    }
    assertFailure(.range, "the pacing gave 0.0 at step 1, wanted a fraction above 0 and at most 1") {
      try Pacing.custom("zero") { _ in 0 }
    }
    assertFailure(.range, "the pacing gave nan at step 64, wanted a fraction above 0 and at most 1") {
      try Pacing.custom("late") { $0 == 64 ? .nan : 1 }
    }
  }
}
