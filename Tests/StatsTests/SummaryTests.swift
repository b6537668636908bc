import Basics
import Stats
import XCTest

final class SummaryTests: XCTestCase {
  func testSummariesAgreeWithReference() throws {
    let found = try [
      Summary.mean(Reference.c), Summary.variance(Reference.c), Summary.standardDeviation(Reference.c),
      Summary.median(Reference.c), Summary.standardError(Reference.c),
    ]
    for (value, wanted) in zip(found, Reference.summary) { assertAgree(value, wanted, tolerance: 1e-14) }
    XCTAssertEqual(try Summary.median([4, 1, 3, 2]), 2.5)
  }

  func testQuantileRulesAgreeWithReference() throws {
    for rule in Summary.QuantileRule.allCases {
      let wanted = try XCTUnwrap(Reference.quantiles[rule.rawValue])
      for (p, value) in zip([0.1, 0.25, 0.5, 0.93], wanted) {
        assertAgree(try Summary.quantile(Reference.c, p, rule: rule), value, "\(rule) \(p)", tolerance: 1e-14)
      }
      XCTAssertEqual(try Summary.quantile([2], 0.3, rule: rule), 2)
      XCTAssertEqual(try Summary.quantile([2, 5], 1, rule: rule), 5)
    }
  }

  func testSumsAreCompensated() {
    XCTAssertEqual(Summary.sum([1, 1e100, 1, -1e100]), 2)
    XCTAssertEqual(Summary.sum([Double](repeating: 0.1, count: 1_000_000)), 100_000, accuracy: 1e-10)
    XCTAssertEqual(Summary.sum([1e308, 1e308]), .infinity)
  }

  func testIdenticalValuesHaveExactlyThatMeanAndNoVariance() throws {
    for count in 2...50 {
      let values = [Double](repeating: 0.1, count: count)
      XCTAssertEqual(try Summary.mean(values), 0.1)
      XCTAssertEqual(try Summary.variance(values), 0)
    }
  }

  func testWrongArgumentsAreNamed() {
    XCTAssertThrowsError(try Summary.mean([])) { error in
      XCTAssertEqual((error as? Failure)?.message, "a mean needs at least 1 value, got 0")
    }
    XCTAssertThrowsError(try Summary.variance([1, .nan])) { error in
      XCTAssertEqual((error as? Failure)?.message, "a variance needs finite values, value 2 is nan")
    }
    XCTAssertThrowsError(try Summary.quantile([1], 1.5))
    XCTAssertThrowsError(try Paired.differences([1], [1, 2]))
  }

  func testSplitMixIsTheReferenceGenerator() {
    var random = SplitMix(seed: 1_234_567)
    XCTAssertEqual(random.next(), 6_457_827_717_110_365_317)
    XCTAssertEqual(random.next(), 3_203_168_211_198_807_973)
    XCTAssertEqual(random.below(0), 0)
  }
}
