import Basics

/// Reading `tokenizer.json`, the format of Hugging Face's `tokenizers`: https://huggingface.co/docs/tokenizers
///
/// Four kinds are understood: byte-level BPE (GPT-2), WordPiece (BERT), words, and characters (BPE without merges). Every part
/// of a file is either understood or an error; padding and truncation are left to the caller.
extension Tokenizer {
  /// Reads a file.
  ///
  /// - Parameter limit: the largest file accepted, in bytes.
  /// - Throws: `Failure` of kind `file` with the path and what is wrong in it.
  public static func load(_ path: String, limit: Int = 1 << 28) throws -> Tokenizer {
    let bytes = try FileBytes.read(path, limit: limit)
    return try Tokenizer(try JSON.parse(bytes, source: path), source: path)
  }

  /// A tokenizer as a specification says.
  ///
  /// - Parameter source: what errors call the specification.
  public init(_ specification: JSON, source: String) throws {
    let root = SpecificationReader(value: specification, path: "", source: source)
    let part = try root.part("model")
    let tokens = try Self.readAdded(root)
    let vocabulary = try Self.readVocabulary(try part.part("vocab"), tokens)
    let (kind, model) = try Self.readModel(root, part, vocabulary)
    self.specification = specification
    self.vocabulary = vocabulary
    self.kind = kind
    self.model = model
    added.plain = AddedTokens(tokens.filter { !$0.isNormalized }) { Array($0.content.utf8) }
    added.normalized = AddedTokens(tokens.filter(\.isNormalized)) { token in
      let bytes = Array(token.content.utf8)
      return bytes.withUnsafeBufferPointer { model.normalized($0) } ?? bytes
    }
    special = Set(tokens.filter(\.isSpecial).map(\.id))
    template = try Self.readTemplate(root, vocabulary)
    padding = try Self.readPadding(root, vocabulary, special)
  }

  // MARK: Tokens

  private static func readAdded(_ root: SpecificationReader) throws -> [AddedTokens.Token] {
    try root.optional("added_tokens")?.list().map { part in
      let isSpecial = try part.boolean("special", default: false)
      let content = try part.part("content").string()
      guard !content.isEmpty else { throw root.failure("'\(part.path)' has an empty content") }
      return AddedTokens.Token(
        id: Int32(try part.part("id").count()), content: content,
        isSingleWord: try part.boolean("single_word", default: false),
        takesSpaceBefore: try part.boolean("lstrip", default: false),
        takesSpaceBehind: try part.boolean("rstrip", default: false),
        isNormalized: try part.boolean("normalized", default: !isSpecial), isSpecial: isSpecial)
    } ?? []
  }

  private static func readVocabulary(
    _ part: SpecificationReader, _ added: [AddedTokens.Token]
  ) throws -> Vocabulary {
    var entries = try part.members().map { (token: $0.key, id: try $0.value.count()) }
    let known = Set(entries.map { ExactText($0.token) })
    var extra: Set<ExactText> = []
    let ids = Dictionary(entries.map { (ExactText($0.token), $0.id) }) { first, _ in first }
    for token in added {
      let name = ExactText(token.content)
      if let id = ids[name], id != token.id {
        throw part.failure(
          "the added token \(quoted(token.content)) has the id \(token.id), but 'model.vocab' gives it \(id)")
      }
      guard !known.contains(name) else { continue }
      guard extra.insert(name).inserted else {
        throw part.failure("the added token \(quoted(token.content)) occurs twice")
      }
      entries.append((token.content, Int(token.id)))
    }
    guard !entries.isEmpty else { throw part.failure("the vocabulary is empty") }
    var tokens = [String?](repeating: nil, count: entries.count)
    for (token, id) in entries where id < tokens.count {
      if let other = tokens[id] {
        throw part.failure("the id \(id) belongs to \(quoted(other)) and to \(quoted(token)), wanted one token")
      }
      tokens[id] = token
    }
    if let gap = tokens.firstIndex(of: nil) {
      let largest = entries.map(\.id).max() ?? 0
      throw part.failure(
        "the id \(gap) belongs to no token, but ids go up to \(largest); wanted ids without gaps from 0")
    }
    let outside = Set(entries.indices.dropFirst(known.count).map { entries[$0].id })
    return try Vocabulary(tokens.compactMap { $0 }, outside: outside, source: part.source)
  }

  private static func readPadding(
    _ root: SpecificationReader, _ vocabulary: Vocabulary, _ special: Set<Int32>
  ) throws -> Int32? {
    if let part = try root.optional("padding"), let token = try part.string("pad_token") {
      guard let id = vocabulary.id(token) else {
        throw root.failure("'padding.pad_token' is \(quoted(token)), which is not in the vocabulary")
      }
      return id
    }
    return ["<pad>", "[PAD]", "<|pad|>", "<|padding|>"].lazy.compactMap { vocabulary.id($0) }.first {
      special.contains($0)
    }
  }

  // MARK: The model

  private static func readModel(
    _ root: SpecificationReader, _ part: SpecificationReader, _ vocabulary: Vocabulary
  ) throws -> (Kind, any TextModel) {
    let unknown = try part.string("unk_token").map { token in
      guard let id = vocabulary.modelId(token) else {
        throw part.failure("'model.unk_token' is \(quoted(token)), which is not in the vocabulary")
      }
      return id
    }
    let type = try modelType(part)
    try requireDecoder(root, type)
    switch type {
    case "BPE": return try readBytePairs(root, part, vocabulary, unknown)
    case "WordPiece":
      guard let unknown else { throw part.failure("'model' has no 'unk_token', which WordPiece needs") }
      return (.wordPieces, try readWordPieces(root, part, vocabulary, unknown))
    case "WordLevel":
      let splitter = try root.part("pre_tokenizer").type()
      guard splitter == "Whitespace" || splitter == "WhitespaceSplit" else {
        throw root.failure("the pre-tokenizer is '\(splitter)', wanted 'Whitespace' or 'WhitespaceSplit' for words")
      }
      let normalizer = try root.optional("normalizer")?.type()
      guard normalizer == nil || normalizer == "Lowercase" else {
        throw root.failure("the normalizer is '\(normalizer ?? "")', wanted 'Lowercase' or none for words")
      }
      return (
        .words,
        WordModel(
          vocabulary: vocabulary, unknown: unknown, splitsPunctuation: splitter == "Whitespace",
          lowers: normalizer != nil)
      )
    default: throw part.failure("the model is '\(type)', wanted 'BPE', 'WordPiece' or 'WordLevel'")
    }
  }

  /// Files of early versions do not name the type.
  private static func modelType(_ part: SpecificationReader) throws -> String {
    if let type = try part.string("type") { return type }
    if try part.optional("merges") != nil { return "BPE" }
    return try part.optional("max_input_chars_per_word") != nil ? "WordPiece" : "WordLevel"
  }

  private static func requireDecoder(_ root: SpecificationReader, _ type: String) throws {
    guard let decoder = try root.optional("decoder")?.type() else { return }
    let wanted = ["BPE": ["ByteLevel", "Fuse"], "WordPiece": ["WordPiece"]][type] ?? []
    guard wanted.contains(decoder) else {
      let names = wanted.map { "'\($0)' or " }.joined() + "none"
      throw root.failure("the decoder is '\(decoder)', wanted \(names) for \(type)")
    }
  }

  private static func readBytePairs(
    _ root: SpecificationReader, _ part: SpecificationReader, _ vocabulary: Vocabulary, _ unknown: Int32?
  ) throws -> (Kind, any TextModel) {
    try part.requireUnset("dropout", "continuing_subword_prefix", "end_of_word_suffix", "byte_fallback")
    if let normalizer = try root.optional("normalizer") {
      throw root.failure("the normalizer is '\(try normalizer.type())', wanted none for BPE")
    }
    let merges = try readMerges(try part.part("merges"), vocabulary)
    guard let splitter = try root.optional("pre_tokenizer") else {
      guard merges.count == 0 else {
        throw root.failure("there is no pre-tokenizer, wanted 'ByteLevel' for BPE with merges")
      }
      return (.characters, CharacterModel(vocabulary: vocabulary, unknown: unknown))
    }
    guard try splitter.type() == "ByteLevel" else {
      throw root.failure("the pre-tokenizer is '\(try splitter.type())', wanted 'ByteLevel' for BPE")
    }
    return (
      .bytePairs,
      BytePairModel(
        vocabulary, merges, unknown: unknown, fusesUnknown: try part.boolean("fuse_unk", default: false),
        ignoresMerges: try part.boolean("ignore_merges", default: false),
        addsSpace: try splitter.boolean("add_prefix_space", default: true),
        splits: try splitter.boolean("use_regex", default: true))
    )
  }

  /// Merges are pairs in a list, or texts with a space between the two tokens.
  private static func readMerges(_ part: SpecificationReader, _ vocabulary: Vocabulary) throws -> BytePairMerges {
    var merges = BytePairMerges()
    for (place, entry) in try part.list().enumerated() {
      let pair: [String]
      switch entry.value {
      case .text(let text):
        if place == 0, text.hasPrefix("#version") { continue }
        pair = text.unicodeScalars.split(separator: " ", omittingEmptySubsequences: false).map { String($0) }
      default: pair = try entry.list().map { try $0.string() }
      }
      guard pair.count == 2, !pair[0].isEmpty, !pair[1].isEmpty else {
        throw part.failure("'\(entry.path)' is not a pair of two tokens")
      }
      var result = pair[0]
      result.unicodeScalars.append(contentsOf: pair[1].unicodeScalars)
      let ids = try [pair[0], pair[1], result].map { token in
        guard let id = vocabulary.modelId(token) else {
          throw part.failure(
            "merge \(place + 1) joins \(quoted(pair[0])) and \(quoted(pair[1])), but \(quoted(token)) is not in the vocabulary"
          )
        }
        return id
      }
      merges.append(ids[0], ids[1], into: ids[2])
    }
    return merges
  }

  private static func readWordPieces(
    _ root: SpecificationReader, _ part: SpecificationReader, _ vocabulary: Vocabulary, _ unknown: Int32
  ) throws -> WordPieceModel {
    guard try root.part("pre_tokenizer").type() == "BertPreTokenizer" else {
      throw root.failure(
        "the pre-tokenizer is '\(try root.part("pre_tokenizer").type())', wanted 'BertPreTokenizer' for WordPiece")
    }
    var normalizer: BertNormalizer?
    if let given = try root.optional("normalizer") {
      guard try given.type() == "BertNormalizer" else {
        throw root.failure("the normalizer is '\(try given.type())', wanted 'BertNormalizer' or none for WordPiece")
      }
      let lowers = try given.boolean("lowercase", default: true)
      normalizer = BertNormalizer(
        cleans: try given.boolean("clean_text", default: true),
        splitsIdeographs: try given.boolean("handle_chinese_chars", default: true),
        stripsAccents: try given.boolean("strip_accents", default: lowers), lowers: lowers)
    }
    let decoder = try root.optional("decoder")
    return WordPieceModel(
      vocabulary, unknown: unknown, prefix: try part.string("continuing_subword_prefix") ?? "##",
      longest: try part.optional("max_input_chars_per_word")?.count() ?? 100, normalizer: normalizer,
      cleansUp: try decoder?.boolean("cleanup", default: true) ?? true)
  }
}
