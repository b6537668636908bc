import Basics
import DataKit
import XCTest

final class FilesJSONLinesTests: XCTestCase {
  private func parse(_ text: String, columns: [String]? = nil) throws -> RawTable {
    try JSONLines.parse(Array(text.utf8), source: "t.jsonl", columns: columns)
  }

  func testColumnsInFirstSeenOrder() throws {
    let table = try parse(
      """
      {"z": 1, "a": "x", "m": true}

      {"a": "y", "z": -2, "m": false, "late": 0.5}
      """)
    XCTAssertEqual(table.names, ["z", "a", "m", "late"])
    XCTAssertEqual(table["z"], .integers([1, -2]))
    XCTAssertEqual(table["a"], .text(["x", "y"]))
    XCTAssertEqual(table["m"], .booleans([true, false]))
    guard case .numbers(let late) = table["late"] else { return XCTFail("not numbers") }
    XCTAssertTrue(late[0].isNaN && late[1] == 0.5)
  }

  func testMissingNumbers() throws {
    let table = try parse("{\"x\": null, \"y\": null}\n{\"x\": 2, \"y\": null}\n")
    guard case .numbers(let x) = table["x"], case .numbers(let y) = table["y"] else { return XCTFail("not numbers") }
    XCTAssertTrue(x[0].isNaN && x[1] == 2 && y[0].isNaN && y[1].isNaN)
  }

  func testEscapes() throws {
    let table = try parse(#"{"t\u0065xt": "tab\t quote\" slash\/ back\\ \u00e9 \ud83d\ude00 \b\f\n\r 東"}"#)
    XCTAssertEqual(table["text"], .text(["tab\t quote\" slash/ back\\ é 😀 \u{8}\u{c}\n\r 東"]))
  }

  func testNumbers() throws {
    let table = try parse(#"{"i": 9223372036854775807, "big": 9223372036854775808, "e": 1E2, "z": -0.0, "f": 0.1}"#)
    XCTAssertEqual(table["i"], .integers([.max]))
    XCTAssertEqual(table["big"], .numbers([0x1p63]))
    XCTAssertEqual(table["e"], .numbers([100]))
    XCTAssertEqual(table["f"], .numbers([0.1]))
    XCTAssertEqual(table["z"]?.asNumbers?[0].sign, .minus)
  }

  func testWantedColumnsOnly() throws {
    let table = try parse("{\"a\": 1, \"deep\": [1, {\"b\": []}]}\n{\"a\": 2, \"c\": \"x\"}\n", columns: ["a"])
    XCTAssertEqual(table.names, ["a"])
    XCTAssertEqual(table["a"], .integers([1, 2]))
    assertFailure(.argument, "t.jsonl has no values for 'b' in any line") {
      try parse("{\"a\": 1}", columns: ["a", "b"])
    }
  }

  func testWrongValues() {
    assertFailure(.file, "t.jsonl, line 3: 'a' holds text, wanted numbers as in line 1") {
      try parse("{\"a\": 1}\n\n{\"a\": \"x\"}\n")
    }
    assertFailure(.file, "t.jsonl, line 1: 'a' holds a list, wanted a number, text, true or false") {
      try parse("{\"a\": [1]}")
    }
    assertFailure(.file, "t.jsonl, line 2: 'a' is missing, and only numbers may be; line 1 has one") {
      try parse("{\"a\": \"x\"}\n{\"b\": 1}\n")
    }
    assertFailure(.file, "t.jsonl, line 1: found a list, wanted an object in braces") { try parse("[1]") }
    assertFailure(.file, "t.jsonl is empty, wanted a JSON object per line") { try parse(" \n\n") }
  }

  func testMistakesInTheText() {
    let cases: [(text: String, byte: Int, mistake: String)] = [
      ("{\"a\": 1", 8, "wanted ',' or '}'"),
      ("{\"a\": ", 7, "the text ends where a value should be"),
      ("{\"a\": 1} {", 10, "something follows the value"),
      ("{\"a\": 01}", 9, "a number begins with a needless 0"),
      ("{\"a\": 1.}", 9, "wanted a digit after the point"),
      ("{\"a\": 1e}", 9, "wanted a digit in the exponent"),
      ("{\"a\": +1}", 7, "not a JSON value"),
      ("{\"a\": NaN}", 7, "not a JSON value"),
      ("{\"a\": nul}", 7, "not a JSON value"),
      ("{\"a\" 1}", 6, "wanted ':' after the key 'a'"),
      ("{a: 1}", 2, "wanted a key in quotes"),
      ("{\"a\": 1,}", 9, "wanted a key in quotes"),
      ("{\"a\": [1 2]}", 10, "wanted ',' or ']'"),
      ("{\"a\": 1, \"a\": 2}", 13, "the key 'a' occurs twice"),
      ("{\"a\": \"x}", 10, "the text is never closed"),
      ("{\"a\": \"\\x\"}", 9, "an escape that JSON does not have"),
      ("{\"a\": \"\\u12g4\"}", 12, "wanted four hexadecimal digits"),
      ("{\"a\": \"\\ud83d\"}", 14, "half of a surrogate pair"),
      ("{\"a\": \"\\ude00\"}", 14, "half of a surrogate pair"),
      ("{\"a\": \"\t\"}", 8, "a control character inside text; write it as an escape"),
    ]
    for (text, byte, mistake) in cases {
      assertFailure(.file, "t.jsonl, line 2, byte \(byte): \(mistake)") { try parse("{}\n" + text) }
    }
    assertFailure(.file, "t.jsonl, line 1, byte 7: the text is not UTF-8") {
      try JSONLines.parse(Array("{\"a\": \"".utf8) + [0xff] + Array("\"}".utf8), source: "t.jsonl")
    }
  }

  func testDepthIsBounded() throws {
    let deep = String(repeating: "[", count: 1_000_000)
    assertFailure(.file, "t.jsonl, line 1, byte 71: nested deeper than 64 levels") { try parse("{\"a\": " + deep) }
    let allowed = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    XCTAssertEqual(try parse("{\"a\": \(allowed), \"b\": 1}", columns: ["b"])["b"], .integers([1]))
  }

  func testDamagedTextNeverTraps() {
    let line = #"{"id": 12, "text": "a\u00e9\n\"b\"", "ok": true, "x": -1.5e3, "none": null}"#
    let text = Array("\(line)\n\(line)\n".utf8)
    let accepted = countAccepted(damagedCopies(of: text, count: 20_000, seed: 3)) { bytes in
      let table = try JSONLines.parse(bytes, source: "t.jsonl")
      XCTAssertTrue(table.columns.allSatisfy { $0.values.count == table.rowCount })
    }
    XCTAssertTrue((100..<19_000).contains(accepted), "\(accepted) accepted")
  }
}
