import Basics

/// Byte-level byte-pair encoding: text is cut into words, a word's bytes are tokens, and pairs of tokens merge by rank.
///
/// From: Sennrich, Haddow and Birch 2016, Neural Machine Translation of Rare Words with Subword Units; on bytes: Radford et
/// al. 2019, Language Models are Unsupervised Multitask Learners.
struct BytePairModel: TextModel {
  let vocabulary: Vocabulary
  let merges: BytePairMerges
  /// The token of each byte, -1 where the vocabulary has none.
  private let byteIds: [Int32]
  /// What stands for a byte that has no token; without it such bytes are errors.
  let unknown: Int32?
  /// Whether neighbouring unknown bytes become one token.
  let fusesUnknown: Bool
  /// Whether a word that is a token stays whole, whatever the merges say.
  let ignoresMerges: Bool
  /// Whether text gets a space in front when it has none.
  let addsSpace: Bool
  /// Whether text is cut into words by GPT-2's rule, or not at all.
  let splits: Bool

  init(
    _ vocabulary: Vocabulary, _ merges: BytePairMerges, unknown: Int32?, fusesUnknown: Bool, ignoresMerges: Bool,
    addsSpace: Bool, splits: Bool
  ) {
    self.vocabulary = vocabulary
    self.merges = merges
    self.unknown = unknown
    self.fusesUnknown = fusesUnknown
    self.ignoresMerges = ignoresMerges
    self.addsSpace = addsSpace
    self.splits = splits
    byteIds = (0..<256).map { vocabulary.modelId(ByteAlphabet.spelling(UInt8($0))) ?? -1 }
  }

  func encode(_ text: Text, into ids: inout [Int32], _ cache: inout WordCache) throws {
    guard !text.isEmpty else { return }
    if addsSpace, text[0] != UInt8(ascii: " ") {
      try ([UInt8(ascii: " ")] + Array(text)).withUnsafeBufferPointer { try encodeWords($0, into: &ids, &cache) }
    } else {
      try encodeWords(text, into: &ids, &cache)
    }
  }

  private func encodeWords(_ text: Text, into ids: inout [Int32], _ cache: inout WordCache) throws {
    guard splits else { return try encodeWord(text, &ids) }
    try ByteLevelSplitting.split(text) { word in try cache.append(word, to: &ids, encodeWord) }
  }

  private func encodeWord(_ word: Text, _ ids: inout [Int32]) throws {
    if ignoresMerges, let id = vocabulary.modelId(word.map(ByteAlphabet.spelling).joined()) { return ids.append(id) }
    var tokens: [Int32] = []
    tokens.reserveCapacity(word.count)
    var followsUnknown = false
    for byte in word {
      let id = byteIds[Int(byte)]
      if id >= 0 {
        tokens.append(id)
      } else if let unknown {
        if !(fusesUnknown && followsUnknown) { tokens.append(unknown) }
      } else {
        let digits = String(byte, radix: 16, uppercase: true)
        throw Failure(
          .argument,
          "the vocabulary has no token for the byte 0x\(digits), which the text has in "
            + "\(quoted(String(decoding: word, as: UTF8.self))); byte-level vocabularies need all 256")
      }
      followsUnknown = id < 0
    }
    ids.append(contentsOf: merges.apply(to: tokens))
  }

  func decode(_ ids: [Int32], _ vocabulary: Vocabulary) -> [UInt8] {
    var bytes: [UInt8] = []
    for id in ids {
      let token = vocabulary.tokens[Int(id)]
      bytes.append(contentsOf: ByteAlphabet.bytes(of: token) ?? Array(token.utf8))
    }
    return bytes
  }
}
