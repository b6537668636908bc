import Stats
import XCTest

final class SignificanceTests: XCTestCase {
  private func assertTests(
    _ wanted: [[Double]], relative: Bool = true, line: UInt = #line, _ test: (Alternative) throws -> HypothesisTest
  ) rethrows {
    for (row, alternative) in zip(wanted, [Alternative.twoSided, .greater, .less]) {
      let found = try test(alternative)
      assertAgree(found.statistic, row[0], "statistic, \(alternative)", line: line)
      assertAgree(found.p, row[1], "p, \(alternative)", relative: relative, line: line)
    }
  }

  func testTTestsAgreeWithReference() throws {
    try assertTests(Reference.oneSampleT) { try TTest.oneSample(Reference.a, mean: 0.1, alternative: $0) }
    try assertTests(Reference.pairedT) { try TTest.paired(Reference.a, Reference.b, alternative: $0) }
    try assertTests(Reference.welchT) { try TTest.welch(Reference.a, Reference.c, alternative: $0) }
  }

  func testSignedRankAgreesWithReference() throws {
    try assertTests(Reference.signedRank) {
      try WilcoxonSignedRank.test(Reference.a, Reference.b, alternative: $0)
    }
    try assertTests(Reference.signedRankTied) {
      try WilcoxonSignedRank.test(Array(Reference.tiedA.prefix(10)), Reference.tiedB, alternative: $0)
    }
    try assertTests(Reference.signedRankLarge) { try WilcoxonSignedRank.test(Reference.longA, alternative: $0) }
    XCTAssertFalse(try WilcoxonSignedRank.test(Reference.longA).isExact)
    XCTAssertEqual(try WilcoxonSignedRank.test([0, 0]).p, 1)
  }

  func testRankSumAgreesWithReference() throws {
    try assertTests(Reference.rankSum) { try MannWhitney.test(Reference.a, Reference.c, alternative: $0) }
    try assertTests(Reference.rankSumTied) {
      try MannWhitney.test(
        Array(Reference.tiedA.prefix(8)), Array(Reference.tiedB.prefix(9)), alternative: $0)
    }
    try assertTests(Reference.rankSumLarge) {
      try MannWhitney.test(Reference.longA, Reference.longB, alternative: $0)
    }
    let same = [Double](repeating: 3, count: 30)
    XCTAssertEqual(try MannWhitney.test(same, same).p, 1)
  }

  func testSignFlipAgreesWithReference() throws {
    let differences = try Paired.differences(Reference.a, Reference.b)
    try assertTests(Reference.signFlip) { try SignFlip.test(differences, alternative: $0) }
  }

  func testSignFlipReachesItsSmallestP() throws {
    for count in [1, 5, 6, 8, 20] {
      let values = (1...count).map(Double.init)
      XCTAssertEqual(try SignFlip.test(values).p, 2 / Double(1 << count))
      XCTAssertEqual(try SignFlip.test(values, alternative: .greater).p, 1 / Double(1 << count))
    }
    XCTAssertEqual(try SignFlip.test([0, 0, 0]).p, 1)
  }

  func testSampledSignFlipIsNearTheTTestAndRepeats() throws {
    let first = try SignFlip.test(Reference.longA, resamples: 20_000, seed: 3)
    XCTAssertFalse(first.isExact)
    XCTAssertEqual(first, try SignFlip.test(Reference.longA, resamples: 20_000, seed: 3))
    XCTAssertNotEqual(first, try SignFlip.test(Reference.longA, resamples: 20_000, seed: 4))
    XCTAssertEqual(first.p, try TTest.oneSample(Reference.longA).p, accuracy: 0.02)
  }

  func testEquivalence() throws {
    let found = try Equivalence.twoOneSided(Reference.a, lower: -1, upper: 1.2)
    assertAgree(found.p, try XCTUnwrap(Reference.equivalence.max()), relative: true)
    XCTAssertThrowsError(try Equivalence.twoOneSided(Reference.a, lower: 1, upper: 1))
  }

  func testNoSpread() throws {
    XCTAssertEqual(try TTest.oneSample([2, 2, 2], mean: 1).p, 0)
    XCTAssertEqual(try TTest.oneSample([2, 2, 2], mean: 2).p, 1)
    XCTAssertEqual(try TTest.oneSample([2, 2, 2], mean: 3, alternative: .greater).p, 1)
    XCTAssertEqual(try TTest.welch([1, 1], [2, 2]).statistic, -.infinity)
  }

  func testCorrections() throws {
    for (found, wanted) in zip(try Correction.holm(Reference.pValues), Reference.holm) { assertAgree(found, wanted) }
    let adjusted = try Correction.benjaminiHochberg(Reference.pValues)
    for (found, wanted) in zip(adjusted, Reference.benjaminiHochberg) { assertAgree(found, wanted) }
    XCTAssertEqual(try Correction.holm([]), [])
    XCTAssertThrowsError(try Correction.holm([0.5, .nan]))
  }
}
