import Basics
import Foundation
import Learn
import XCTest

final class ScheduleTests: XCTestCase {
  private func values(_ name: String, _ options: [(String, SettingValue)], _ steps: [Int]) throws -> [Double] {
    let schedule = try Schedules.named(name).make(options.map { (name: $0.0, value: $0.1) })
    return steps.map { schedule($0) }
  }

  func testStatedPoints() throws {
    assertClose(try values("constant", [("lr", .number(0.3))], [1, 100]), [0.3, 0.3], 0)
    assertClose(
      try values("step", [("every", .number(3)), ("gamma", .number(0.5))], [1, 3, 4, 6, 7]), [1, 1, 0.5, 0.5, 0.25],
      1e-15)
    assertClose(
      try values("multistep", [("milestones", .numbers([2, 5]))], [1, 2, 3, 5, 6]), [1, 1, 0.1, 0.1, 0.01], 1e-15)
    assertClose(try values("exponential", [("gamma", .number(0.9))], [1, 2, 11]), [1, 0.9, pow(0.9, 10)], 1e-15)
    assertClose(
      try values("linear", [("lr", .number(2)), ("steps", .number(4)), ("final", .number(1))], [1, 2, 4, 5, 99]),
      [2, 1.75, 1.25, 1, 1], 1e-15)
    assertClose(
      try values("cosine", [("steps", .number(4))], [1, 2, 3, 5, 9]), [1, (1 + 0.5.squareRoot()) / 2, 0.5, 0, 0], 1e-15)
    assertClose(try values("inverse_sqrt", [("warmup", .number(4))], [1, 4, 16]), [0.25, 1, 0.5], 1e-15)
    assertClose(
      try values("cyclic", [("min", .number(1)), ("lr", .number(3)), ("half", .number(2))], [1, 2, 3, 4, 5, 7]),
      [1, 2, 3, 2, 1, 3], 1e-15)
    assertClose(
      try values(
        "cyclic", [("min", .number(1)), ("lr", .number(3)), ("half", .number(2)), ("mode", .text("triangular2"))],
        [3, 7, 11]),
      [3, 2, 1.5], 1e-15)
    let cycle: [(String, SettingValue)] = [
      ("lr", .number(1)), ("steps", .number(10)), ("div_factor", .number(4)), ("final_div_factor", .number(10)),
    ]
    assertClose(try values("one_cycle", cycle, [1, 2, 3, 10, 11]), [0.25, 0.625, 1, 0.025, 0.025], 1e-15)
    assertClose(
      try values("one_cycle", cycle + [("anneal", .text("linear"))], [1, 2, 3, 10]), [0.25, 0.625, 1, 0.025], 1e-15)
  }

  func testWarmup() throws {
    assertClose(
      try values("linear", [("steps", .number(6)), ("warmup", .number(2))], [1, 2, 3, 4, 7]), [0.5, 1, 1, 0.75, 0],
      1e-15)
    assertClose(try values("constant", [("warmup", .number(4))], [1, 2, 4, 5, 50]), [0.25, 0.5, 1, 1, 1], 1e-15)
    XCTAssertEqual(
      failure { try values("cosine", [("steps", .number(3)), ("warmup", .number(3))], []) }?.message,
      "'warmup' (3) must be below 'steps' (3)")
  }

  func testErrorsAndDegenerateLengths() throws {
    XCTAssertEqual(failure { try values("cosin", [], []) }?.message, "unknown schedule 'cosin'; did you mean 'cosine'?")
    XCTAssertEqual(
      failure { try values("step", [("every", .number(0))], []) }?.message,
      "'every' must be a whole number of at least 1, found 0")
    XCTAssertEqual(
      failure { try values("cyclic", [("half", .number(2)), ("mode", .text("triangle"))], []) }?.kind, .argument)
    XCTAssertTrue(failure { try values("cosine", [], []) }?.message.hasPrefix("'steps' is required") == true)
    for kind in Schedules.all {
      let required: [(name: String, value: SettingValue)] = kind.options.filter { $0.fallback == nil }.map { option in
        if case .numbers = option.kind { return (option.name, .numbers([1])) }
        return (option.name, .number(1))
      }
      let schedule = try kind.make(required)
      for step in [-3, 0, 1, 2, 1_000_000_000] {
        XCTAssertTrue(schedule(step).isFinite && schedule(step) >= 0, "\(kind.name) at \(step)")
      }
    }
  }
}
