import Basics
import DataKit
import XCTest

/// Ids and texts against numbers of Hugging Face's `tokenizers` 0.23.3. Ids there count from 0, here from 1.
final class TokenizerReferenceTests: XCTestCase {
  private func tokenizer(_ json: String) throws -> Tokenizer {
    try Tokenizer(try JSON.parse(Array(json.utf8), source: "tokenizer.json"), source: "tokenizer.json")
  }

  private static let bytePairIds: [(String, [Int])] = [
    ("the cat sat", [259, 268, 263, 287]),
    (
      "They'll see: isn't it there? I've 2024 days",
      [
        53, 258, 90, 8, 77, 77, 264, 70, 70, 27, 260, 84, 79, 8, 85, 260, 85, 272, 32, 222, 42, 8, 280, 222, 19, 17, 19,
        21, 269, 66, 90, 84,
      ]
    ),
    ("naïve 日本 🙂 x", [79, 274, 109, 280, 222, 164, 247, 100, 164, 252, 107, 222, 290, 226, 222, 89]),
    (
      "a  b \n\n c<|endoftext|>the <pad> mat",
      [66, 222, 222, 67, 222, 200, 200, 268, 0, 259, 222, 1, 222, 78, 263]
    ),
    (
      "  leading and trailing  ",
      [222, 222, 77, 70, 66, 69, 276, 72, 288, 222, 85, 83, 66, 74, 77, 276, 72, 270]
    ),
    ("\t\r\n\u{a0}\u{2003}x", [199, 203, 200, 128, 256, 265, 227, 89]),
    ("'s 'll've're", [8, 84, 222, 8, 77, 77, 8, 280, 8, 262]),
    ("e\u{301}\u{300} ½Ⅷ٣", [70, 138, 225, 138, 224, 222, 128, 123, 160, 229, 102, 151, 98]),
    ("", []),
  ]

  func testBytePairsReadFromTheFile() throws {
    let tokenizer = try tokenizer(TokenizerFixtures.bytePairs)
    XCTAssertEqual(tokenizer.kind, .bytePairs)
    XCTAssertEqual(tokenizer.vocabularySize, 291)
    for (text, ids) in Self.bytePairIds { XCTAssertEqual(try tokenizer.encode(text), ids.map { $0 + 1 }, text) }
    XCTAssertEqual(try tokenizer.token(223), "Ġ")
    XCTAssertEqual(tokenizer.id("Ġthe"), 262)
    XCTAssertEqual(tokenizer.paddingId, 2)
  }

  /// The same pairs merge in the same order as with the reference's trainer, so the whole vocabulary agrees.
  func testTrainingGivesTheReferencesVocabulary() throws {
    let texts = TokenizerFixtures.corpus.map { Array($0.utf8) }
    let trained = try Tokenizer.bytePairs(texts, size: 330, special: ["<|endoftext|>", "<pad>"])
    XCTAssertEqual(trained.tokens, try tokenizer(TokenizerFixtures.bytePairs).tokens)
    for (text, ids) in Self.bytePairIds { XCTAssertEqual(try trained.encode(text), ids.map { $0 + 1 }, text) }
  }

  func testPartsOfCharactersBecomeReplacementCharacters() throws {
    let tokenizer = try tokenizer(TokenizerFixtures.bytePairs)
    let ids = try tokenizer.encode("日🙂é")
    XCTAssertEqual(ids, [165, 248, 101, 291, 227, 267])
    XCTAssertEqual(
      try (0...6).map { try tokenizer.decode(ids.prefix($0)) },
      ["", "\u{fffd}", "\u{fffd}", "日", "日\u{fffd}", "日🙂", "日🙂é"])
    XCTAssertEqual(
      try (0...6).map { try tokenizer.decode(ids.dropFirst($0)) },
      ["日🙂é", "\u{fffd}\u{fffd}🙂é", "\u{fffd}🙂é", "🙂é", "\u{fffd}é", "é", ""])
  }

  func testWordPieces() throws {
    let tokenizer = try tokenizer(TokenizerFixtures.wordPieces)
    let cases: [(String, [Int])] = [
      ("The cats sat, unaffable!", [2, 5, 6, 8, 7, 15, 10, 11, 12, 14, 3]),
      ("CAFÉ café cafe\u{301}", [2, 13, 13, 13, 3]),
      ("日本 the日本", [2, 22, 23, 5, 22, 23, 3]),
      ("don't $1984 —a", [2, 21, 18, 20, 30, 27, 28, 29, 32, 25, 3]),
      ("the [MASK] cat [MASK]", [2, 5, 4, 6, 4, 3]),
      ("x\u{0}the\u{ad}cat\tsat\u{200b}\u{3000}a", [2, 1, 7, 25, 3]),
      ("foo FOO Foo xfoo", [2, 34, 34, 34, 1, 34, 3]),
      ("bar the bar. xbar bar_ BAR", [2, 35, 5, 35, 17, 1, 1, 1, 35, 3]),
      ("<x>  the <x>cat", [2, 36, 5, 36, 6, 3]),
      ("aaaaaaaaaaaaaaaaaaaaa a", [2, 1, 25, 3]),
      ("ab abc cab", [2, 25, 26, 25, 26, 31, 1, 3]),
      ("", [2, 3]),
    ]
    for (text, ids) in cases { XCTAssertEqual(try tokenizer.encode(text), ids.map { $0 + 1 }, text) }
    let pair = try tokenizer.encode([.init(Array("the cat".utf8), Array("sat don't".utf8))])[0]
    XCTAssertEqual(pair.ids, [2, 5, 6, 3, 7, 21, 18, 20, 3].map { $0 + 1 })
    XCTAssertEqual(pair.types, [0, 0, 0, 0, 1, 1, 1, 1, 1].map { $0 + 1 })
  }

  func testTextOfWordPieces() throws {
    let tokenizer = try tokenizer(TokenizerFixtures.wordPieces)
    let cases: [([Int], String, String)] = [
      (
        [2, 5, 6, 8, 15, 10, 11, 12, 14, 3], "the cats, unaffable!", "[CLS] the cats, unaffable! [SEP]"
      ),
      ([21, 18, 20], "don ' t", "don ' t"), ([5, 4, 6], "the cat", "the [MASK] cat"), ([22, 24], "日本", "日本"),
    ]
    for (ids, plain, whole) in cases {
      XCTAssertEqual(try tokenizer.decode(ids.map { $0 + 1 }), plain)
      XCTAssertEqual(try tokenizer.decode(ids.map { $0 + 1 }, special: true), whole)
    }
  }

  func testNormalizationOfOddCharacters() throws {
    // What the reference makes of a + character + b: control characters go, other spaces become plain ones.
    let vocabulary = ["[UNK]", "a", "b", "ab", "aib", "aßb", "\u{8c48}"]
    let members = vocabulary.enumerated().map {
      JSON.Member(name: $0.element, value: .integer($0.offset))
    }
    let specification = JSON.record(
      ("normalizer", .record(("type", .text("BertNormalizer")))),
      ("pre_tokenizer", .record(("type", .text("BertPreTokenizer")))),
      ("model", .record(("type", .text("WordPiece")), ("unk_token", .text("[UNK]")), ("vocab", .object(members)))))
    let tokenizer = try Tokenizer(specification, source: "t")
    func tokens(_ scalar: UInt32) throws -> [String] {
      let text = "a" + (Unicode.Scalar(scalar).map { String(Character($0)) } ?? "") + "b"
      return try tokenizer.encode(text).map { try tokenizer.token($0) }
    }
    for scalar: UInt32 in [0xe000, 0xad, 0x200d, 0x7f, 0xfffd, 0, 0x1f, 0xfeff, 0x301, 0x180e, 0x61c] {
      XCTAssertEqual(try tokens(scalar), ["ab"], String(scalar, radix: 16))
    }
    for scalar: UInt32 in [0xa0, 0x2028, 0x3000] { XCTAssertEqual(try tokens(scalar), ["a", "b"]) }
    XCTAssertEqual(try tokens(0x130), ["aib"])
    XCTAssertEqual(try tokens(0x1e9e), ["aßb"])
    XCTAssertEqual(try tokens(0xf900), ["a", "\u{8c48}", "b"])
    XCTAssertEqual(try tokens(0x10ffff), ["[UNK]"])
  }
}
