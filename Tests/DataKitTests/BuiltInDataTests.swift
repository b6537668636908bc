import Basics
import DataKit
import Glibc
import Tensors
import XCTest

final class BuiltInDataTests: XCTestCase {
  func testEveryRowLoadsAsItSays() throws {
    XCTAssertEqual(BuiltInData.all.map(\.name), ["digits", "iris", "wine", "breast_cancer", "diabetes"])
    XCTAssertEqual(Set(BuiltInData.all.map(\.name)), Set(EmbeddedData.names), "every embedded file has a row")
    let shapes: [Shape] = [[1797, 64], [150, 4], [178, 13], [569, 30], [442, 10]]
    for (row, shape) in zip(BuiltInData.all, shapes) {
      let data = try row.load()
      XCTAssertEqual(data.names, ["x", "y"])
      XCTAssertEqual(data.rows, row.rows)
      XCTAssertEqual(try data.tensor("x").shape, shape)
      XCTAssertEqual(try data.tensor("x").dtype, .float32)
      XCTAssertEqual(try data.column("x").features?.count, shape[1])
      XCTAssertTrue(try data.tensor("x").toDoubles().allSatisfy(\.isFinite))
      XCTAssertFalse(row.licence.isEmpty || row.source.isEmpty || row.title.isEmpty)
    }
  }

  func testClassCounts() throws {
    func counts(_ name: String) throws -> [String: Int] {
      let data = try BuiltInData.named(name).load()
      let pairs = try data.group(by: "y").map { ($0.key, $0.rows.rows) }
      XCTAssertEqual(pairs.map(\.0), try data.labels("y"))
      return Dictionary(uniqueKeysWithValues: pairs)
    }
    XCTAssertEqual(try counts("iris"), ["setosa": 50, "versicolor": 50, "virginica": 50])
    XCTAssertEqual(try counts("wine"), ["1": 59, "2": 71, "3": 48])
    XCTAssertEqual(try counts("breast_cancer"), ["malignant": 212, "benign": 357])
    XCTAssertEqual(try counts("digits").values.reduce(0, +), 1797)
    XCTAssertEqual(try BuiltInData.named("digits").load().labels("y"), (0...9).map(String.init))
  }

  func testDigitsAreScaledUnlessRaw() throws {
    let digits = try BuiltInData.named("digits")
    let scaled = try digits.load()
    let raw = try digits.load(raw: true)
    XCTAssertEqual(try scaled.column("x").image, [8, 8])
    XCTAssertEqual(try raw.tensor("x").toDoubles().max(), 16)
    XCTAssertEqual(try scaled.tensor("x").toDoubles(), try raw.tensor("x").toDoubles().map { $0 / 16 })
    // The first row of the file: 0,0,5,13,9,1,... and the digit 0.
    XCTAssertEqual(try raw.tensor("x").toDoubles().prefix(6), [0, 0, 5, 13, 9, 1])
    XCTAssertEqual(try raw.tensor("y").toIntegers().first, 1)
  }

  func testDiabetesIsARegression() throws {
    let data = try BuiltInData.named("diabetes").load()
    let y = try data.tensor("y")
    XCTAssertEqual(y.dtype, .float32)
    XCTAssertEqual(y.toDoubles().min(), 25)
    XCTAssertEqual(y.toDoubles().max(), 346)
    XCTAssertEqual(y.toDoubles().first, 151)
    XCTAssertNil(try data.column("y").labels)
  }

  func testUnknownName() {
    assertFailure(
      .argument,
      "there is no built-in data set 'digit'; did you mean 'digits'? (digits, iris, wine, breast_cancer, diabetes)"
    ) { try BuiltInData.named("digit") }
    assertFailure(.argument, "there is no data set of images 'cifar' (mnist, fashion_mnist)") {
      try ImageFiles.named("cifar")
    }
  }
}

final class BuiltInFilesTests: XCTestCase {
  private var folder = ""

  override func setUpWithError() throws {
    var template = Array("/tmp/perilune-data-XXXXXX".utf8CString)
    let made = try XCTUnwrap(mkdtemp(&template))
    folder = String(cString: made)
  }

  override func tearDown() {
    for name in written { unlink("\(folder)/\(name)") }
    rmdir(folder)
  }

  private var written: [String] = []

  private func write(_ name: String, _ bytes: [UInt8]) throws {
    let file = try XCTUnwrap(fopen("\(folder)/\(name)", "w"))
    XCTAssertEqual(fwrite(bytes, 1, bytes.count, file), bytes.count)
    fclose(file)
    written.append(name)
  }

  private func writeImages(count: UInt8 = 3, labels: [UInt8] = [7, 0, 9]) throws {
    let pixels = (0..<(Int(count) * 6)).map { UInt8(($0 * 51) % 256) }
    try write("train-images-idx3-ubyte", [0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 2, 0, 0, 0, 3] + pixels)
    try write("train-labels.idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, UInt8(labels.count)] + labels)
  }

  func testImagesOfAFolder() throws {
    try writeImages()
    let data = try ImageFiles.named("fashion_mnist").load(folder, part: .train)
    XCTAssertEqual(data.columns.map(\.type), ["float32 {3, 6}", "int64 {3}"])
    XCTAssertEqual(try data.tensor("x").toDoubles()[5], 1)
    XCTAssertEqual(try data.column("x").image, [2, 3])
    XCTAssertEqual(try data.tensor("y").toIntegers(), [8, 1, 10])
    XCTAssertEqual(try data.labels("y")[7], "Sneaker")
    XCTAssertEqual(try ImageFiles.named("mnist").load(folder, part: .train, raw: true).tensor("x").toDoubles()[1], 51)
    let folder = folder
    assertFailure(.file, "\(folder) has no file t10k-images-idx3-ubyte or t10k-images-idx3-ubyte.gz") {
      try ImageFiles.named("mnist").load(folder, part: .test)
    }
  }

  func testImagesThatDoNotFitTheirLabels() throws {
    try writeImages(labels: [1, 2])
    let images = "\(folder)/train-images-idx3-ubyte"
    let labels = "\(folder)/train-labels.idx1-ubyte"
    assertFailure(.file, "\(images) has 3 images, but \(labels) has 2 labels") {
      try ImageFiles.named("mnist").load(folder, part: .train)
    }
    try writeImages(labels: [1, 2, 10])
    assertFailure(.file, "\(labels) has the label 10 in row 3, wanted 0 to 9") {
      try ImageFiles.named("mnist").load(folder, part: .train)
    }
  }

  func testCSVAndJSONLines() throws {
    try write("flowers.csv", Array("size,kind,count\n1.5,rose,3\n,tulip,4\n2,rose,5\n".utf8))
    let csv = try Dataset.csv("\(folder)/flowers.csv", labels: ["kind"])
    XCTAssertEqual(csv.columns.map(\.type), ["float32 {3}", "int64 {3}", "int64 {3}"])
    XCTAssertEqual(try csv.labels("kind"), ["rose", "tulip"])
    XCTAssertTrue(try csv.tensor("size").toDoubles()[1].isNaN)
    XCTAssertEqual(try csv.tensor("count").toIntegers(), [3, 4, 5])
    try write("lines.jsonl", Array("{\"text\": \"hi\", \"good\": true}\n{\"text\": \"no\", \"good\": false}\n".utf8))
    let lines = try Dataset.jsonLines("\(folder)/lines.jsonl", labels: ["good"])
    XCTAssertEqual(try lines.text("text"), ["hi", "no"])
    XCTAssertEqual(try lines.labels("good"), ["false", "true"])
    XCTAssertEqual(try lines.tensor("good").toIntegers(), [2, 1])
    let path = "\(folder)/flowers.csv"
    assertFailure(.argument, "there is no column 'kin'; did you mean 'kind'? (size, kind, count)") {
      try Dataset.csv(path, labels: ["kin"])
    }
  }
}
