import Basics
import Foundation

/// BERT's WordPiece: words stand between spaces, punctuation characters are words of their own, and a word is the longest
/// token that it begins with, then the longest that continues it (marked by a prefix such as `##`), ...
///
/// From: Devlin et al. 2019, BERT; the search is that of Wu et al. 2016, Google's Neural Machine Translation System.
struct WordPieceModel: TextModel {
  let vocabulary: Vocabulary
  /// What stands for a word that no tokens make up.
  let unknown: Int32
  /// What marks tokens inside of words.
  let prefix: String
  /// Longer words, in characters, are unknown.
  let longest: Int
  let normalizer: BertNormalizer?
  /// Whether spaces before punctuation and in contractions are taken out when ids become text.
  let cleansUp: Bool
  /// Tokens inside of words, without their prefix, and their ids.
  private let continuations: ByteTable
  private let continuationIds: [Int32]
  /// Bytes of the longest token.
  private let longestToken: Int

  init(
    _ vocabulary: Vocabulary, unknown: Int32, prefix: String, longest: Int, normalizer: BertNormalizer?, cleansUp: Bool
  ) {
    self.vocabulary = vocabulary
    self.unknown = unknown
    self.prefix = prefix
    self.longest = longest
    self.normalizer = normalizer
    self.cleansUp = cleansUp
    var table = ByteTable()
    var ids: [Int32] = []
    var longestToken = 0
    let mark = Array(prefix.utf8)
    for (id, token) in vocabulary.modelTokens {
      longestToken = max(longestToken, token.utf8.count)
      guard token.utf8.starts(with: mark) else { continue }
      let rest = Array(token.utf8.dropFirst(mark.count))
      if rest.withUnsafeBufferPointer({ table.insert($0) }).isNew { ids.append(id) }
    }
    continuations = table
    continuationIds = ids
    self.longestToken = longestToken
  }

  func normalized(_ text: Text) -> [UInt8]? { normalizer?.normalized(text) }

  func encode(_ text: Text, into ids: inout [Int32], _ cache: inout WordCache) throws {
    try Self.split(text) { word in try cache.append(word, to: &ids, encodeWord) }
  }

  /// Words between spaces, and each punctuation character by itself. ASCII symbols such as `$` count as punctuation.
  static func split(_ text: Text, _ emit: (Text) throws -> Void) rethrows {
    var start = 0
    var place = 0
    while place < text.count {
      let (value, length) = text.scalar(at: place)
      let traits = CharacterTraits.of(value)
      let isMark =
        traits.contains(.punctuation) || value > 0x20 && value < 0x7f && traits.isDisjoint(with: [.letter, .number])
      if isMark || traits.contains(.space) {
        if start < place { try emit(text.part(start..<place)) }
        if isMark { try emit(text.part(place..<place + length)) }
        start = place + length
      }
      place += length
    }
    if start < place { try emit(text.part(start..<place)) }
  }

  private func encodeWord(_ word: Text, _ ids: inout [Int32]) {
    let before = ids.count
    guard word.count(where: { $0 & 0xc0 != 0x80 }) <= longest else { return ids.append(unknown) }
    var start = 0
    while start < word.count {
      var end = Swift.min(word.count, start + longestToken)
      var found: Int32?
      while end > start {
        // Never cut inside of a character.
        if end == word.count || word[end] & 0xc0 != 0x80 {
          let piece = word.part(start..<end)
          found = start == 0 ? vocabulary.modelId(piece) : continuations.find(piece).map { continuationIds[$0] }
          if found != nil { break }
        }
        end -= 1
      }
      guard let found else {
        ids.removeLast(ids.count - before)
        return ids.append(unknown)
      }
      ids.append(found)
      start = end
    }
  }

  func decode(_ ids: [Int32], _ vocabulary: Vocabulary) -> [UInt8] {
    var text = ""
    for (place, id) in ids.enumerated() {
      var token = vocabulary.tokens[Int(id)]
      if place > 0 {
        token =
          token.utf8.starts(with: prefix.utf8)
          ? String(token.unicodeScalars.dropFirst(prefix.unicodeScalars.count)) : " " + token
      }
      text += cleansUp ? Self.cleanedUp(token) : token
    }
    return Array(text.utf8)
  }

  /// Spaces before punctuation and in contractions taken out.
  private static func cleanedUp(_ token: String) -> String {
    guard token.utf8.contains(where: { marks.contains($0) }) || token.contains(" do not") else { return token }
    return replacements.reduce(token) { $0.replacingOccurrences(of: $1.0, with: $1.1, options: .literal) }
  }

  private static let marks: Set<UInt8> = Set(".?!,'".utf8)

  private static let replacements: [(String, String)] = [
    (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
    (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
  ]
}
