import Stats
import XCTest

final class DecisionTests: XCTestCase {
  private func decision(
    _ values: [Double], _ rule: Condition.Rule, confidence: Double = 0.95, everySeed: Bool = false
  ) throws -> Decision {
    decide(values: values, condition: try Condition(rule, confidence: confidence, everySeed: everySeed))
  }

  func testVerdictsFollowTheInterval() throws {
    let values = [0.9, 1.0, 1.1, 1.2, 0.8]
    XCTAssertEqual(try decision(values, .above(0.5)).verdict, .supported)
    XCTAssertEqual(try decision(values, .above(1.5)).verdict, .refuted)
    XCTAssertEqual(try decision(values, .above(0.95)).verdict, .undecided)
    XCTAssertEqual(try decision(values, .below(1.5)).verdict, .supported)
    XCTAssertEqual(try decision(values, .below(0.5)).verdict, .refuted)
    XCTAssertEqual(try decision(values, .within(0.7, 1.3)).verdict, .supported)
    XCTAssertEqual(try decision(values, .within(0.9, 1.1)).verdict, .undecided)
    XCTAssertEqual(try decision(values, .within(2, 3)).verdict, .refuted)
    XCTAssertEqual(try decision(values, .within(-3, -2)).verdict, .refuted)
    let found = try decision(values, .above(0.5))
    XCTAssertEqual(found.estimate, 1, accuracy: 1e-15)
    XCTAssertEqual(found.interval, found.adjustedInterval)
    XCTAssertEqual(found.count, 5)
    XCTAssertEqual(found.notes, [])
  }

  /// Thousands of random cases: the p value and the interval always say the same, alone and corrected.
  func testPValueAndIntervalAgree() throws {
    var random = SplitMix(seed: 11)
    var seen: [Verdict: Int] = [:]
    for _ in 0..<700 {
      let claims = try (0..<3).map { _ -> [(values: [Double], condition: Condition)] in
        let count = 2 + random.below(8)
        let centre = 2 * Normal.quantile(random.unit())
        let values = (0..<count).map { _ in centre + Normal.quantile(random.unit()) }
        let rules: [Condition.Rule] = [.above(0), .below(0.3), .within(-1.5, 1.5)]
        return [(values, try Condition(rules[random.below(3)], confidence: 0.9))]
      }
      for (decision, claim) in zip(decideTogether(claims), claims) {
        let found = decision.conditions[0]
        let interval = try XCTUnwrap(found.adjustedInterval)
        XCTAssertEqual(found.verdict, verdict(interval, claim[0].condition.rule))
        let p = try XCTUnwrap(found.adjustedP)
        XCTAssertEqual(found.verdict != .undecided, p < 1 - claim[0].condition.confidence)
        let alone = decide(values: claim[0].values, condition: claim[0].condition)
        XCTAssertEqual(alone.verdict, verdict(try XCTUnwrap(alone.interval), claim[0].condition.rule))
        seen[found.verdict, default: 0] += 1
      }
    }
    for verdict in Verdict.allCases { XCTAssertGreaterThan(seen[verdict] ?? 0, 100, "\(verdict)") }
  }

  private func verdict(_ interval: Interval, _ rule: Condition.Rule) -> Verdict {
    switch rule {
    case .above(let threshold):
      interval.lower > threshold ? .supported : interval.upper < threshold ? .refuted : .undecided
    case .below(let threshold):
      interval.upper < threshold ? .supported : interval.lower > threshold ? .refuted : .undecided
    case .within(let lower, let upper):
      interval.lower > lower && interval.upper < upper
        ? .supported : interval.lower > upper || interval.upper < lower ? .refuted : .undecided
    }
  }

  func testHolmAdjustsAllConditionsOfAllClaims() throws {
    let values = [Reference.a, Reference.c, Reference.longA, Reference.longB]
    let condition = try Condition(.above(0))
    let single = try values.map { try TTest.oneSample($0).p }
    let together = decideTogether([
      [(values[0], condition), (values[1], condition)], [(values[2], condition)], [(values[3], condition)],
    ])
    let adjusted = together.flatMap { $0.conditions.compactMap(\.adjustedP) }
    for (found, wanted) in zip(adjusted, try Correction.holm(single)) { assertAgree(found, wanted) }
    XCTAssertEqual(adjusted.count, 4)
  }

  func testUndecidableValuesSaySoAndStillCount() throws {
    let condition = try Condition(.above(0))
    let broken = decide(values: [1, .nan, .infinity, 2], condition: condition)
    XCTAssertEqual(broken.verdict, .undecided)
    XCTAssertEqual(broken.notes, ["2 of 4 values are NaN or infinite"])
    XCTAssertNil(broken.interval)
    XCTAssertEqual(decide(values: [], condition: condition).notes, ["no seeds"])
    XCTAssertTrue(decide(values: [], condition: condition).estimate.isNaN)
    let one = decide(values: [3], condition: condition)
    XCTAssertEqual(one.verdict, .undecided)
    XCTAssertEqual(one.estimate, 3)
    XCTAssertEqual(one.notes, ["one seed has no interval; at least two are needed"])
    let huge = decide(values: [1e308, 1.1e308, 1.7e308], condition: condition)
    XCTAssertEqual(huge.verdict, .undecided)
    XCTAssertEqual(huge.notes, ["values too large to average"])

    let together = decideTogether([[(Reference.longA, condition)], [([.nan], condition)]])
    let p = try TTest.oneSample(Reference.longA).p
    XCTAssertEqual(try XCTUnwrap(together[0].conditions[0].adjustedP), 2 * p, accuracy: 1e-15)
  }

  func testIdenticalValues() throws {
    let found = try decision([0.3, 0.3, 0.3], .above(0.2))
    XCTAssertEqual(found.verdict, .supported)
    XCTAssertEqual(found.interval, Interval(0.3, 0.3))
    XCTAssertEqual(found.p, 0)
    XCTAssertEqual(found.notes, ["identical in every seed"])
    XCTAssertNil(found.effectSize)
    XCTAssertEqual(try decision([0.3, 0.3], .above(0.4)).verdict, .refuted)
    XCTAssertEqual(try decision([0.3, 0.3], .above(0.3)).verdict, .undecided)
    XCTAssertEqual(try decision([0.3, 0.3], .within(0.3, 0.5)).verdict, .supported)
    let perfect = try decision([1, 1, 1], .above(0.9))
    XCTAssertEqual(perfect.notes, ["identical in every seed", "exactly 1 in every seed: suspiciously perfect"])
  }

  func testEverySeed() throws {
    let found = try decision([0.1, 0.4, 0.2, 0.3], .above(0), everySeed: true)
    XCTAssertEqual(found.verdict, .supported)
    XCTAssertNil(found.p)
    XCTAssertEqual(found.notes, ["holds in all 4 seeds; with 95 % confidence in more than 47 % of seeds"])
    let failing = try decision([0.1, -0.4, 9, 9], .above(0), everySeed: true)
    XCTAssertEqual(failing.verdict, .refuted)
    XCTAssertEqual(failing.notes, ["fails in 1 of 4 seeds"])
    XCTAssertEqual(try decision([2], .within(1, 3), everySeed: true).verdict, .supported)
    XCTAssertEqual(try decision([2, .nan], .within(1, 3), everySeed: true).verdict, .undecided)
  }

  func testListsOfConditions() throws {
    XCTAssertEqual(Verdict.ofAll([.supported, .supported]), .supported)
    XCTAssertEqual(Verdict.ofAll([.supported, .undecided, .refuted]), .refuted)
    XCTAssertEqual(Verdict.ofAll([.supported, .undecided]), .undecided)
    XCTAssertEqual(Verdict.ofAll([]), .undecided)
    XCTAssertEqual(decideTogether([]), [])
    XCTAssertEqual(decideTogether([[]])[0].verdict, .undecided)
  }

  func testConditionsAreChecked() {
    XCTAssertThrowsError(try Condition(.above(.nan)))
    XCTAssertThrowsError(try Condition(.within(1, 1)))
    XCTAssertThrowsError(try Condition(.below(0), confidence: 1))
  }

  func testEffectAndSmallestDetectable() throws {
    let found = try decision(Reference.a, .above(0.1))
    assertAgree(try XCTUnwrap(found.effectSize), Reference.effectSizes[0])
    let units = try DetectableEffect.smallest(count: 9) * Summary.standardDeviation(Reference.a)
    assertAgree(try XCTUnwrap(found.smallestDetectable()), units)
  }
}
