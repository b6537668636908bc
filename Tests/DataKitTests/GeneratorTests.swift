import Basics
import DataKit
import Kernels
import Tensors
import XCTest

/// What holds for every generator.
final class GeneratorTests: XCTestCase {
  func testSameStreamSameData() throws {
    for generator in Generators.all {
      let small: [(name: String, value: SettingValue)] = [("count", 20)]
      let one = try generator.make(small, testStream())
      XCTAssertEqual(try one.fingerprint(), try generator.make(small, testStream()).fingerprint(), generator.name)
      let other = try generator.make(small, testStream(seed: 8))
      XCTAssertNotEqual(try one.fingerprint(), try other.fingerprint(), generator.name)
    }
  }

  /// The first rows of a larger data set are those of a smaller one.
  func testMoreRowsBeginAlike() throws {
    for generator in Generators.all {
      let small = try generator.make([("count", 15)], testStream())
      var large = try generator.make([("count", 40)], testStream()).take(15)
      // Ids of classes made of texts depend on which texts there are.
      if generator.name == "sequences" {
        XCTAssertEqual(try small.text("text"), try large.text("text"))
        continue
      }
      large = try large.select(small.names)
      XCTAssertEqual(try small.fingerprint(), try large.fingerprint(), generator.name)
    }
  }

  func testNoRowsAndOneRow() throws {
    for generator in Generators.all where generator.name != "modular" {
      let none = try generator.make([("count", 0)], testStream())
      XCTAssertEqual(none.rows, 0, generator.name)
      let one = try generator.make([("count", 1)], testStream())
      XCTAssertEqual(one.rows, 1, generator.name)
      XCTAssertEqual(none.names, one.names, generator.name)
    }
  }

  func testDocumentedColumnsAreThere() throws {
    for generator in Generators.all {
      let set = try generator.make([("count", 3)], testStream())
      let documented = generator.columns.flatMap { $0.name.split(separator: ",").map { $0.drop { $0 == " " } } }
      for name in set.names { XCTAssertTrue(documented.contains { $0 == name }, "\(generator.name): \(name)") }
    }
  }

  func testTooManyRowsAreRefused() {
    for generator in Generators.all {
      XCTAssertThrowsError(try generator.make([("count", 1e12)], testStream())) { error in
        XCTAssertEqual(
          (error as? Failure)?.message, "'count' must be a whole number from 0 to 10000000, found 1000000000000")
      }
    }
    XCTAssertThrowsError(try Generators.named("arithmetics")) { error in
      XCTAssertEqual((error as? Failure)?.message, "unknown generator 'arithmetics'; did you mean 'arithmetic'?")
    }
  }
}
