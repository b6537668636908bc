import Basics

/// Writing specifications of new tokenizers, and what their makers share.
extension Tokenizer {
  /// Calls `body` with each text, which must be UTF-8.
  static func visit(_ texts: Texts, _ body: (UnsafeBufferPointer<UInt8>) throws -> Void) throws {
    for (place, text) in texts.enumerated() {
      try text.withUnsafeBufferPointer { text in
        if let byte = firstInvalidByte(text) {
          let which = texts.count > 1 ? "text \(place + 1)" : "the text"
          let digits = String(text[byte], radix: 16, uppercase: true)
          throw Failure(.argument, "\(which) is not UTF-8: byte \(byte + 1) is 0x\(digits)")
        }
        try body(text)
      }
    }
  }

  static func requireSize(_ size: Int, atLeast least: Int, _ what: String) throws {
    guard size >= least, size <= 1 << 24 else {
      throw Failure(
        .range, "a vocabulary of \(size) is \(size < least ? "too small: \(what) are \(least)" : "too large")")
    }
  }

  /// The special tokens, the unknown one among them, each once.
  static func checkedSpecial(_ special: [String], _ unknown: String?) throws -> [String] {
    var seen: Set<ExactText> = []
    for token in special {
      guard !token.isEmpty else { throw Failure(.argument, "a special token cannot be empty") }
      guard seen.insert(ExactText(token)).inserted else {
        throw Failure(.argument, "the special token \(quoted(token)) occurs twice")
      }
    }
    guard let unknown else { return special }
    guard !unknown.isEmpty else { throw Failure(.argument, "the unknown token cannot be empty") }
    return seen.contains(ExactText(unknown)) ? special : special + [unknown]
  }

  static func vocabulary(_ special: [String], _ tokens: [String]) -> JSON {
    .object((special + tokens).enumerated().map { .init(name: $0.element, value: .integer($0.offset)) })
  }

  static func made(
    _ special: [String], model: JSON, normalizer: JSON = .null, splitter: JSON = .null,
    template: JSON = .null, decoder: JSON = .null
  ) throws -> Tokenizer {
    let added = special.enumerated().map { place, token in
      JSON.record(
        ("id", .integer(place)), ("content", .text(token)), ("single_word", .boolean(false)),
        ("lstrip", .boolean(false)), ("rstrip", .boolean(false)), ("normalized", .boolean(false)),
        ("special", .boolean(true)))
    }
    let specification = JSON.record(
      ("version", .text("1.0")), ("truncation", .null), ("padding", .null), ("added_tokens", .list(added)),
      ("normalizer", normalizer), ("pre_tokenizer", splitter), ("post_processor", template), ("decoder", decoder),
      ("model", model))
    return try Tokenizer(specification, source: "the new tokenizer")
  }

  /// `[CLS] A [SEP]` and `[CLS] A [SEP] B [SEP]`.
  static func bertTemplate(start: Int, end: Int) -> JSON {
    func special(_ name: String, _ type: Int) -> JSON {
      .record(("SpecialToken", .record(("id", .text(name)), ("type_id", .integer(type)))))
    }
    func sequence(_ name: String, _ type: Int) -> JSON {
      .record(("Sequence", .record(("id", .text(name)), ("type_id", .integer(type)))))
    }
    func token(_ name: String, _ id: Int) -> (String, JSON) {
      (name, .record(("id", .text(name)), ("ids", .list([.integer(id)])), ("tokens", .list([.text(name)]))))
    }
    let single = [special("[CLS]", 0), sequence("A", 0), special("[SEP]", 0)]
    return .record(
      ("type", .text("TemplateProcessing")), ("single", .list(single)),
      ("pair", .list(single + [sequence("B", 1), special("[SEP]", 1)])),
      ("special_tokens", .record(token("[CLS]", start), token("[SEP]", end))))
  }
}

/// How often words occur, in the order in which they first did.
struct WordCounts {
  private var table = ByteTable()
  private var counts: [Int] = []

  mutating func add(_ word: UnsafeBufferPointer<UInt8>) {
    let (number, isNew) = table.insert(word)
    if isNew { counts.append(1) } else { counts[number] += 1 }
  }

  func map<Result>(_ body: (UnsafeBufferPointer<UInt8>, Int) -> Result) -> [Result] {
    counts.indices.map { number in table.withBytes(number) { body($0, counts[number]) } }
  }

  var words: [(text: String, count: Int)] { map { (String(decoding: $0, as: UTF8.self), $1) } }
}

/// The tokens of a vocabulary that grows by merging.
struct PieceTable {
  private(set) var tokens: [String]
  private var table = ByteTable()

  init(_ tokens: [String]) {
    self.tokens = tokens
    for token in tokens { _ = table.insert(token) }
  }

  /// The id of a token, which is added when it is not there.
  mutating func id(_ token: String) -> Int32 {
    let (number, isNew) = table.insert(token)
    if isNew { tokens.append(token) }
    return Int32(number)
  }

  /// Learns merges until there are `size` tokens; gives the merged pairs in order.
  mutating func learn(
    _ words: [PairMergeTraining.Word], size: Int, minimumCount: Int, _ joined: (String, String) -> String
  ) throws -> [(String, String)] {
    var training = PairMergeTraining(words)
    var merges: [(String, String)] = []
    var pieces = self
    try training.run(
      minimumCount: minimumCount, while: { pieces.tokens.count < size },
      join: { left, right in
        let pair = (pieces.tokens[Int(left)], pieces.tokens[Int(right)])
        merges.append(pair)
        return pieces.id(joined(pair.0, pair.1))
      })
    self = pieces
    return merges
  }
}
