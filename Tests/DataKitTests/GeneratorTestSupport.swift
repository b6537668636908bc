import Basics
import DataKit
import Kernels
import Tensors
import XCTest

/// A data set of a generator by name.
func generate(
  _ name: String, _ options: KeyValuePairs<String, SettingValue> = [:], seed: UInt64 = 7
) throws -> Dataset {
  try Generators.named(name).make(options.map { (name: $0.key, value: $0.value) }, testStream("data", seed: seed))
}

extension Dataset {
  func integers(_ name: String) throws -> [Int] { try tensor(name).toIntegers().map { Int($0) } }
  func truths(_ name: String) throws -> [Bool] { try tensor(name).toDoubles().map { $0 != 0 } }
  func doubles(_ name: String) throws -> [Double] { try tensor(name).toDoubles() }
}

extension XCTestCase {
  /// Checks the sentence of a generator's refusal.
  func refuse(
    _ name: String, _ options: KeyValuePairs<String, SettingValue>, _ expected: String, line: UInt = #line
  ) {
    XCTAssertThrowsError(try generate(name, options), line: line) { error in
      XCTAssertEqual((error as? Failure)?.message, expected, line: line)
    }
  }
}

extension SettingValue: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByStringLiteral, ExpressibleByBooleanLiteral
{
  public init(integerLiteral value: Int) { self = .number(Double(value)) }
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(stringLiteral value: String) { self = .text(value) }
  public init(booleanLiteral value: Bool) { self = .boolean(value) }
}
