import Stats
import XCTest

final class RelationTests: XCTestCase {
  func testCorrelationsAgreeWithReference() throws {
    let pearson = try Correlation.pearson(Reference.c, Reference.d)
    let ends = try pearson.interval()
    for (found, wanted) in zip([pearson.coefficient, pearson.p, ends.lower, ends.upper], Reference.pearson) {
      assertAgree(found, wanted, "Pearson")
    }
    let tied = Array(Reference.tiedA.prefix(10))
    let cases: [(Correlation, [Double])] = try [
      (Correlation.spearman(Reference.c, Reference.d), Reference.spearman),
      (Correlation.spearman(tied, Reference.tiedB), Reference.spearmanTied),
      (Correlation.kendall(Reference.c, Reference.d), Reference.kendall),
      (Correlation.kendall(tied, Reference.tiedB), Reference.kendallTied),
    ]
    for (found, wanted) in cases {
      assertAgree(found.coefficient, wanted[0], "coefficient")
      assertAgree(found.p, wanted[1], "p")
    }
  }

  func testPerfectAndUndefinedCorrelations() throws {
    let perfect = try Correlation.pearson([1, 2, 3], [2, 4, 6])
    XCTAssertEqual(perfect.coefficient, 1, accuracy: 1e-15)
    XCTAssertEqual(perfect.p, 0, accuracy: 1e-6)
    XCTAssertEqual(try Correlation.kendall([1, 2], [1, 2]).coefficient, 1)
    XCTAssertThrowsError(try Correlation.pearson([1, 1], [1, 2]))
    XCTAssertThrowsError(try Correlation.kendall([1, 2], [.nan, 2]))
  }

  func testRegressionAgreesWithReference() throws {
    let line = try LinearRegression(Reference.c, Reference.d)
    let found = [
      line.slope, line.intercept, line.correlation, line.slopeError, line.interceptError, line.p,
      line.slopeInterval.lower, line.slopeInterval.upper,
    ]
    for (value, wanted) in zip(found, Reference.regression) { assertAgree(value, wanted) }
    XCTAssertThrowsError(try LinearRegression([1, 1, 1], [1, 2, 3]))
    XCTAssertEqual(try LinearRegression([1, 2, 3], [5, 5, 5]).p, 1)
  }

  func testEffectSizesAgreeWithReference() throws {
    let found = try [
      EffectSize.cohen(Reference.a, reference: 0.1), EffectSize.hedges(Reference.a, reference: 0.1),
      EffectSize.cohen(Reference.a, Reference.c), EffectSize.hedges(Reference.a, Reference.c),
    ]
    for (value, wanted) in zip(found, Reference.effectSizes) { assertAgree(value, wanted) }
    XCTAssertEqual(try EffectSize.cohen([1, 1]), .infinity)
    XCTAssertThrowsError(try EffectSize.hedges([1, 2]))
  }

  func testSmallestEffectAgreesWithReference() throws {
    for row in Reference.smallestEffect {
      let found = try DetectableEffect.smallest(count: Int(row[0]), power: row[1], confidence: row[2])
      assertAgree(found, row[3], "\(row)")
    }
    XCTAssertEqual(try DetectableEffect.power(effect: 0, count: 8), 0.025, accuracy: 1e-12)
    XCTAssertThrowsError(try DetectableEffect.smallest(count: 1))
  }
}
