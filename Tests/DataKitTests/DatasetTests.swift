import Basics
import DataKit
import Tensors
import XCTest

final class DatasetTests: XCTestCase {
  func testKeepsNamesOrderAndRows() throws {
    let data = try sampleData()
    XCTAssertEqual(data.names, ["x", "y", "name", "loss"])
    XCTAssertEqual(data.rows, 12)
    XCTAssertEqual(try data.select(["loss", "x"]).names, ["loss", "x"])
    XCTAssertEqual(try data.without(["name"]).names, ["x", "y", "loss"])
    XCTAssertEqual(try data.rename([("y", "class")]).names, ["x", "class", "name", "loss"])
    XCTAssertEqual(try data.rename([("y", "class")]).labels("class"), ["a", "b", "c"])
  }

  func testWithKeepsACopyAndReplacesInPlace() throws {
    let tensor = try reals([1.0, 2, 3], [3])
    let data = try Dataset().with("a", tensor).with("b", ["u", "v", "w"])
    tensor.floats[0] = 99
    XCTAssertEqual(try data.tensor("a").toDoubles(), [1, 2, 3])
    let changed = try data.with("a", ["p", "q", "r"])
    XCTAssertEqual(changed.names, ["a", "b"])
    XCTAssertEqual(try changed.text("a"), ["p", "q", "r"])
    XCTAssertEqual(try data.tensor("a").toDoubles(), [1, 2, 3], "the old data set is unchanged")
  }

  func testStridedTensorsAreReadInTheirOwnOrder() throws {
    let matrix = try Tensor.from((1...6).map(Double.init), shape: [2, 3])
    let data = try Dataset().with("t", matrix.transposedView(0, 1))
    XCTAssertEqual(try data.tensor("t").toDoubles(), [1, 4, 2, 5, 3, 6])
    XCTAssertEqual(try data.gather([3, 1]).tensor("t").toDoubles(), [3, 6, 1, 4])
  }

  func testRowSelection() throws {
    let data = try sampleData()
    XCTAssertEqual(try rowNumbers(data.gather([5, -1, 5])), [5, 12, 5])
    XCTAssertEqual(try data.gather([5, -1]).text("name"), ["row 5", "row 12"])
    XCTAssertEqual(try rowNumbers(data.take(3)), [1, 2, 3])
    XCTAssertEqual(try rowNumbers(data.skip(10)), [11, 12])
    XCTAssertEqual(try rowNumbers(data.slice(from: 2, to: -9)), [2, 3, 4])
    XCTAssertEqual(try data.take(0).rows, 0)
    XCTAssertEqual(try data.take(0).names, data.names)
    XCTAssertEqual(try rowNumbers(Dataset.concat([data.take(2), data.skip(11), data.take(0)])), [1, 2, 12])
  }

  func testFilterByRowAndByMask() throws {
    let data = try sampleData()
    let odd = try data.filter { row in row.id % 2 == 1 }
    XCTAssertEqual(try rowNumbers(odd), [1, 3, 5, 7, 9, 11])
    let mask = try Tensor.from((0..<12).map { $0 % 2 == 0 ? 1.0 : 0 }, shape: [12], .bool)
    XCTAssertEqual(try data.filter(mask: mask).fingerprint(), try odd.fingerprint())
    XCTAssertEqual(try odd.labels("y"), ["a", "b", "c"])
  }

  func testMapKeepsTypesOfKnownColumns() throws {
    let data = try sampleData(rows: 3)
    let mapped = try data.map { row in
      guard case .tensor(let x) = try row["x"], case .integer(let y) = try row["y"] else { return [] }
      return [
        ("sum", .number(x.element(0) + x.element(1))), ("y", .number(Double(4 - y))), ("x", .tensor(x)),
        ("whole", .integer(y)), ("big", .boolean(y > 1)),
      ]
    }
    XCTAssertEqual(mapped.columns.map(\.type), ["float32 {3}", "int64 {3}", "float32 {3, 2}", "int64 {3}", "bool {3}"])
    XCTAssertEqual(try mapped.tensor("sum").toDoubles(), [21, 41, 61])
    XCTAssertEqual(try mapped.tensor("y").toIntegers(), [3, 2, 1])
    XCTAssertEqual(try mapped.labels("y"), ["a", "b", "c"])
    XCTAssertEqual(try mapped.column("x").features, ["left", "right"])
    XCTAssertEqual(try mapped.tensor("big").toDoubles(), [0, 1, 1])
    let same = try data.map { try $0.cells() }
    XCTAssertEqual(try same.fingerprint(), try data.fingerprint())
  }

  func testSortAndGroup() throws {
    let data = try sampleData(rows: 6).with("key", try reals([2, 1, 2, .nan, 1, 3], [6]))
    XCTAssertEqual(try rowNumbers(data.sort(by: "key")), [2, 5, 1, 3, 6, 4])
    XCTAssertEqual(try rowNumbers(data.sort(by: "key", descending: true)), [6, 1, 3, 2, 5, 4])
    let groups = try data.group(by: "y")
    XCTAssertEqual(groups.map(\.key), ["a", "b", "c"])
    XCTAssertEqual(try groups.map { try rowNumbers($0.rows) }, [[1, 4], [2, 5], [3, 6]])
    let texts = try Dataset().with("t", ["b", "B", "a", "é", "b"])
    XCTAssertEqual(try texts.group(by: "t").map(\.key), ["B", "a", "b", "é"])
    XCTAssertEqual(try texts.sort(by: "t").text("t"), ["B", "a", "b", "b", "é"])
  }

  func testLabelledAndCombined() throws {
    let data = try Dataset().with("size", try Tensor.from([10, 2, 10].map(Int64.init), shape: [3]))
      .with("kind", ["dog", "cat", "dog"]).with("w", try reals([0.5, 1, 2], [3]))
    let labelled = try data.labelled("kind").labelled("size")
    XCTAssertEqual(try labelled.labels("kind"), ["cat", "dog"])
    XCTAssertEqual(try labelled.tensor("kind").toIntegers(), [2, 1, 2])
    XCTAssertEqual(try labelled.labels("size"), ["2", "10"], "numbers are sorted by value")
    let joined = try data.combined(["size", "w"], into: "x")
    XCTAssertEqual(joined.names, ["x", "kind"])
    XCTAssertEqual(try joined.tensor("x").toDoubles(), [10, 0.5, 2, 1, 10, 2])
    XCTAssertEqual(try joined.column("x").features, ["size", "w"])
  }

  func testSummaryShowsColumnsAndFirstRows() throws {
    XCTAssertEqual(
      try sampleData(rows: 3).summary(rows: 2),
      """
      dataset: 3 rows, 4 columns
        x     float32 {3, 2}  10 to 31
        y     int64 {3}       3 classes: a, b, c
        name  text            3 different
        loss  float32 {3}     0.2258 to 0.6774
        row  x      y  name   loss
        1    10 11  a  row 1  0.2258
        2    20 21  b  row 2  0.4516
        and 1 more rows
      """)
    XCTAssertEqual(Dataset().description, "dataset: 0 rows, 0 columns")
  }

  func testStandardizerUsesTheFittedSplit() throws {
    let train = try Dataset().with("x", try reals([1, 7, 3, 7, 5, 7], [3, 2]))
    let test = try Dataset().with("x", try reals([3, 8], [1, 2]))
    let standardizer = try Standardizer(fitting: train, column: "x")
    XCTAssertEqual(standardizer.means, [3, 7])
    XCTAssertEqual(standardizer.deviations, [(8.0 / 3).squareRoot(), 1])
    XCTAssertEqual(try standardizer.apply(test).tensor("x").toDoubles(), [0, 1])
    let back = try standardizer.undo(standardizer.apply(train)).tensor("x").toDoubles()
    for (a, b) in zip(back, [1.0, 7, 3, 7, 5, 7]) { XCTAssertEqual(a, b, accuracy: 1e-6) }
  }
}
