import Basics

/// Reading the part of `tokenizer.json` that says what surrounds sequences.
extension Tokenizer {
  static func readTemplate(_ root: SpecificationReader, _ vocabulary: Vocabulary) throws -> TokenTemplate {
    guard let part = try root.optional("post_processor") else { return .plain }
    switch try part.type() {
    case "ByteLevel": return .plain
    case "TemplateProcessing":
      let special = try specialTokens(try part.part("special_tokens"), vocabulary)
      return TokenTemplate(
        single: try pieces(try part.part("single"), special, isPair: false),
        pair: try pieces(try part.part("pair"), special, isPair: true))
    case "BertProcessing":
      let (start, end) = (try surrounding(part, "cls", vocabulary), try surrounding(part, "sep", vocabulary))
      return TokenTemplate(
        single: [.special([start], type: 0), .first(type: 0), .special([end], type: 0)],
        pair: [
          .special([start], type: 0), .first(type: 0), .special([end], type: 0), .second(type: 1),
          .special([end], type: 1),
        ])
    case "RobertaProcessing":
      let (start, end) = (try surrounding(part, "cls", vocabulary), try surrounding(part, "sep", vocabulary))
      return TokenTemplate(
        single: [.special([start], type: 0), .first(type: 0), .special([end], type: 0)],
        pair: [
          .special([start], type: 0), .first(type: 0), .special([end], type: 0), .special([end], type: 0),
          .second(type: 0), .special([end], type: 0),
        ])
    case let type:
      throw part.failure(
        "the post-processor is '\(type)', wanted 'TemplateProcessing', 'BertProcessing', 'RobertaProcessing', 'ByteLevel' or none"
      )
    }
  }

  /// `"sep": ["[SEP]", 102]`.
  private static func surrounding(
    _ part: SpecificationReader, _ key: String, _ vocabulary: Vocabulary
  ) throws -> Int32 {
    let pair = try part.part(key)
    let entries = try pair.list()
    guard entries.count == 2 else { throw part.failure("'\(pair.path)' is not a token with its id") }
    return try checked(try entries[1].count(), entries[1], vocabulary)
  }

  private static func checked(_ id: Int, _ part: SpecificationReader, _ vocabulary: Vocabulary) throws -> Int32 {
    guard id < vocabulary.count else {
      throw part.failure("'\(part.path)' is the id \(id), but the vocabulary has \(vocabulary.count) tokens")
    }
    return Int32(id)
  }

  private static func specialTokens(
    _ part: SpecificationReader, _ vocabulary: Vocabulary
  ) throws -> [String: [Int32]] {
    var found: [String: [Int32]] = [:]
    for (name, token) in try part.members() {
      found[name] = try token.part("ids").list().map { try checked(try $0.count(), $0, vocabulary) }
    }
    return found
  }

  private static func pieces(
    _ part: SpecificationReader, _ special: [String: [Int32]], isPair: Bool
  ) throws -> [TokenTemplate.Piece] {
    try part.list().map { entry in
      let members = try entry.members()
      guard members.count == 1, let (kind, piece) = members.first else {
        throw part.failure("'\(entry.path)' must have the one key 'SpecialToken' or 'Sequence'")
      }
      let name = try piece.part("id").string()
      let type = try piece.optional("type_id")?.count() ?? 0
      switch (kind, name) {
      case ("Sequence", "A"): return .first(type: type)
      case ("Sequence", "B") where isPair: return .second(type: type)
      case ("SpecialToken", _):
        guard let ids = special[name] else {
          throw part.failure("'\(piece.path)' names \(quoted(name)), which 'special_tokens' does not have")
        }
        return .special(ids, type: type)
      default:
        throw part.failure("'\(piece.path)' names the sequence \(quoted(name)), wanted \(isPair ? "A or B" : "A")")
      }
    }
  }
}
