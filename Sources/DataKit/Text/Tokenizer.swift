import Basics

/// Turns text into token ids, and back.
///
/// A tokenizer is its specification, a JSON value of the shape of Hugging Face's `tokenizer.json`: reading a file and training
/// both end in one, and saving writes it. **Ids here count from 1; the file's count from 0.** The offset is ``firstId``, and
/// only this file knows of it.
public struct Tokenizer: Sendable {
  public enum Kind: String, Sendable {
    case characters, words
    case bytePairs = "byte-level BPE"
    case wordPieces = "WordPiece"
  }

  /// The id of the token that the file calls 0.
  static let firstId = 1

  public let kind: Kind
  /// What ``text`` writes.
  public let specification: JSON
  let vocabulary: Vocabulary
  let model: any TextModel
  /// Tokens found in the text as it is, and in the normalised text.
  let added: (plain: AddedTokens, normalized: AddedTokens)
  let special: Set<Int32>
  let template: TokenTemplate
  /// The token that fills up short sequences.
  let padding: Int32?

  /// How many tokens there are: ids go from 1 to this.
  public var vocabularySize: Int { vocabulary.count }

  /// The whole `tokenizer.json`.
  public var text: String { specification.written(JSON.Style(isIndented: true, keepsPoints: true)) }

  /// All tokens in the order of their ids, spelled as in the file (byte-level: a space is `Ġ`).
  public var tokens: [String] { vocabulary.tokens }

  /// The id of a token as the vocabulary spells it; `nil` when there is none.
  public func id(_ token: String) -> Int? { vocabulary.id(token).map(publicId) }

  /// The id of the token that fills up short sequences; `nil` when there is none.
  public var paddingId: Int? { padding.map(publicId) }

  /// The token of an id.
  ///
  /// - Throws: `Failure` of kind `range` for ids outside of the vocabulary.
  public func token(_ id: Int) throws -> String { vocabulary.tokens[Int(try fileId(id))] }

  private func publicId(_ id: Int32) -> Int { Int(id) + Self.firstId }

  private func fileId(_ id: Int) throws -> Int32 {
    let (found, overflow) = id.subtractingReportingOverflow(Self.firstId)
    guard !overflow, found >= 0, found < vocabulary.count else {
      let hint = id == 0 ? ": counting starts at 1" : ""
      throw Failure(.range, "the id \(id) is not in the vocabulary, whose ids go from 1 to \(vocabulary.count)\(hint)")
    }
    return Int32(found)
  }

  // MARK: Encoding

  /// Ids of a text or of a pair of texts, and to which part of the template each belongs (1 or 2).
  public struct Encoding: Equatable, Sendable {
    public let ids: [Int]
    public let types: [Int]
  }

  /// A text that becomes one sequence, or two that become one.
  public struct Input {
    let first: [UInt8]
    let second: [UInt8]?

    public init(_ first: [UInt8], _ second: [UInt8]? = nil) {
      self.first = first
      self.second = second
    }

    public init(_ text: String) { self.init(Array(text.utf8)) }
  }

  /// Encodes texts, each for itself.
  ///
  /// - Parameters:
  ///   - special: whether the template's tokens (such as `[CLS]`) are added. Special tokens in the text itself are found in
  ///     any case.
  ///   - limit: how many ids a text may have, those of the template included; longer texts lose their end, of a pair the longer one's
  ///     first.
  /// - Throws: `Failure` of kind `argument` for text that is not UTF-8 or has what the vocabulary lacks, of kind `range` for a
  ///   limit below what the template needs.
  public func encode(_ inputs: [Input], special: Bool = true, limit: Int? = nil) throws -> [Encoding] {
    var cache = WordCache()
    let template = special ? self.template : .plain
    return try inputs.enumerated().map { place, input in
      do {
        var first = try ids(of: input.first, &cache)
        var second = try input.second.map { try ids(of: $0, &cache) }
        if let limit {
          let around = template.added(isPair: second != nil)
          guard limit >= around else {
            throw Failure(.range, "a limit of \(limit) ids is too low: the template alone adds \(around)")
          }
          Self.cut(&first, &second, to: limit - around)
        }
        let applied = template.applied(first, second)
        return Encoding(ids: applied.ids.map(publicId), types: applied.types.map { $0 + 1 })
      } catch let failure as Failure where inputs.count > 1 {
        throw Failure(failure.kind, "text \(place + 1): \(failure.message)")
      }
    }
  }

  /// Encodes one text.
  public func encode(_ text: String, special: Bool = true) throws -> [Int] {
    try encode([Input(text)], special: special).first?.ids ?? []
  }

  /// Takes from the end of the longer one until both together are short enough; of equal ones from the second.
  private static func cut(_ first: inout [Int32], _ second: inout [Int32]?, to count: Int) {
    let tooMany = first.count + (second?.count ?? 0) - count
    guard tooMany > 0 else { return }
    guard let other = second else { return first.removeLast(tooMany) }
    var (a, b) = (first.count, other.count)
    let difference = min(tooMany, abs(a - b))
    if a > b { a -= difference } else { b -= difference }
    let rest = tooMany - difference
    a -= rest / 2
    b -= rest - rest / 2
    first = Array(first.prefix(a))
    second = Array(other.prefix(b))
  }

  private func ids(of text: [UInt8], _ cache: inout WordCache) throws -> [Int32] {
    try text.withUnsafeBufferPointer { text in
      try requireUTF8(text)
      var ids: [Int32] = []
      try added.plain.split(text) { part in
        switch part {
        case .token(let id): ids.append(id)
        case .text(let piece): try append(piece, to: &ids, &cache)
        }
      }
      return ids
    }
  }

  private func append(_ piece: UnsafeBufferPointer<UInt8>, to ids: inout [Int32], _ cache: inout WordCache) throws {
    func append(normalized text: UnsafeBufferPointer<UInt8>) throws {
      try added.normalized.split(text) { part in
        switch part {
        case .token(let id): ids.append(id)
        case .text(let piece): try model.encode(piece, into: &ids, &cache)
        }
      }
    }
    if let normalized = model.normalized(piece) {
      try normalized.withUnsafeBufferPointer { try append(normalized: $0) }
    } else {
      try append(normalized: piece)
    }
  }

  // MARK: Decoding

  /// The text of ids. Always UTF-8: where bytes of byte-level tokens do not make up characters, U+FFFD stands.
  ///
  /// - Parameter special: whether special tokens stand in the text, too.
  /// - Throws: `Failure` of kind `range` for ids outside of the vocabulary.
  public func decode(_ ids: some Sequence<Int>, special: Bool = false) throws -> String {
    var kept: [Int32] = []
    for id in ids {
      let id = try fileId(id)
      if special || !self.special.contains(id) { kept.append(id) }
    }
    return String(decoding: model.decode(kept, vocabulary), as: UTF8.self)
  }
}

/// Throws for bytes that are not UTF-8, with the place of the first such byte.
func requireUTF8(_ text: UnsafeBufferPointer<UInt8>) throws {
  guard let place = firstInvalidByte(text) else { return }
  let digits = String(text[place], radix: 16, uppercase: true)
  throw Failure(.argument, "the text is not UTF-8: byte \(place + 1) is 0x\(digits)")
}

/// The place of the first byte that is not part of UTF-8 (RFC 3629), from 0.
func firstInvalidByte(_ text: UnsafeBufferPointer<UInt8>) -> Int? {
  var place = 0
  while place < text.count {
    let first = text[place]
    if first < 0x80 {
      place += 1
      continue
    }
    // The length, and what the second byte may be: no surrogates, nothing written longer than needed, nothing too large.
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xbf
    switch first {
    case 0xc2...0xdf: length = 2
    case 0xe0: (length, second) = (3, 0xa0...0xbf)
    case 0xed: (length, second) = (3, 0x80...0x9f)
    case 0xe1...0xef: length = 3
    case 0xf0: (length, second) = (4, 0x90...0xbf)
    case 0xf1...0xf3: length = 4
    case 0xf4: (length, second) = (4, 0x80...0x8f)
    default: return place
    }
    guard place + length <= text.count, second.contains(text[place + 1]) else { return place }
    for other in (place + 2)..<max(place + 2, place + length) where text[other] & 0xc0 != 0x80 { return place }
    place += length
  }
  return nil
}
