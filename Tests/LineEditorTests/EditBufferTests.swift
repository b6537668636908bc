import LineEditor
import XCTest

final class EditBufferTests: XCTestCase {
  func testKeysOfEmacs() {
    var buffer = EditBuffer("local x = 12")
    buffer.wordLeft()
    XCTAssertEqual(buffer.textBeforeCursor, "local x = ")
    buffer.cutToLineStart()
    XCTAssertEqual(buffer.text, "12")
    buffer.lineEnd()
    buffer.putBack()
    XCTAssertEqual(buffer.text, "12local x = ")
    buffer.undo()
    XCTAssertEqual(buffer.text, "12")
    buffer.swap()
    XCTAssertEqual(buffer.text, "21")
    buffer.backspace()
    buffer.backspace()
    buffer.backspace()
    XCTAssertTrue(buffer.isEmpty)
  }

  func testLines() {
    var buffer = EditBuffer("first\nsecond line\nx")
    XCTAssertTrue(buffer.up())
    XCTAssertEqual(buffer.textBeforeCursor, "first\ns")
    buffer.lineEnd()
    XCTAssertEqual(buffer.textBeforeCursor, "first\nsecond line")
    XCTAssertTrue(buffer.up())
    XCTAssertEqual(buffer.textBeforeCursor, "first", "a shorter line ends where it ends")
    XCTAssertFalse(buffer.up())
    buffer.cutToLineEnd()
    XCTAssertEqual(buffer.text, "firstsecond line\nx", "at the end of a line Ctrl-K joins the next")
    XCTAssertTrue(buffer.down())
    XCTAssertFalse(buffer.down())
  }

  func testCharactersOfSeveralScalars() {
    var buffer = EditBuffer("e\u{301}👩‍🔬宽")
    buffer.backspace()
    buffer.backspace()
    XCTAssertEqual(buffer.text, "e\u{301}")
    XCTAssertEqual(CharacterWidth.of("e\u{301}宽a"), 4)
    XCTAssertEqual(CharacterWidth.of("👩‍🔬"), 2)
  }
}

final class KeyDecoderTests: XCTestCase {
  private func keys(_ bytes: [UInt8]) -> [Key] {
    final class Source { var rest: ArraySlice<UInt8> = [] }
    let source = Source()
    source.rest = bytes[...]
    let decoder = KeyDecoder(next: { source.rest.popFirst() }, hasMore: { !source.rest.isEmpty })
    var keys: [Key] = []
    while let key = decoder.read() { keys.append(key) }
    return keys
  }

  func testAnswersOfTheTerminal() {
    XCTAssertEqual(
      keys(Array("a\u{1B}[?62;4;22c\u{1B}[6;20;10tb\u{1B}[8;24;80t\u{1B}[c".utf8)),
      [
        .character("a"), .report(.attributes([62, 4, 22])), .report(.cell(width: 10, height: 20)), .character("b"),
        .unknown, .unknown,
      ])
  }

  func testSequences() {
    XCTAssertEqual(
      keys(Array("a宽\u{1}\u{1B}[A\u{1B}[1;5C\u{1B}OH\u{1B}[3~\u{1B}f\r".utf8)),
      [
        .character("a"), .character("宽"), .control("a"), .up, .wordRight, .home, .delete, .alt("f"), .enter,
      ])
    XCTAssertEqual(keys([0x1B]), [.escape])
    XCTAssertEqual(keys([0xFF, 0x61]), [.unknown, .character("a")], "broken UTF-8 is passed over")
  }

  func testPasteKeepsItsLines() {
    XCTAssertEqual(
      keys(Array("\u{1B}[200~for i = 1, 2 do\r  print(i)\r\nend\u{1B}[201~x".utf8)),
      [
        .paste("for i = 1, 2 do\n  print(i)\nend"), .character("x"),
      ])
  }
}

final class HistoryTests: XCTestCase {
  func testKeptOverSessions() throws {
    let path = NSTemporaryDirectory() + "perilune-history-\(UUID().uuidString)/history"
    defer { try? FileManager.default.removeItem(atPath: (path as NSString).deletingLastPathComponent) }
    let first = History(path: path)
    for text in ["local x = 1", "for i = 1, 2 do\n  print(\"i\")\nend", "x", "x", "  "] { first.add(text) }
    let second = History(path: path)
    XCTAssertEqual(second.entries, ["local x = 1", "for i = 1, 2 do\n  print(\"i\")\nend", "x"])
    XCTAssertEqual(second.older(than: 3, beginningWith: "local"), 0)
    XCTAssertNil(second.newer(than: 0, beginningWith: "local"))
    XCTAssertEqual(second.search("print", before: 3), 1)
    XCTAssertNil(second.search("absent", before: 3))
    XCTAssertEqual(History(path: nil).entries, [])
  }

  func testCommonBeginning() {
    let found = Completions(replaces: 1, items: [.init("softmax"), .init("softplus")])
    XCTAssertEqual(found.commonPrefix, "soft")
  }
}
