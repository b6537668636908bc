import Stats
import XCTest

final class DistributionTests: XCTestCase {
  func testSpecialFunctionsAgreeWithReference() {
    for row in Reference.logGamma {
      assertAgree(SpecialFunctions.logGamma(row[0]), row[1], "logGamma(\(row[0]))", tolerance: 2e-14)
    }
    for row in Reference.regularizedBeta {
      assertAgree(
        SpecialFunctions.regularizedBeta(row[0], row[1], row[2]), row[3], "beta \(row)", relative: true,
        tolerance: 1e-12)
    }
    for row in Reference.regularizedGamma {
      assertAgree(
        SpecialFunctions.regularizedGamma(row[0], row[1]), row[2], "gamma \(row)", relative: true, tolerance: 1e-12)
      assertAgree(
        SpecialFunctions.regularizedGammaComplement(row[0], row[1]), row[3], "gamma \(row)", relative: true,
        tolerance: 1e-12)
    }
  }

  func testNormal() {
    for row in Reference.normal {
      assertAgree(Normal.quantile(row[0]), row[1], "quantile \(row)", tolerance: 1e-13)
    }
    for row in Reference.normalTail {
      assertAgree(Normal.cumulative(row[0]), row[1], "cdf \(row)", relative: true, tolerance: 1e-12)
    }
    XCTAssertEqual(Normal.quantile(0), -.infinity)
    XCTAssertEqual(Normal.quantile(1), .infinity)
    XCTAssertTrue(Normal.quantile(1.5).isNaN)
  }

  func testStudentT() {
    for row in Reference.studentT {
      assertAgree(
        StudentT.cumulative(row[0], degreesOfFreedom: row[1]), row[2], "cdf \(row)", relative: true, tolerance: 1e-11)
    }
    for row in Reference.studentTQuantile {
      assertAgree(
        StudentT.quantile(row[0], degreesOfFreedom: row[1]), row[2], "quantile \(row)", relative: true,
        tolerance: 1e-11)
    }
  }

  func testStudentTQuantileInvertsCumulative() {
    for freedom in [0.5, 1, 2, 4, 7, 19, 150, 1e5] {
      for p in [1e-12, 1e-4, 0.025, 0.19, 0.21, 0.4, 0.499999] {
        let t = StudentT.quantile(p, degreesOfFreedom: freedom)
        assertAgree(
          StudentT.cumulative(t, degreesOfFreedom: freedom), p, "p \(p), \(freedom)", relative: true, tolerance: 1e-12)
        XCTAssertEqual(StudentT.quantile(0.5, degreesOfFreedom: freedom), 0)
      }
    }
  }

  func testNoncentralT() {
    for row in Reference.noncentralT {
      assertAgree(
        NoncentralT.cumulative(row[0], degreesOfFreedom: row[1], shift: row[2]), row[3], "\(row)", tolerance: 1e-11)
    }
  }

  func testFisherChiSquaredAndBeta() {
    for row in Reference.fisherF {
      assertAgree(FisherF.cumulative(row[0], row[1], row[2]), row[3], "F \(row)", relative: true, tolerance: 1e-12)
      assertAgree(FisherF.upperTail(row[0], row[1], row[2]), row[4], "F \(row)", relative: true, tolerance: 1e-12)
    }
    for row in Reference.chiSquared {
      assertAgree(
        ChiSquared.cumulative(row[0], degreesOfFreedom: row[1]), row[2], "\(row)", relative: true, tolerance: 1e-12)
      assertAgree(
        ChiSquared.upperTail(row[0], degreesOfFreedom: row[1]), row[3], "\(row)", relative: true, tolerance: 1e-12)
    }
    for row in Reference.betaQuantile {
      assertAgree(
        BetaDistribution.quantile(row[0], row[1], row[2]), row[3], "beta \(row)", relative: true, tolerance: 1e-11)
    }
  }

  func testArgumentsOutsideTheDomainGiveNaN() {
    for bad in [Double.nan, -1, 0] {
      XCTAssertTrue(StudentT.cumulative(1, degreesOfFreedom: bad).isNaN)
      XCTAssertTrue(StudentT.quantile(0.3, degreesOfFreedom: bad).isNaN)
      XCTAssertTrue(FisherF.cumulative(1, bad, 2).isNaN)
      XCTAssertTrue(ChiSquared.cumulative(1, degreesOfFreedom: bad).isNaN)
      XCTAssertTrue(BetaDistribution.quantile(0.5, bad, 1).isNaN)
      XCTAssertTrue(SpecialFunctions.logGamma(bad).isNaN)
    }
    XCTAssertTrue(NoncentralT.cumulative(.nan, degreesOfFreedom: 3, shift: 1).isNaN)
    XCTAssertTrue(SpecialFunctions.regularizedBeta(.nan, 1, 1).isNaN)
    XCTAssertTrue(SpecialFunctions.regularizedGamma(1, .nan).isNaN)
    XCTAssertTrue(StudentT.cumulative(.nan, degreesOfFreedom: 3).isNaN)
    XCTAssertEqual(StudentT.cumulative(.infinity, degreesOfFreedom: 3), 1)
  }
}
