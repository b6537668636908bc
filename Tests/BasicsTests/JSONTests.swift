import Basics
import XCTest

final class JSONTests: XCTestCase {
  private let sample: JSON = .record(
    ("text", .text("a\"b\\c\n\u{1}é😀/\u{7f}")), ("number", .number(0.1)), ("whole", .integer(-3)),
    ("large", .number(1e300)), ("tiny", .number(5e-324)), ("minus", .number(-0.0)),
    ("list", .list([.integer(1), .boolean(true), .null])), ("deep", .list([.list([]), .object([]), .list([.null])])),
    ("empty", .object([])), ("none", .list([])))

  func testWhatIsWrittenIsReadBack() throws {
    for isIndented in [false, true] {
      for keepsPoints in [false, true] {
        for namesEscapes in [false, true] {
          let style = JSON.Style(isIndented: isIndented, keepsPoints: keepsPoints, namesEscapes: namesEscapes)
          XCTAssertEqual(try JSON(parsing: sample.written(style)), sample)
        }
      }
    }
  }

  func testTheTextOfEachStyle() {
    let value: JSON = .record(
      ("a\n", .list([.number(1), .integer(1), .number(.nan)])),
      ("b", .list([.list([.text("\u{7f}\t")]), .object([])])),
      ("c", .record(("d", .number(1.5)))), ("e", .number(-0.0)), ("f", .number(1e20)))
    XCTAssertEqual(
      value.compact,
      #"{"a\n":[1,1,null],"b":[["\u007f\t"],{}],"c":{"d":1.5},"e":-0.0,"f":1e+20}"#)
    XCTAssertEqual(
      value.written(JSON.Style(keepsPoints: true, namesEscapes: false)),
      #"{"a\u000a":[1.0,1,null],"b":[["\#u{7f}\u0009"],{}],"c":{"d":1.5},"e":-0.0,"f":1e+20}"#)
    XCTAssertEqual(
      value.pretty,
      #"""
      {
        "a\n": [1, 1, null],
        "b": [
          ["\u007f\t"],
          {}
        ],
        "c": {
          "d": 1.5
        },
        "e": -0.0,
        "f": 1e+20
      }

      """#)
  }

  func testWhatOthersWrite() throws {
    XCTAssertEqual(
      try JSON(parsing: " { \"a\" : [ 1.50 , 1E2, \"\\u00e9\\ud83d\\ude00\\/\" ] }\r\n"),
      .record(("a", .list([.number(1.5), .number(100), .text("é😀/")]))))
    XCTAssertEqual(
      try JSON(parsing: "123456789012345678901234567890"), .number(123_456_789_012_345_678_901_234_567_890))
    XCTAssertEqual(try JSON(parsing: "-9223372036854775808"), .integer(.min))
    XCTAssertEqual(try JSON(parsing: "9223372036854775808"), .number(0x1p63))
    XCTAssertEqual(try JSON(parsing: "{\"a\": 1}")["a"]?.int, 1)
    XCTAssertEqual(try JSON(parsing: "3.0").int, 3)
    XCTAssertNil(try JSON(parsing: "3.5").int)
    XCTAssertNil(try JSON(parsing: "[1]")["a"])
    XCTAssertEqual(try JSON.parse([0xef, 0xbb, 0xbf, 0x31], source: "f"), .integer(1))
  }

  func testEscapes() throws {
    XCTAssertEqual(
      try JSON(parsing: #""tab\t quote\" slash\/ back\\ \u00E9 \ud83d\ude00 \b\f\n\r 東""#).string,
      "tab\t quote\" slash/ back\\ é 😀 \u{8}\u{c}\n\r 東")
    XCTAssertEqual(try JSON(parsing: #""\u0000""#).string, "\0")
  }

  func testWhatIsNotJSONIsRefused() {
    let cases: [(text: String, byte: Int, mistake: String)] = [
      ("", 1, "the text ends where a value should be"), ("{\"a\": ", 7, "the text ends where a value should be"),
      ("{\"a\": 1", 8, "wanted ',' or '}'"), ("{\"a\" 1}", 6, "wanted ':' after the key 'a'"),
      ("[1 2]", 4, "wanted ',' or ']'"), ("[1", 3, "wanted ',' or ']'"), ("nul", 1, "not a JSON value"),
      ("NaN", 1, "not a JSON value"), ("+1", 1, "not a JSON value"), ("--1", 1, "not a JSON value"),
      ("-", 1, "not a JSON value"), (".5", 1, "not a JSON value"), ("1 2", 3, "something follows the value"),
      ("[1,]", 4, "not a JSON value"), ("{\"a\": 1,}", 9, "wanted a key in quotes"),
      ("{1: 2}", 2, "wanted a key in quotes"), ("{a: 1}", 2, "wanted a key in quotes"),
      ("01", 3, "a number begins with a needless 0"), ("-012", 5, "a number begins with a needless 0"),
      ("1.", 3, "wanted a digit after the point"), ("1e", 3, "wanted a digit in the exponent"),
      ("[1e999]", 2, "the number is too large"), ("\"a", 3, "the text is never closed"),
      ("\"a\\", 4, "the text is never closed"), ("\"\\x\"", 3, "an escape that JSON does not have"),
      ("\"\\u12g4\"", 6, "wanted four hexadecimal digits"), ("\"\\u+123\"", 4, "wanted four hexadecimal digits"),
      ("\"\\ud800\"", 8, "half of a surrogate pair"), ("\"\\ude00\"", 8, "half of a surrogate pair"),
      ("\"\\ud800\\u0041\"", 14, "half of a surrogate pair"),
      ("\"\t\"", 2, "a control character inside text; write it as an escape"),
      ("{\"a\": 1, \"a\": 2}", 13, "the key 'a' occurs twice"),
      (String(repeating: "[", count: 1_000_000), 66, "nested deeper than 64 levels"),
      (String(repeating: "{\"\":", count: 1_000_000), 261, "nested deeper than 64 levels"),
    ]
    for (text, byte, mistake) in cases {
      XCTAssertThrowsError(try JSON(parsing: text), text) { error in
        XCTAssertEqual("\(error)", "not valid JSON: \(mistake) at byte \(byte)", text)
      }
      XCTAssertThrowsError(try JSON.parse(Array(text.utf8), source: "f.json"), text) { error in
        XCTAssertEqual("\(error)", "f.json, byte \(byte): \(mistake)", text)
      }
    }
    XCTAssertThrowsError(try JSON(parsing: [0x5b, 0x22, 0x61, 0xff, 0x22, 0x5d])) { error in
      XCTAssertEqual("\(error)", "not valid JSON: the text is not UTF-8 at byte 2")
    }
    XCTAssertThrowsError(try JSON.parse([0xef, 0xbb, 0xbf, 0x78], source: "f")) { error in
      XCTAssertEqual("\(error)", "f, byte 4: not a JSON value")
    }
  }

  func testDepthOf64LevelsIsRead() throws {
    let text = String(repeating: "[", count: 65) + String(repeating: "]", count: 65)
    XCTAssertEqual(try JSON(parsing: text).compact, text)
  }

  /// Keys differ where their bytes do; a repeated key is found among few and among many.
  func testRepeatedKeys() throws {
    XCTAssertEqual(try JSON(parsing: "{\"\u{e9}\": 1, \"e\u{301}\": 2}").members?.count, 2)
    for count in [1, 15, 16, 17, 18, 1000] {
      let members = (0..<count).map { JSON.Member(name: "k\($0)", value: .integer($0)) }
      XCTAssertEqual(try JSON(parsing: JSON.object(members).compact), .object(members))
      for repeated in Set([0, count / 2, count - 1]) {
        let twice = JSON.object(members + [members[repeated]]).compact
        XCTAssertThrowsError(try JSON(parsing: twice)) { error in
          XCTAssertTrue("\(error)".contains("the key 'k\(repeated)' occurs twice"), "\(error)")
        }
      }
    }
  }

  /// Every cut of a valid text is refused, and every changed byte is read or refused; never a trap.
  func testDamagedTexts() throws {
    let text = Array("{\"a\": [1.5, \"\\u00e9x\", {\"b\": false}], \"c\": null}".utf8)
    XCTAssertNoThrow(try JSON(parsing: text))
    for end in 0..<text.count { XCTAssertThrowsError(try JSON(parsing: Array(text[..<end]))) }
    var refused = 0
    for place in text.indices {
      for byte in UInt8.min...UInt8.max {
        var damaged = text
        damaged[place] = byte
        do { _ = try JSON(parsing: damaged) } catch { refused += 1 }
      }
    }
    XCTAssertGreaterThan(refused, text.count * 128)
  }

  func testAFormIsReadPieceByPiece() throws {
    func sizes(_ text: String) throws -> [Int] {
      var sizes: [Int] = []
      try Array(text.utf8).withUnsafeBufferPointer { bytes in
        var reader = JSONReader(bytes)
        try reader.list { (reader) throws(JSON.Mistake) in sizes.append(try reader.wholeNumber()) }
        try reader.finish()
      }
      return sizes
    }
    XCTAssertEqual(try sizes(" [ 1, 0,9223372036854775807 ] "), [1, 0, .max])
    for (text, mistake) in [
      ("{}", JSON.Mistake(message: "wanted a list", offset: 0)),
      ("[-1]", JSON.Mistake(message: "wanted a whole number from 0", offset: 1)),
      ("[1.5]", JSON.Mistake(message: "wanted ',' or ']'", offset: 2)),
      ("[07]", JSON.Mistake(message: "a number begins with a needless 0", offset: 3)),
      ("[9223372036854775808]", JSON.Mistake(message: "the number is too large", offset: 19)),
    ] {
      XCTAssertThrowsError(try sizes(text)) { XCTAssertEqual($0 as? JSON.Mistake, mistake) }
    }
  }
}
