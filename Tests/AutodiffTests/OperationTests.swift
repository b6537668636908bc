import Autodiff
import XCTest

/// Every row, against its own reference and against finite differences.
final class OperationTests: XCTestCase {
  func testEveryRowAgreesWithItsReferenceAndItsGradients() {
    for operation in Operations.all {
      let problems = OperationChecker(operation: operation).problems()
      for problem in problems.prefix(5) { XCTFail(problem) }
      if problems.count > 5 { XCTFail("\(operation.name): \(problems.count - 5) more problems") }
    }
  }

  func testNamesAreUnique() {
    var seen: Set<String> = []
    for operation in Operations.all {
      XCTAssert(seen.insert(operation.name).inserted, "two rows are called '\(operation.name)'")
      XCTAssertEqual(Operations.named(operation.name)?.summary, operation.summary)
    }
  }

  func testOptionsHaveDefaults() {
    for operation in Operations.all {
      for parameter in operation.parameters where parameter.isOption {
        XCTAssertNotNil(parameter.fallback, "\(operation.name): option '\(parameter.name)' has no default")
      }
    }
  }

  /// The checker itself must notice a wrong value, a wrong gradient and a leak.
  func testTheCheckerNoticesMistakes() throws {
    let exp = try XCTUnwrap(Operations.named("exp"))
    let sin = try XCTUnwrap(Operations.named("sin"))
    func mixed(body: Autodiff.Operation, check: Autodiff.Operation) -> Autodiff.Operation {
      Autodiff.Operation(
        "mixed", .elementwise, exp.parameters, "A mixture.", example: "print(1)", check: check.check, body: body.body)
    }
    XCTAssertFalse(OperationChecker(operation: mixed(body: exp, check: sin)).problems().isEmpty)
    XCTAssertTrue(OperationChecker(operation: mixed(body: sin, check: sin)).problems().isEmpty)
    let detached = Autodiff.Operation(
      "detached", .elementwise, exp.parameters, "A function without its gradient.", example: "print(1)",
      check: exp.check,
      body: .unary { x in try Recording.without { try x.exp() } })
    XCTAssertTrue(
      OperationChecker(operation: detached).problems().contains { $0.contains("gradient of input 1") })
    // The value of x * x, but the gradient of one of the two only.
    let half = Autodiff.Operation(
      "half", .elementwise, exp.parameters, "A square with half of its gradient.", example: "print(1)",
      check: .init(samples: exp.check.samples) { values in
        guard case .array(let x) = values[0] else { return [] }
        return [x.map { $0 * $0 }]
      },
      body: .unary { x in try x * x.detached() })
    XCTAssertTrue(OperationChecker(operation: half).problems().contains { $0.contains("gradient of input 1") })
  }
}
