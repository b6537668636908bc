import Basics
import DataKit
import XCTest

final class FilesCommaSeparatedTests: XCTestCase {
  private func parse(_ text: String, _ options: CommaSeparated.Options = .init()) throws -> RawTable {
    try CommaSeparated.parse(Array(text.utf8), source: "t.csv", options: options)
  }

  func testTypesFollowTheValues() throws {
    let table = try parse("id,size,name,gap\n1,0.5,ant,\n-2,1e-3,bee,7\n3,.25,cat,NA\n")
    XCTAssertEqual(table.names, ["id", "size", "name", "gap"])
    XCTAssertEqual(table.rowCount, 3)
    XCTAssertEqual(table["id"], .integers([1, -2, 3]))
    XCTAssertEqual(table["size"], .numbers([0.5, 0.001, 0.25]))
    XCTAssertEqual(table["name"], .text(["ant", "bee", "cat"]))
    guard case .numbers(let gap) = table["gap"] else { return XCTFail("not numbers") }
    XCTAssertTrue(gap[0].isNaN && gap[1] == 7 && gap[2].isNaN)
    XCTAssertNil(table["other"])
  }

  func testHeaderIsDetected() throws {
    XCTAssertEqual(try parse("1,2\n3,4\n").names, ["column1", "column2"])
    XCTAssertEqual(try parse("a,b\n3,4\n").names, ["a", "b"])
    XCTAssertEqual(try parse("a,2\n3,4\n").rowCount, 2)
    XCTAssertEqual(try parse("1,2\n3,4\n", .init(header: .present)).names, ["1", "2"])
    XCTAssertEqual(try parse("a,b\n", .init(header: .absent))["column2"], .text(["b"]))
    XCTAssertEqual(try parse("a,b\n")["b"], .text([]))
  }

  func testQuotesAndLineEnds() throws {
    let expected = RawColumn.text(["one, two", "say \"hi\"", "line\r\nbreak", "", "\""])
    for end in ["\n", "\r\n", "\r"] {
      let rows = ["k,v", "1,\"one, two\"", "2,\"say \"\"hi\"\"\"", "3,\"line\r\nbreak\"", "4,\"\"", "5,\"\"\"\""]
      for tail in ["", end, end + end] {
        let table = try parse(rows.joined(separator: end) + tail)
        XCTAssertEqual(table["k"], .integers([1, 2, 3, 4, 5]))
        XCTAssertEqual(table["v"], expected)
      }
    }
  }

  func testMarkDelimiterAndSpaces() throws {
    let table = try parse("\u{feff}a;b\n 1 ; x \n", .init(delimiter: UInt8(ascii: ";")))
    XCTAssertEqual(table["a"], .integers([1]))
    XCTAssertEqual(table["b"], .text([" x "]))
  }

  func testNumbersAreCorrectlyRounded() throws {
    let written = [
      "0.1", "123456789.125", "1e22", "1e23", "9007199254740993", "2.2250738585072011e-308", "4.9e-324", "+7.25",
      "1.7976931348623157e308", "0.30000000000000004", "123456789012345678901234567890", "-1.5E+3", "5.", "-inf",
    ]
    let table = try parse("x\n" + written.joined(separator: "\n"), .init(types: ["x": .numbers]))
    let known = written.map { $0 == "5." ? 5 : Double($0) ?? .nan }
    XCTAssertEqual(table["x"], .numbers(known))
  }

  func testWholeNumbersKeepAllDigits() throws {
    XCTAssertEqual(
      try parse("x\n9223372036854775807\n-9223372036854775808\n")["x"], .integers([.max, .min]))
    XCTAssertEqual(try parse("x\n9223372036854775808\n")["x"], .numbers([0x1p63]))
  }

  func testWhatIsNoNumberIsText() throws {
    for word in ["0x10", "1_000", "1e", "--1", "1.2.3", ".", "-", "1 2", "e5", "infinite", "true"] {
      XCTAssertEqual(try parse("x\n\(word)\n")["x"], .text([word]), word)
    }
  }

  func testDeclaredTypes() throws {
    XCTAssertEqual(try parse("x\n01\n", .init(types: ["x": .text]))["x"], .text(["01"]))
    XCTAssertEqual(try parse("x\n1\n", .init(types: ["x": .numbers]))["x"], .numbers([1]))
    assertFailure(.file, "t.csv, line 3, column 2 ('age'): found 'old', wanted a number") {
      try parse("name,age\na,3\nb,old\n", .init(types: ["age": .numbers]))
    }
    assertFailure(.file, "t.csv, line 4, column 1 ('n'): found '2.5', wanted a whole number of at most 64 bits") {
      try parse("n,m\n\n1,1\n2.5,1\n", .init(types: ["n": .integers]))
    }
    assertFailure(.argument, "t.csv has no column 'heigth' to give a type to; did you mean 'height'?") {
      try parse("height,age\n1,2\n", .init(types: ["heigth": .numbers]))
    }
  }

  func testLinesAreCountedThroughQuotes() {
    assertFailure(.file, "t.csv, line 5: found 1 fields, wanted 2 as in the first row") {
      try parse("a,b\n\"x\n\ny\",1\nlonely\n")
    }
  }

  func testBadText() {
    assertFailure(.file, "t.csv is empty, wanted rows of comma-separated values") { try parse("") }
    assertFailure(.file, "t.csv is empty, wanted rows of comma-separated values") { try parse("\n\r\n") }
    assertFailure(.file, "t.csv, line 3: found 3 fields, wanted 2 as in the first row") {
      try parse("a,b\n1,2\n1,2,3\n")
    }
    assertFailure(.file, "t.csv, line 2, column 2: the quote is never closed") { try parse("a,b\n1,\"x\n2,3\n") }
    assertFailure(.file, "t.csv, line 2, column 1: a quote inside a field that does not begin with one") {
      try parse("a\n5\"\n")
    }
    assertFailure(
      .file, "t.csv, line 2, column 1: text follows the closing quote; a quote inside a quoted field is written twice"
    ) { try parse("a\n\"5\"x\n") }
    assertFailure(.file, "t.csv, line 1, column 2: the name 'a' occurs twice") { try parse("a,a\n1,2\n") }
    assertFailure(.file, "t.csv, line 2, column 1: the text is not UTF-8") {
      try CommaSeparated.parse([0x61, 0x0a, 0xff, 0x0a], source: "t.csv")
    }
    assertFailure(.argument, "a CSV delimiter must be an ASCII character other than a quote or a line break") {
      try parse("a", .init(delimiter: 10))
    }
  }

  func testDamagedTextNeverTraps() {
    let text = Array("id,\"na\"\"me\",x\r\n1,\"a,\"\"b\",0.5\r\n2,\"c\nd\",1e9\r\n3,e,-inf\r\n".utf8)
    let accepted = countAccepted(damagedCopies(of: text, count: 20_000, seed: 2)) { bytes in
      let table = try CommaSeparated.parse(bytes, source: "t.csv")
      XCTAssertTrue(table.columns.allSatisfy { $0.values.count == table.rowCount })
      XCTAssertEqual(Set(table.names).count, table.columns.count)
    }
    XCTAssertTrue((1000..<19_000).contains(accepted), "\(accepted) accepted")
  }
}
