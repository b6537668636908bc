import Basics
import DataKit
import Kernels
import Tensors
import XCTest

final class DatasetNegativesTests: XCTestCase {
  func testWrongLabelsAreWrongAndUniform() throws {
    let data = try sampleData(rows: 3000)
    let result = try data.negatives(.wrongLabel(column: "y"), testStream())
    XCTAssertEqual(result.rows, 6000)
    XCTAssertEqual(
      try result.tensor("negative").toDoubles(), Array(repeating: 0, count: 3000) + Array(repeating: 1, count: 3000))
    XCTAssertEqual(try result.take(3000).without(["negative"]).fingerprint(), try data.fingerprint())
    XCTAssertEqual(try result.labels("y"), ["a", "b", "c"])
    let right = try data.tensor("y").toIntegers()
    let wrong = try result.skip(3000).tensor("y").toIntegers()
    var next = 0
    for (a, b) in zip(right, wrong) {
      XCTAssertNotEqual(a, b)
      XCTAssertTrue((1...3).contains(b))
      if b == a % 3 + 1 { next += 1 }
    }
    // 3000 fair choices: four standard deviations are 110.
    XCTAssertEqual(Double(next), 1500, accuracy: 110)
  }

  func testNearestLabel() throws {
    let distances = try reals([0, 2, 1, 2, 0, 2, 1, 5, 0], [3, 3])
    let wrong = try sampleData(rows: 6).negatives(
      .nearestLabel(column: "y", distances: distances), keepRows: false, testStream())
    XCTAssertEqual(try wrong.tensor("y").toIntegers(), [3, 1, 1, 3, 1, 1])
  }

  func testShuffledColumnKeepsNoRowInPlace() throws {
    for rows in [2, 3, 50] {
      for seed in 1...20 {
        let wrong = try sampleData(rows: rows).negatives(
          .shuffledColumn("name"), keepRows: false, testStream(seed: UInt64(seed)))
        let names = try wrong.text("name")
        XCTAssertEqual(Set(names).count, rows)
        for (row, name) in names.enumerated() { XCTAssertNotEqual(name, "row \(row + 1)") }
        XCTAssertEqual(try rowNumbers(wrong), Array(1...rows), "other columns stay")
      }
    }
  }

  func testNoiseHasItsStandardDeviation() throws {
    let data = try sampleData(rows: 2000)
    let noisy = try data.negatives(.noise(column: "x", deviation: 3), copies: 2, keepRows: false, testStream())
    XCTAssertEqual(noisy.rows, 4000)
    let before = try data.tensor("x").toDoubles()
    let after = try noisy.tensor("x").toDoubles()
    let differences = after.indices.map { after[$0] - before[$0 % before.count] }
    let mean = differences.reduce(0, +) / 8000
    let square = differences.reduce(0) { $0 + $1 * $1 } / 8000
    XCTAssertEqual(mean, 0, accuracy: 0.15)
    XCTAssertEqual(square.squareRoot(), 3, accuracy: 0.1)
    XCTAssertNotEqual(differences.prefix(4000), differences.suffix(4000), "each copy has chances of its own")
  }

  func testClosure() throws {
    let wrong = try sampleData(rows: 4).negatives(
      .custom { row, stream in
        var stream = stream
        return [("y", .integer(Int64(row.id % 3 + 1))), ("u", .number(stream.nextDouble()))]
      }, keepRows: false, testStream())
    XCTAssertEqual(wrong.names, ["y", "u", "negative"])
    XCTAssertEqual(try wrong.tensor("y").toIntegers(), [2, 3, 1, 2])
    XCTAssertEqual(Set(try wrong.tensor("u").toDoubles()).count, 4)
  }

  func testErrors() throws {
    let data = try sampleData(rows: 3)
    assertFailure(.dtype, "column 'x' is float32 {3, 2}, wanted an int64 vector of class ids") {
      try data.negatives(.wrongLabel(column: "x"), testStream())
    }
    assertFailure(.dtype, "column 'y' is int64 {3}, wanted floating-point numbers") {
      try data.negatives(.noise(column: "y", deviation: 1), testStream())
    }
    assertFailure(.range, "the noise's standard deviation must be finite and not negative, found -1.0") {
      try data.negatives(.noise(column: "x", deviation: -1), testStream())
    }
    assertFailure(
      .shape, "distances between the 3 classes of column 'y' need the shape {3, 3}, found {3, 2}"
    ) { try data.negatives(.nearestLabel(column: "y", distances: try Tensor.zeros([3, 2])), testStream()) }
    assertFailure(.argument, "a column of 1 rows cannot be shuffled so that none keeps its own") {
      try data.take(1).negatives(.shuffledColumn("y"), testStream())
    }
    assertFailure(.argument, "the data set has a column 'negative' already") {
      try data.negatives(.wrongLabel(column: "y"), testStream()).negatives(.wrongLabel(column: "y"), testStream())
    }
    assertFailure(.range, "the number of wrong examples per row must be positive and at most 2^20, found 0") {
      try data.negatives(.wrongLabel(column: "y"), copies: 0, testStream())
    }
  }
}
