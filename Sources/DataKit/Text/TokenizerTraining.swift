import Basics

/// New tokenizers, made from text.
extension Tokenizer {
  public typealias Texts = [[UInt8]]

  /// One token per character (Unicode scalar) of the texts, in the order of their code points.
  ///
  /// - Parameters:
  ///   - unknown: a token for characters that do not occur; without it they are errors.
  ///   - special: tokens that come before all others.
  public static func characters(_ texts: Texts, unknown: String? = nil, special: [String] = []) throws -> Tokenizer {
    var found: Set<UInt32> = []
    try visit(texts) { text in
      var place = 0
      while place < text.count {
        let (value, length) = text.scalar(at: place)
        found.insert(value)
        place += length
      }
    }
    let special = try checkedSpecial(special, unknown)
    let characters = found.sorted().compactMap { Unicode.Scalar($0).map { String(Character($0)) } }
    let model = JSON.record(
      ("type", .text("BPE")), ("dropout", .null), ("unk_token", unknown.map { .text($0) } ?? .null),
      ("continuing_subword_prefix", .null), ("end_of_word_suffix", .null), ("fuse_unk", .boolean(false)),
      ("byte_fallback", .boolean(false)), ("ignore_merges", .boolean(false)),
      ("vocab", vocabulary(special, characters)), ("merges", .list([])))
    return try made(special, model: model, decoder: .record(("type", .text("Fuse"))))
  }

  /// One token per word of the texts, the most frequent first, of equally frequent ones by their bytes.
  ///
  /// - Parameters:
  ///   - size: the most tokens there may be, `special` and `unknown` included; all words when `nil`.
  ///   - minimumCount: rarer words are unknown.
  ///   - unknown: the token for other words.
  ///   - splitsPunctuation: whether punctuation marks are words of their own; otherwise only spaces part words.
  ///   - lowers: whether text is lower-cased first.
  public static func words(
    _ texts: Texts, size: Int? = nil, minimumCount: Int = 1, unknown: String = "<unk>", special: [String] = [],
    splitsPunctuation: Bool = false, lowers: Bool = false
  ) throws -> Tokenizer {
    let special = try checkedSpecial(special, unknown)
    var counts = WordCounts()
    try visit(texts) { text in
      if lowers {
        WordModel.lowered(text).withUnsafeBufferPointer {
          WordModel.split($0, punctuation: splitsPunctuation) { counts.add($0) }
        }
      } else {
        WordModel.split(text, punctuation: splitsPunctuation) { counts.add($0) }
      }
    }
    if let size { try requireSize(size, atLeast: special.count, "the special tokens") }
    let known = Set(special.map(ExactText.init))
    let words = counts.words.filter { $0.count >= minimumCount && !known.contains(ExactText($0.text)) }
      .sorted { $0.count == $1.count ? $0.text.utf8.lexicographicallyPrecedes($1.text.utf8) : $0.count > $1.count }
      .prefix(size.map { $0 - special.count } ?? Int.max).map(\.text)
    let model = JSON.record(
      ("type", .text("WordLevel")), ("vocab", vocabulary(special, words)), ("unk_token", .text(unknown)))
    return try made(
      special, model: model, normalizer: lowers ? .record(("type", .text("Lowercase"))) : .null,
      splitter: .record(("type", .text(splitsPunctuation ? "Whitespace" : "WhitespaceSplit"))))
  }

  /// Byte-level BPE of the GPT-2 kind: all 256 bytes are tokens, then merges are learned.
  ///
  /// - Parameters:
  ///   - size: how many tokens there shall be, `special` and the 256 bytes included; fewer when the texts have too few pairs.
  ///   - minimumCount: rarer pairs do not merge.
  ///   - addsSpace: whether text gets a space in front when it has none, so that the first word is like the others.
  public static func bytePairs(
    _ texts: Texts, size: Int, minimumCount: Int = 2, special: [String] = [], addsSpace: Bool = false
  ) throws -> Tokenizer {
    let special = try checkedSpecial(special, nil)
    try requireSize(size, atLeast: special.count + 256, "the 256 bytes and the special tokens")
    let alphabet = ByteAlphabet.scalars.sorted().compactMap { Unicode.Scalar($0).map { String(Character($0)) } }
    var pieces = PieceTable(special + alphabet)
    let byteIds = (0..<256).map { pieces.id(ByteAlphabet.spelling(UInt8($0))) }
    var counts = WordCounts()
    try visit(texts) { text in
      guard addsSpace, text.first != UInt8(ascii: " ") else { return ByteLevelSplitting.split(text) { counts.add($0) } }
      ([UInt8(ascii: " ")] + Array(text)).withUnsafeBufferPointer { ByteLevelSplitting.split($0) { counts.add($0) } }
    }
    let words = counts.map { bytes, count in
      PairMergeTraining.Word(tokens: bytes.map { byteIds[Int($0)] }, count: count)
    }
    let merges = try pieces.learn(words, size: size, minimumCount: minimumCount) { $0 + $1 }
    let model = JSON.record(
      ("type", .text("BPE")), ("dropout", .null), ("unk_token", .null), ("continuing_subword_prefix", .null),
      ("end_of_word_suffix", .null), ("fuse_unk", .boolean(false)), ("byte_fallback", .boolean(false)),
      ("ignore_merges", .boolean(false)), ("vocab", vocabulary([], pieces.tokens)),
      ("merges", .list(merges.map { .list([.text($0.0), .text($0.1)]) })))
    func byteLevel(prefix: Bool) -> JSON {
      .record(
        ("type", .text("ByteLevel")), ("add_prefix_space", .boolean(prefix)), ("trim_offsets", .boolean(true)),
        ("use_regex", .boolean(true)))
    }
    return try made(
      special, model: model, splitter: byteLevel(prefix: addsSpace), template: byteLevel(prefix: true),
      decoder: byteLevel(prefix: true))
  }

  /// WordPiece of the BERT kind. The pieces are learned by merging pairs, as Hugging Face's trainer does, since the original
  /// trainer was never published.
  ///
  /// - Parameters:
  ///   - size: how many tokens there shall be, the special ones and all characters of the texts included; fewer when the texts
  ///     have too few pairs.
  ///   - lowers: whether text is lower-cased and loses its accents.
  ///   - special: more special tokens, behind `[PAD] [UNK] [CLS] [SEP] [MASK]`.
  public static func wordPieces(
    _ texts: Texts, size: Int, minimumCount: Int = 2, lowers: Bool = true, special: [String] = []
  ) throws -> Tokenizer {
    let own = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    let special = try checkedSpecial(own + special.filter { !own.contains($0) }, nil)
    let normalizer = BertNormalizer(cleans: true, splitsIdeographs: true, stripsAccents: lowers, lowers: lowers)
    var counts = WordCounts()
    try visit(texts) { text in
      normalizer.normalized(text).withUnsafeBufferPointer { WordPieceModel.split($0) { counts.add($0) } }
    }
    func pieces(of bytes: UnsafeBufferPointer<UInt8>) -> [String] {
      String(decoding: bytes, as: UTF8.self).unicodeScalars.enumerated().map { place, scalar in
        (place == 0 ? "" : "##") + String(Character(scalar))
      }
    }
    var characters: Set<ExactText> = []
    for characterSet in counts.map({ bytes, _ in pieces(of: bytes) }) {
      for piece in characterSet { characters.insert(ExactText(piece)) }
    }
    let known = Set(special.map(ExactText.init))
    let alphabet = characters.subtracting(known).map(\.text).sorted {
      ($0.hasPrefix("##") ? 1 : 0, $0.unicodeScalars.last?.value ?? 0)
        < ($1.hasPrefix("##") ? 1 : 0, $1.unicodeScalars.last?.value ?? 0)
    }
    try requireSize(size, atLeast: special.count + alphabet.count, "the special tokens and the characters of the text")
    var table = PieceTable(special + alphabet)
    let words = counts.map { bytes, count in
      PairMergeTraining.Word(tokens: pieces(of: bytes).map { table.id($0) }, count: count)
    }
    _ = try table.learn(words, size: size, minimumCount: minimumCount) { left, right in
      left + String(right.unicodeScalars.dropFirst(2))
    }
    let model = JSON.record(
      ("type", .text("WordPiece")), ("unk_token", .text("[UNK]")), ("continuing_subword_prefix", .text("##")),
      ("max_input_chars_per_word", .integer(100)), ("vocab", vocabulary([], table.tokens)))
    return try made(
      special, model: model,
      normalizer: .record(
        ("type", .text("BertNormalizer")), ("clean_text", .boolean(true)), ("handle_chinese_chars", .boolean(true)),
        ("strip_accents", .null), ("lowercase", .boolean(lowers))),
      splitter: .record(("type", .text("BertPreTokenizer"))), template: bertTemplate(start: 2, end: 3),
      decoder: .record(("type", .text("WordPiece")), ("prefix", .text("##")), ("cleanup", .boolean(true))))
  }
}
