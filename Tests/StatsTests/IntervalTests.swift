import Stats
import XCTest

final class IntervalTests: XCTestCase {
  private func assertEnds(_ interval: Interval, _ lower: Double, _ upper: Double, line: UInt = #line) {
    assertAgree(interval.lower, lower, "lower", line: line)
    assertAgree(interval.upper, upper, "upper", line: line)
  }

  func testTIntervalsAgreeWithReference() throws {
    let ends = Reference.tIntervals
    assertEnds(try TInterval(Reference.a).interval, ends[0], ends[1])
    assertEnds(try TInterval(Reference.a, confidence: 0.99).interval, ends[2], ends[3])
    let paired = try TInterval(first: Reference.a, second: Reference.b, confidence: 0.9)
    assertEnds(paired.interval, ends[4], ends[5])
    XCTAssertThrowsError(try TInterval([1]))
    XCTAssertThrowsError(try TInterval([1, 2], confidence: 1))
  }

  func testBinomialIntervalsAgreeWithReference() throws {
    for row in Reference.binomial {
      let (successes, trials) = (Int(row[0]), Int(row[1]))
      let wilson = try BinomialInterval.wilson(successes: successes, trials: trials, confidence: row[2])
      assertEnds(wilson, row[3], row[4])
      let exact = try BinomialInterval.clopperPearson(successes: successes, trials: trials, confidence: row[2])
      assertEnds(exact, row[5], row[6])
    }
    XCTAssertThrowsError(try BinomialInterval.wilson(successes: 3, trials: 2))
    XCTAssertThrowsError(try BinomialInterval.clopperPearson(successes: 0, trials: 0))
  }

  /// The resamples were drawn with a second implementation of the generator; SciPy made the intervals from them.
  func testBootstrapAgreesWithReference() throws {
    for (method, place) in [(Bootstrap.Method.percentile, 0), (.biasCorrectedAccelerated, 2)] {
      let found = try Bootstrap(Reference.c, method: method, resamples: 999, seed: 42) { try Summary.mean($0) }
      assertEnds(found.interval, Reference.bootstrap[place], Reference.bootstrap[place + 1])
      XCTAssertEqual(found.distribution.count, 999)
    }
    let constant = try Bootstrap([2, 2, 2], resamples: 99) { try Summary.mean($0) }
    XCTAssertEqual(constant.interval, Interval(2, 2))
    XCTAssertThrowsError(try Bootstrap([1, 2], resamples: 0) { try Summary.mean($0) })
    XCTAssertThrowsError(try Bootstrap([1, 2]) { _ in .nan })
  }
}
