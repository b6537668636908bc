import Basics
import DataKit
import XCTest

/// Every wrong file and text has one clear sentence, and no file, however damaged, ends the program.
final class TokenizerErrorTests: XCTestCase {
  private func check(_ body: @autoclosure () throws -> Any, _ expected: String, line: UInt = #line) {
    do {
      XCTFail("no error, but \(try body())", line: line)
    } catch {
      XCTAssertEqual((error as? Failure)?.message, expected, line: line)
    }
  }

  private func read(_ json: String) throws -> Tokenizer {
    try Tokenizer(try JSON.parse(Array(json.utf8), source: "f.json"), source: "f.json")
  }

  private func bytePairs(vocab: String, merges: String = "[]", added: String = "[]", more: String = "") -> String {
    """
    {"added_tokens": \(added), "pre_tokenizer": {"type": "ByteLevel"}, "model": {"type": "BPE", "vocab": \(vocab), \
    "merges": \(merges)\(more)}}
    """
  }

  func testFilesThatAreNotJSON() {
    check(try read(""), "f.json, byte 1: the text ends where a value should be")
    check(try read("{\"model\": {\"vocab\": {\"a\": 0"), "f.json, byte 28: wanted ',' or '}'")
    check(try read("[\"\\ud800\"]"), "f.json, byte 9: half of a surrogate pair")
    check(try read("[\"\\ud800\\u0041\"]"), "f.json, byte 15: half of a surrogate pair")
    check(try read("[\"\\udc00\"]"), "f.json, byte 9: half of a surrogate pair")
    check(
      try read(String(repeating: "[", count: 100_000)), "f.json, byte 66: nested deeper than 64 levels")
    check(
      try read(String(repeating: "{\"a\":", count: 100_000)), "f.json, byte 326: nested deeper than 64 levels")
    check(try JSON.parse([0x22, 0xff, 0x22], source: "f.json"), "f.json, byte 1: the text is not UTF-8")
  }

  func testFilesOfAnotherShape() {
    check(try read("[]"), "f.json: holds a list, wanted an object")
    check(try read("{}"), "f.json: has no 'model'")
    check(try read("{\"model\": 3}"), "f.json: 'model' is a number, wanted an object")
    check(try read("{\"model\": {}}"), "f.json: 'model' has no 'vocab'")
    check(try read(bytePairs(vocab: "[]")), "f.json: 'model.vocab' is a list, wanted an object")
    check(try read(bytePairs(vocab: "{\"a\": \"0\"}")), "f.json: 'model.vocab.a' is text, wanted a whole number")
    check(
      try read(bytePairs(vocab: "{\"a\": -1}")), "f.json: 'model.vocab.a' is -1, wanted a number from 0 to 2^31 - 1")
    check(try read(bytePairs(vocab: "{}")), "f.json: the vocabulary is empty")
    check(
      try read("{\"model\": {\"type\": \"Unigram\", \"vocab\": {\"a\": 0}}}"),
      "f.json: the model is 'Unigram', wanted 'BPE', 'WordPiece' or 'WordLevel'")
  }

  func testVocabularies() {
    check(
      try read(bytePairs(vocab: "{\"a\": 0, \"b\": 0}")),
      "f.json: the id 0 belongs to 'a' and to 'b', wanted one token")
    check(
      try read(bytePairs(vocab: "{\"a\": 0, \"b\": 7}")),
      "f.json: the id 1 belongs to no token, but ids go up to 7; wanted ids without gaps from 0")
    check(
      try read(bytePairs(vocab: "{\"a\": 0, \"a\": 1}")), "f.json, byte 108: the key 'a' occurs twice")
    check(
      try read(bytePairs(vocab: "{\"a\": 0}", added: "[{\"id\": 1, \"content\": \"a\"}]")),
      "f.json: the added token 'a' has the id 1, but 'model.vocab' gives it 0")
    check(
      try read(bytePairs(vocab: "{\"a\": 0}", added: "[{\"id\": 1, \"content\": \"\"}]")),
      "f.json: 'added_tokens[1]' has an empty content")
    check(
      try read(bytePairs(vocab: "{\"a\": 0, \"b\": 1}", merges: "[\"a b\"]")),
      "f.json: merge 1 joins 'a' and 'b', but 'ab' is not in the vocabulary")
    check(
      try read(bytePairs(vocab: "{\"a\": 0, \"b\": 1}", merges: "[[\"a\"]]")),
      "f.json: 'model.merges[1]' is not a pair of two tokens")
    check(
      try read(bytePairs(vocab: "{\"a\": 0}", more: ", \"unk_token\": \"<unk>\"")),
      "f.json: 'model.unk_token' is '<unk>', which is not in the vocabulary")
    check(
      try read(bytePairs(vocab: "{\"a\": 0}", more: ", \"byte_fallback\": true")),
      "f.json: 'model.byte_fallback' is set, which is not supported")
  }

  func testPartsThatAreNotUnderstood() {
    func other(_ part: String) -> String {
      "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": []}, \(part)}"
    }
    check(
      try read(other("\"normalizer\": {\"type\": \"NFC\"}")), "f.json: the normalizer is 'NFC', wanted none for BPE")
    check(
      try read(other("\"pre_tokenizer\": {\"type\": \"Metaspace\"}")),
      "f.json: the pre-tokenizer is 'Metaspace', wanted 'ByteLevel' for BPE")
    check(
      try read(other("\"decoder\": {\"type\": \"CTC\"}")),
      "f.json: the decoder is 'CTC', wanted 'ByteLevel' or 'Fuse' or none for BPE")
    check(
      try read(other("\"post_processor\": {\"type\": \"Sequence\"}")),
      "f.json: the post-processor is 'Sequence', wanted 'TemplateProcessing', 'BertProcessing', 'RobertaProcessing', 'ByteLevel' or none"
    )
    let template =
      "\"post_processor\": {\"type\": \"TemplateProcessing\", \"pair\": [], \"special_tokens\": {}, \"single\": "
    check(
      try read(other(template + "[{\"SpecialToken\": {\"id\": \"[CLS]\"}}]}")),
      "f.json: 'post_processor.single[1].SpecialToken' names '[CLS]', which 'special_tokens' does not have")
    check(
      try read(other(template + "[{\"Sequence\": {\"id\": \"B\"}}]}")),
      "f.json: 'post_processor.single[1].Sequence' names the sequence 'B', wanted A")
  }

  func testTexts() throws {
    let tokenizer = try Tokenizer.characters([Array("abc".utf8)])
    check(
      try tokenizer.encode("abé"),
      "the character 'é' (U+00E9) at place 3 of the text is not in the vocabulary of 3; make the tokenizer from text that has it, or with {unknown = \"<unk>\"}"
    )
    check(try tokenizer.encode([.init([0x61, 0xc3])]), "the text is not UTF-8: byte 2 is 0xC3")
    check(
      try tokenizer.encode([.init("a"), .init([0xed, 0xa0, 0x80])]), "text 2: the text is not UTF-8: byte 1 is 0xED")
    check(try tokenizer.decode([1, 4]), "the id 4 is not in the vocabulary, whose ids go from 1 to 3")
    check(
      try tokenizer.decode([0]), "the id 0 is not in the vocabulary, whose ids go from 1 to 3: counting starts at 1")
    check(try tokenizer.token(.min), "the id -9223372036854775808 is not in the vocabulary, whose ids go from 1 to 3")
    check(
      try read(bytePairs(vocab: "{\"a\": 0}")).encode("b"),
      "the vocabulary has no token for the byte 0x20, which the text has in ' b'; byte-level vocabularies need all 256")
    check(
      try Tokenizer.bytePairs([Array("abc".utf8)], size: 200),
      "a vocabulary of 200 is too small: the 256 bytes and the special tokens are 256")
    check(try Tokenizer.characters([[0xff]]), "the text is not UTF-8: byte 1 is 0xFF")
    check(try Tokenizer.characters([], special: ["a", "a"]), "the special token 'a' occurs twice")
  }

  func testWindowsAndDigits() throws {
    let ids = try tensor([1, 2, 3])
    check(try Dataset.windows(ids, context: 3), "a window of 3 ids and the one behind it do not fit a text of 3 ids")
    check(try Dataset.windows(ids, context: 0), "the context must be at least 1, found 0")
    check(try Dataset.windows(ids, context: 1, stride: 0), "the stride must be at least 1, found 0")
    check(try DigitFormat(width: 0).text(1), "the width must be from 1 to 64, found 0")
    check(try DigitFormat(width: 40, tags: .hints).text(1), "index hints have letters for 26 digits, found 40")
  }

  func testDamagedFilesNeverTrap() throws {
    var state: UInt64 = 7
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let insertions = ["0", "-1", "null", "[]", "{}", "\"\"", "9999999999", "\"\\u0000\"", "true", "[[", "1e999"]
    var read = 0
    for original in [TokenizerFixtures.bytePairs, TokenizerFixtures.wordPieces] {
      let bytes = Array(original.utf8)
      for round in 0..<400 {
        var damaged = bytes
        for _ in 0...next(3) {
          let place = next(damaged.count)
          switch next(4) {
          case 0: damaged[place] = UInt8(next(256))
          case 1: damaged.removeSubrange(place..<min(damaged.count, place + 1 + next(30)))
          case 2:
            // Another value in the place of one.
            let end = damaged[place...].firstIndex { $0 == 0x2c || $0 == 0x7d } ?? damaged.count
            damaged.replaceSubrange(place..<end, with: insertions[next(insertions.count)].utf8)
          default: if round % 8 == 0 { damaged.removeLast(damaged.count - place) }
          }
          if damaged.isEmpty { break }
        }
        do {
          let tokenizer = try Tokenizer(try JSON.parse(damaged, source: "f"), source: "f")
          read += 1
          let ids = (try? tokenizer.encode("the cat [MASK] foo bar <x> sat's é日🙂")) ?? []
          _ = try tokenizer.decode(ids)
        } catch {
          XCTAssertNotNil(error as? Failure)
        }
      }
    }
    XCTAssertGreaterThan(read, 20)
  }
}
