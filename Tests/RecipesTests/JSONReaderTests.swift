import Recipes
import XCTest

final class JSONReaderTests: XCTestCase {
  func testWhatIsWrittenIsReadBack() throws {
    let value: JSON = .record(
      ("text", .text("a\"b\\c\n\u{1}é😀/")), ("number", .number(0.1)), ("whole", .integer(-3)),
      ("large", .number(1e300)),
      ("tiny", .number(5e-324)), ("minus", .number(-0.0)), ("list", .list([.integer(1), .boolean(true), .null])),
      ("empty", .object([])), ("none", .list([])))
    for text in [value.compact, value.pretty] { XCTAssertEqual(try JSON(parsing: text), value) }
  }

  func testWhatOthersWrite() throws {
    XCTAssertEqual(
      try JSON(parsing: " { \"a\" : [ 1.50 , 1E2, \"\\u00e9\\ud83d\\ude00\\/\" ] }\r\n"),
      .record(("a", .list([.number(1.5), .number(100), .text("é😀/")]))))
    XCTAssertEqual(
      try JSON(parsing: "123456789012345678901234567890"), .number(123_456_789_012_345_678_901_234_567_890))
    XCTAssertEqual(try JSON(parsing: "{\"a\": 1}")["a"]?.int, 1)
    XCTAssertNil(try JSON(parsing: "[1]")["a"])
  }

  func testWhatIsNotJSONIsRefused() {
    for (text, message) in [
      ("", "the text ends too early at byte 1"), ("{\"a\": 1", "the text ends too early at byte 8"),
      ("{\"a\" 1}", "':' is missing at byte 6"), ("[1 2]", "',' is missing at byte 4"),
      ("nul", "an unknown word at byte 1"),
      ("1 2", "something follows the value at byte 3"), ("\"a", "a string does not end at byte 3"),
      ("\"\\x\"", "an unknown escape at byte 4"), ("\"\\ud800\"", "half of a pair of surrogates at byte 8"),
      ("--1", "not a number at byte 4"), ("1e999", "not a number at byte 6"), ("{1: 2}", "a name is missing at byte 2"),
      (String(repeating: "[", count: 300), "values are nested too deeply at byte 201"),
    ] {
      XCTAssertThrowsError(try JSON(parsing: text), text) { error in
        XCTAssertEqual("\(error)", "not valid JSON: " + message, text)
      }
    }
  }

  /// Every cut of a valid text is refused, never a trap.
  func testCutTexts() throws {
    let text = Array("{\"a\": [1.5, \"\\u00e9x\", {\"b\": false}], \"c\": null}".utf8)
    XCTAssertNoThrow(try JSON(parsing: text))
    for end in 0..<text.count { XCTAssertThrowsError(try JSON(parsing: Array(text[..<end]))) }
  }
}
