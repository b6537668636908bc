import Basics
import DataKit
import Tensors
import XCTest

/// What holds for every tokenizer: encoding and decoding, saving and loading, equal results each time.
final class TokenizerTests: XCTestCase {
  private func bytes(_ texts: String...) -> [[UInt8]] { texts.map { Array($0.utf8) } }

  /// Text of random Unicode scalars, the same each time.
  private func randomText(_ seed: UInt64, scalars: Int) -> String {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    func next(_ bound: UInt32) -> UInt32 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt32(truncatingIfNeeded: state >> 33) % bound
    }
    var text = ""
    while text.unicodeScalars.count < scalars {
      let limit = [0x80, 0x80, 0x800, 0x10000, 0x110000][Int(next(5))]
      if let scalar = Unicode.Scalar(next(UInt32(limit))) { text.unicodeScalars.append(scalar) }
    }
    return text
  }

  func testByteLevelGivesAnyTextBack() throws {
    let tokenizer = try Tokenizer.bytePairs(
      TokenizerFixtures.corpus.map { Array($0.utf8) }, size: 300, special: ["<|endoftext|>"])
    for seed in 0..<60 {
      let text = randomText(UInt64(seed), scalars: 200)
      let decoded = try tokenizer.decode(try tokenizer.encode(text))
      XCTAssertEqual(Array(decoded.utf8), Array(text.utf8), "seed \(seed)")
    }
  }

  func testCharactersGiveKnownTextBack() throws {
    for seed in 0..<20 {
      let text = randomText(UInt64(seed), scalars: 300)
      let tokenizer = try Tokenizer.characters([Array(text.utf8)], special: ["<pad>"])
      XCTAssertEqual(Array(try tokenizer.decode(try tokenizer.encode(text)).utf8), Array(text.utf8), "seed \(seed)")
      XCTAssertEqual(try tokenizer.encode(text).count, text.unicodeScalars.count)
    }
  }

  func testSavedTokenizersReadBack() throws {
    let texts = TokenizerFixtures.corpus.map { Array($0.utf8) }
    let all = [
      try Tokenizer.bytePairs(texts, size: 290, special: ["<pad>"]), try .characters(texts, unknown: "<unk>"),
      try .words(texts, splitsPunctuation: true, lowers: true), try .words(texts, size: 9),
      try .wordPieces(texts, size: 160),
    ]
    for tokenizer in all {
      let again = try Tokenizer(try JSON.parse(Array(tokenizer.text.utf8), source: "t"), source: "t")
      XCTAssertEqual(again.text, tokenizer.text)
      XCTAssertEqual(again.kind, tokenizer.kind)
      XCTAssertEqual(again.tokens, tokenizer.tokens)
      for text in TokenizerFixtures.corpus { XCTAssertEqual(try again.encode(text), try tokenizer.encode(text)) }
    }
  }

  func testCharactersStandInTheOrderOfTheirCodePoints() throws {
    let tokenizer = try Tokenizer.characters(bytes("hello"), unknown: "<unk>", special: ["<pad>"])
    XCTAssertEqual(tokenizer.tokens, ["<pad>", "<unk>", "e", "h", "l", "o"])
    XCTAssertEqual(try tokenizer.encode("hole<pad>x"), [4, 6, 5, 3, 1, 2])
    XCTAssertEqual(try tokenizer.decode([4, 6, 1, 5]), "hol")
    XCTAssertEqual(try tokenizer.decode([4, 6, 1, 5], special: true), "ho<pad>l")
  }

  /// Characters that Swift's own comparison takes for equal stay two tokens.
  func testEquivalentCharactersStayApart() throws {
    let tokenizer = try Tokenizer.characters(bytes("\u{e9}e\u{301}\u{212b}\u{c5}"))
    XCTAssertEqual(tokenizer.vocabularySize, 5)
    let again = try Tokenizer(try JSON.parse(Array(tokenizer.text.utf8), source: "t"), source: "t")
    XCTAssertEqual(try again.encode("\u{e9}\u{c5}\u{212b}").count, 3)
  }

  func testWordsByFrequency() throws {
    let tokenizer = try Tokenizer.words(bytes("b a c a b a", "d, D"), special: ["<s>"], splitsPunctuation: true)
    XCTAssertEqual(tokenizer.tokens, ["<s>", "<unk>", "a", "b", ",", "D", "c", "d"])
    XCTAssertEqual(try tokenizer.encode("a  d,x"), [3, 8, 5, 2])
    XCTAssertEqual(try Tokenizer.words(bytes("b a c a b a"), size: 3).tokens, ["<unk>", "a", "b"])
    XCTAssertEqual(try Tokenizer.words(bytes("b a c a b a"), minimumCount: 2).tokens, ["<unk>", "a", "b"])
    XCTAssertEqual(try Tokenizer.words(bytes("A a É"), lowers: true).tokens, ["<unk>", "a", "é"])
  }

  /// The merges of the example in Sennrich et al. 2016, with our rule for equally frequent pairs, worked out by hand:
  /// (l,o) occurs 7 times, (lo,w) 7, (e,s) 9, (es,t) 9, (w,e) 8 ...
  func testMergesByHand() throws {
    let text = String(repeating: "low ", count: 5) + String(repeating: "lower ", count: 2)
    let words = text + String(repeating: "newest ", count: 6) + String(repeating: "widest ", count: 3)
    let tokenizer = try Tokenizer.bytePairs(bytes(words), size: 256 + 5)
    // Spaces before words are letters, too: (e,s) 9, (s,t) 9: the smaller left id first; then (es,t) 9 and so on.
    XCTAssertEqual(tokenizer.tokens.suffix(5).first, "es")
    XCTAssertEqual(tokenizer.tokens.suffix(5).dropFirst().first, "est")
    let again = try Tokenizer.bytePairs(bytes(words), size: 256 + 5)
    XCTAssertEqual(again.text, tokenizer.text)
  }

  func testLongWordsMergeInTheRightOrder() throws {
    let tokenizer = try Tokenizer.bytePairs(bytes(String(repeating: "aaaaaaaa ", count: 9)), size: 259)
    XCTAssertEqual(Array(tokenizer.tokens.suffix(3)), ["aa", "aaaa", "aaaaaaaa"])
    XCTAssertEqual(
      try tokenizer.encode(String(repeating: "a", count: 7)).map { try tokenizer.token($0) }, ["aaaa", "aa", "a"])
    XCTAssertEqual(try tokenizer.encode(String(repeating: "a", count: 200_000)).count, 25_000)
  }

  func testPairsAreCutAtTheLongerEnd() throws {
    let tokenizer = try Tokenizer.wordPieces(bytes("a b c d e f a b c d e f"), size: 30)
    func count(_ first: String, _ second: String?, _ limit: Int) throws -> [Int] {
      let encoding = try tokenizer.encode(
        [.init(Array(first.utf8), second.map { Array($0.utf8) })], limit: limit)[0]
      return [encoding.types.filter { $0 == 1 }.count, encoding.types.filter { $0 == 2 }.count]
    }
    XCTAssertEqual(try count("a b c d e f", nil, 5), [5, 0])
    XCTAssertEqual(try count("a b c d e f", "a b", 8), [5, 3])
    XCTAssertEqual(try count("a b c", "a b c d e f", 8), [5, 3])
    XCTAssertEqual(try count("a b c", "a b c", 3), [2, 1])
  }

  func testWindows() throws {
    let ids = try Tokenizer.characters(bytes("abcdefghij")).encode("abcdefghij").map { Int64($0) }
    let tensor = try tensor(ids)
    let plain = try Dataset.windows(tensor, context: 3)
    XCTAssertEqual(try plain.tensor("x").toIntegers(), [1, 2, 3, 4, 5, 6, 7, 8, 9])
    XCTAssertEqual(try plain.tensor("y").toIntegers(), [2, 3, 4, 5, 6, 7, 8, 9, 10])
    XCTAssertEqual(try Dataset.windows(tensor, context: 9).rows, 1)
    let dense = try Dataset.windows(tensor, context: 3, stride: 2)
    XCTAssertEqual(try dense.tensor("x").toIntegers(), [1, 2, 3, 3, 4, 5, 5, 6, 7, 7, 8, 9])
  }

  func testDigits() throws {
    XCTAssertEqual(try DigitFormat().text(-120), "-120")
    XCTAssertEqual(try DigitFormat(isReversed: true, width: 5).text(120), "02100")
    XCTAssertEqual(try DigitFormat(width: 3, tags: .hints).text(45), "a0b4c5")
    XCTAssertEqual(try DigitFormat(isReversed: true, tags: .hints, separator: " ").text(345), "c5 b4 a3")
    XCTAssertEqual(try DigitFormat(tags: .powers).text(832), "8 10e2 3 10e1 2 10e0")
    XCTAssertEqual(try DigitFormat(separator: " ").text(Int.min), "-9 2 2 3 3 7 2 0 3 6 8 5 4 7 7 5 8 0 8")
    for tags in DigitFormat.Tags.allCases {
      for isReversed in [false, true] {
        for separator in ["", " ", "_"] {
          let format = DigitFormat(isReversed: isReversed, width: 4, tags: tags, separator: separator)
          for number in [0, 7, -45, 1000, 987_654, -123_456_789] {
            XCTAssertEqual(format.number(try format.text(number)), number, "\(format)")
          }
          for text in ["", "-", "x", "12", "1234x", "-12e4", "a1a2a3a4", "١٢٣٤", "99999999999999999999999999"] {
            if tags == .none, text.count == 26 { XCTAssertNil(format.number(text)) }
            if tags != .none || separator != "" { XCTAssertNil(format.number(text), "\(text) \(format)") }
          }
        }
      }
    }
  }
}
