import Basics
import DataKit
import Foundation
import XCTest

final class FilesEmbeddedDataTests: XCTestCase {
  func testNamesAndUnknownName() {
    XCTAssertEqual(EmbeddedData.names, ["breast_cancer", "diabetes", "digits", "iris", "wine"])
    assertFailure(
      .argument,
      "there is no built-in data set 'digit'; did you mean 'digits'? (breast_cancer, diabetes, digits, iris, wine)"
    ) { try EmbeddedData.table("digit") }
  }

  func testDigits() throws {
    let table = try EmbeddedData.table("digits")
    XCTAssertEqual([table.rowCount, table.columns.count], [1797, 65])
    for column in table.columns.dropLast() {
      guard case .integers(let ink) = column.values else { return XCTFail("\(column.name) is not whole") }
      XCTAssertTrue(ink.allSatisfy { (0...16).contains($0) }, column.name)
    }
    guard case .integers(let digits) = table["digit"] else { return XCTFail("digit is not whole") }
    // UCI's count of the test part.
    let counts = (0...9).map { digit in digits.count { $0 == digit } }
    XCTAssertEqual(counts, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
    XCTAssertEqual(table.names.first, "pixel_1_1")
    XCTAssertEqual(table.names.dropLast().last, "pixel_8_8")
  }

  func testClassCounts() throws {
    let iris = try EmbeddedData.table("iris")
    XCTAssertEqual(
      iris["species"],
      .text(["setosa", "versicolor", "virginica"].flatMap { [String](repeating: $0, count: 50) }))
    let wine = try EmbeddedData.table("wine")
    XCTAssertEqual(
      wine["cultivar"], .integers([(1, 59), (2, 71), (3, 48)].flatMap { [Int64](repeating: $0, count: $1) }))
    guard case .text(let diagnoses) = try EmbeddedData.table("breast_cancer")["diagnosis"] else {
      return XCTFail("diagnosis is not text")
    }
    XCTAssertEqual(diagnoses.count { $0 == "malignant" }, 212)
    XCTAssertEqual(diagnoses.count { $0 == "benign" }, 357)
  }

  /// Means that the descriptions of the data sets publish, rounded as there.
  func testPublishedMeans() throws {
    let cases: [(table: String, column: String, mean: Double, tolerance: Double)] = [
      ("iris", "sepal_length", 5.84, 0.005), ("iris", "sepal_width", 3.05, 0.01), ("iris", "petal_length", 3.76, 0.005),
      ("iris", "petal_width", 1.20, 0.005), ("wine", "alcohol", 13.0, 0.05), ("wine", "magnesium", 99.7, 0.05),
      ("wine", "proline", 746, 1), ("diabetes", "progression", 152.13, 0.005), ("diabetes", "age", 48.5, 0.05),
      ("breast_cancer", "mean_radius", 14.127, 0.0005),
    ]
    for (name, column, mean, tolerance) in cases {
      let values = try XCTUnwrap(try EmbeddedData.table(name)[column]?.asNumbers)
      XCTAssertEqual(values.reduce(0, +) / Double(values.count), mean, accuracy: tolerance, "\(name).\(column)")
    }
  }

  func testFilesOnDisk() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("perilune-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("a.txt").path
    XCTAssertTrue(FileManager.default.createFile(atPath: path, contents: Data("hello".utf8)))
    XCTAssertEqual(try FileBytes.read(path), Array("hello".utf8))
    assertFailure(.memory, "\(path) has 5 bytes, more than the limit of 4") { try FileBytes.read(path, limit: 4) }
    assertFailure(.file, "\(path)x cannot be opened: no such file or directory") { try FileBytes.read(path + "x") }
    assertFailure(.file, "\(folder.path) is a folder, wanted a file") { try FileBytes.read(folder.path) }
    assertFailure(.file, "/dev/null is a device or pipe, wanted a file") { try FileBytes.read("/dev/null") }
    assertFailure(.file, "a file's name cannot hold a zero byte") { try FileBytes.read("a\0b") }
  }
}
