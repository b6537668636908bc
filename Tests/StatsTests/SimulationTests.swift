import Stats
import XCTest

/// What the decision rule promises, tried on many made-up experiments with fixed seeds.
final class SimulationTests: XCTestCase {
  private func normals(_ count: Int, _ random: inout SplitMix) -> [Double] {
    (0..<count).map { _ in Normal.quantile(random.unit()) }
  }

  func testIntervalCoversItsMean() throws {
    for count in [5, 8, 20] {
      var random = SplitMix(seed: UInt64(count))
      let repeats = 8000
      var covered = 0
      for _ in 0..<repeats where try TInterval(normals(count, &random)).interval.contains(0) { covered += 1 }
      let share = Double(covered) / Double(repeats)
      XCTAssertTrue((0.94...0.96).contains(share), "\(count) seeds: coverage \(share)")
    }
  }

  func testThreeClaimsUnderTheNullAreRarelySupported() throws {
    let condition = try Condition(.above(0))
    for count in [5, 8, 20] {
      var random = SplitMix(seed: 100 + UInt64(count))
      let repeats = 2000
      var falselySupported = 0
      var falselyDecided = 0
      for _ in 0..<repeats {
        let claims = (0..<3).map { _ in [(values: normals(count, &random), condition: condition)] }
        let verdicts = decideTogether(claims).map(\.verdict)
        if verdicts.contains(.supported) { falselySupported += 1 }
        if verdicts.contains(where: { $0 != .undecided }) { falselyDecided += 1 }
      }
      XCTAssertLessThanOrEqual(Double(falselySupported) / Double(repeats), 0.05, "\(count) seeds")
      // Supported and refuted together use up the 5 %: the correction is not needlessly strict.
      let decided = Double(falselyDecided) / Double(repeats)
      XCTAssertTrue((0.03...0.065).contains(decided), "\(count) seeds: \(decided)")
    }
  }

  /// Three looks at growing samples, each with a third of the chance of error: looking until something shows is paid for.
  func testPlannedLooksTogetherKeepToTheChanceOfError() throws {
    let plain = try Condition(.above(0))
    let paid = try Condition(.above(0), confidence: 1 - 0.05 / 3)
    var random = SplitMix(seed: 11)
    let repeats = 4000
    var (decided, unpaid) = (0, 0)
    for _ in 0..<repeats {
      let values = normals(32, &random)
      let looks = [8, 16, 32].map { Array(values[..<$0]) }
      if looks.contains(where: { decide(values: $0, condition: paid).verdict != .undecided }) { decided += 1 }
      if looks.contains(where: { decide(values: $0, condition: plain).verdict != .undecided }) { unpaid += 1 }
    }
    XCTAssertLessThanOrEqual(Double(decided) / Double(repeats), 0.05)
    XCTAssertGreaterThan(Double(unpaid) / Double(repeats), 0.08, "without paying, looking three times errs too often")
  }

  func testPowerIsWhatWasPredicted() throws {
    let effect = try DetectableEffect.smallest(count: 8)
    let condition = try Condition(.above(0))
    var random = SplitMix(seed: 5)
    var supported = 0
    for _ in 0..<2000 {
      let values = normals(8, &random).map { $0 + effect }
      if decide(values: values, condition: condition).verdict == .supported { supported += 1 }
    }
    XCTAssertEqual(Double(supported) / 2000, 0.8, accuracy: 0.03)
  }
}
