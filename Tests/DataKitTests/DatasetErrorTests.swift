import Basics
import DataKit
import Kernels
import Tensors
import XCTest

final class DatasetErrorTests: XCTestCase {
  func testColumns() throws {
    let data = try sampleData(rows: 3)
    assertFailure(.argument, "there is no column 'los'; did you mean 'loss'? (x, y, name, loss)") {
      try data.column("los")
    }
    assertFailure(.argument, "there is no column 'x' (there are no columns)") { try Dataset().column("x") }
    assertFailure(.dtype, "column 'name' holds text, wanted numbers") { try data.tensor("name") }
    assertFailure(.dtype, "column 'x' holds numbers, wanted text") { try data.text("x") }
    assertFailure(.argument, "column 'x' has no class labels") { try data.labels("x") }
    assertFailure(.argument, "wanted at least one column name, found none") { try data.select([]) }
    assertFailure(.argument, "the column name 'x' occurs twice") { try data.select(["x", "x"]) }
    assertFailure(.argument, "the column name 'x' occurs twice") { try data.rename([("y", "x")]) }
    assertFailure(.argument, "a column needs a name, found an empty one") { try data.rename([("y", "")]) }
    assertFailure(.shape, "column 'z' has 2 rows, but the data set has 3") { try data.with("z", ["a", "b"]) }
    assertFailure(.shape, "column 'z' needs a first dimension that counts the rows, found a single number") {
      try data.with("z", try Tensor.scalar(1))
    }
    assertFailure(.range, "column 'y' has the id 0 in row 2, but its labels go from 1 to 2") {
      try Dataset.Column("y", try Tensor.from([1, 0].map(Int64.init), shape: [2]), labels: ["a", "b"])
    }
    assertFailure(.dtype, "labels need an int64 vector of ids, but column 'y' is float32 {2}") {
      try Dataset.Column("y", try Tensor.zeros([2]), labels: ["a", "b"])
    }
    assertFailure(.shape, "column 'x' of shape {2, 3} cannot hold images of 2x2") {
      try Dataset.Column("x", try Tensor.zeros([2, 3]), image: [2, 2])
    }
  }

  func testRows() throws {
    let data = try sampleData(rows: 3)
    assertFailure(.range, "row 0 does not exist: counting starts at 1") { try data.gather([1, 0]) }
    assertFailure(.range, "row 4 does not exist: the data set has 3 rows") { try data.row(4) }
    assertFailure(.range, "row -4 does not exist: the data set has 3 rows") { try data.gather([-4]) }
    assertFailure(.dtype, "row ids must be an int64 vector, found float32 {2}") {
      try data.gather(try Tensor.ones([2]))
    }
    assertFailure(.range, "wanted 4 rows, but the data set has 3") { try data.take(4) }
    assertFailure(.range, "a number of rows cannot be negative, found -1") { try data.skip(-1) }
    assertFailure(.range, "a slice from row 3 to row 1 of 3 rows runs backwards") { try data.slice(from: 3, to: 1) }
    assertFailure(.dtype, "the mask must be a bool vector, found float32 {3}") {
      try data.filter(mask: try Tensor.ones([3]))
    }
    assertFailure(.shape, "the mask has 2 elements, but the data set has 3 rows") {
      try data.filter(mask: try Tensor.ones([2], .bool))
    }
    assertFailure(.argument, "data set 2 has the columns x, y, loss, wanted x, y, name, loss") {
      try Dataset.concat([data, data.without(["name"])])
    }
    assertFailure(.shape, "column 'x' of data set 2 holds float64 {2} per row, wanted float32 {2}") {
      try Dataset.concat([data, data.with("x", try Tensor.zeros([3, 2], .float64))])
    }
    assertFailure(.argument, "wanted at least one data set, found none") { try Dataset.concat([]) }
  }

  func testMap() throws {
    let data = try sampleData(rows: 3)
    assertFailure(.argument, "row 2 has the columns b, but row 1 has a") {
      try data.map { row in [(row.id == 2 ? "b" : "a", .number(1))] }
    }
    assertFailure(.argument, "column 'a' holds text in row 3, but a number in row 1") {
      try data.map { row in [("a", row.id == 3 ? .text("t") : .number(1))] }
    }
    assertFailure(.argument, "column 'y' holds whole numbers (int64), but row 1 has 1.5") {
      try data.map { _ in [("y", .number(1.5))] }
    }
    assertFailure(.argument, "column 't' holds a float32 tensor {2} in row 2, but a float32 tensor {1} in row 1") {
      try data.map { row in [("t", .tensor(try Tensor.zeros([row.id])))] }
    }
    assertFailure(.argument, "row 1 has no columns") { try data.map { _ in [] } }
  }

  func testSplitsAndSamples() throws {
    let data = try sampleData(rows: 6)
    assertFailure(.range, "a fraction must be above 0 and at most 1, found 0.0") {
      try data.split([0.5, 0], testStream())
    }
    assertFailure(.range, "the fractions sum to 1.5, wanted at most 1") { try data.split([0.75, 0.75], testStream()) }
    assertFailure(.argument, "wanted at least one fraction, found none") { try data.split([], testStream()) }
    assertFailure(.shape, "column 'x' has the shape {6, 2}, wanted one value per row") {
      try data.split([0.5], stratifiedBy: "x", testStream())
    }
    assertFailure(.argument, "column 'y' has 3 values, too few for 4 parts without shared ones") {
      try data.split([0.25, 0.25, 0.25, 0.25], groupsOf: "y", testStream())
    }
    assertFailure(.range, "wanted 7 different rows, but only 6 have a positive weight") {
      try data.sample(7, weights: "y", replacement: false, testStream())
    }
    let bad = try data.with("w", try reals([1, -1, 1, 1, 1, 1], [6]))
    assertFailure(.range, "column 'w' has the weight -1.0 in row 2, wanted a finite number that is not negative") {
      try bad.sample(1, weights: "w", replacement: true, testStream())
    }
    assertFailure(.numerics, "column 'w' has nan in row 3, wanted finite numbers") {
      try Standardizer(
        fitting: data.with("w", try reals([1, 1, .nan, 1, 1, 1], [6])), column: "w")
    }
    assertFailure(.argument, "column 'x' has no rows to fit") { try Standardizer(fitting: data.take(0), column: "x") }
  }

  /// The tensor of a column shares memory: ids that were changed in place beyond the labels print as numbers.
  func testIdsChangedInPlaceDoNoHarm() throws {
    let data = try sampleData(rows: 3)
    try data.tensor("y").integers[1] = 99
    XCTAssertEqual(try data.group(by: "y").map(\.key), ["a", "c", "99"])
    XCTAssertTrue(data.description.contains("99"))
    assertFailure(.range, "column 'y' has the id 99, but its labels go from 1 to 3") {
      try data.negatives(.nearestLabel(column: "y", distances: try Tensor.ones([3, 3])), testStream())
    }
  }
}
