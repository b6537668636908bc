import Basics
import DataKit
import Foundation
import Learn
import LuaHost
import Tensors

/// What tokenizers can do.
extension Lab {
  func installTokenizerMethods() throws {
    tokenizers.describe { box in
      let tokenizer = box.tokenizer
      return "Tokenizer: \(tokenizer.kind.rawValue), \(Lab.grouped(tokenizer.vocabularySize)) tokens"
    }
    tokenizers.field("vocab") { call, box in call.push(box.tokenizer.vocabularySize) }
    tokenizers.field("kind") { call, box in call.push(box.tokenizer.kind.rawValue) }
    tokenizers.field("pad_id") { call, box in box.tokenizer.paddingId.map { call.push($0) } ?? call.pushNil() }
    tokenizers.on(.length) { [tokenizers] call in call.push(try call.object(1, tokenizers).tokenizer.vocabularySize) }
    for (name, summary) in [
      ("vocab", "How many tokens there are: ids go from 1 to this. Also #tok."),
      ("kind", "\"characters\", \"words\", \"byte-level BPE\" or \"WordPiece\"."),
      ("pad_id", "The id that fills up short texts; nil when there is no token for that."),
    ] {
      docs.add(
        Doc(
          "Tokenizer." + name, "tok." + name, chapter: "Text", summary,
          example: Self.tokenizerSetUp + "print(tok.\(name))"))
    }
    installEncoding()
    installVocabulary()
    installTokenizerData()
  }

  private static let tokenizerSetUp = "local tok = lab.tokenizer.characters(\"some text\", {special = {\"<pad>\"}})\n"

  private func tokenizerMethod(
    _ name: String, _ arguments: String, parameters: [String], _ summary: String, details: [String] = [],
    formula: String? = nil, notes: String? = nil, example: String,
    _ body: @escaping (Call, Tokenizer) throws -> Int
  ) {
    let doc = Doc(
      "Tokenizer." + name, "tok:\(name)(\(arguments))", chapter: "Text", parameters: parameters, summary,
      details: details, formula: formula, notes: notes, example: Self.tokenizerSetUp + example)
    method(tokenizers, doc) { call, box in try body(call, box.tokenizer) }
  }

  // MARK: Encoding

  private func installEncoding() {
    tokenizerMethod(
      "encode", "text, {special, pair, max, pad, pad_side, pad_id}", parameters: ["text", "options"],
      "The ids of a text, an int64 vector; of a list of texts, a list of vectors, or with pad one tensor {texts, length} and a mask.",
      details: [
        "{special = true}: whether the template's tokens, such as [CLS] and [SEP], are added",
        "{pair}: a second text, or a list of them, to follow in the same sequence; one result more then says by 1 and 2 what belongs to which",
        "{max}: the most ids of a text, those of the template included; the end is cut off",
        "{pad}: true fills up to the longest text, a number to that length; the mask is true where ids are real",
        "{pad_side = \"right\"}: or \"left\"; {pad_id}: the filling, tok.pad_id when left out",
      ],
      notes: "Special tokens written in the text are found as well.",
      example: "local ids, mask = tok:encode({\"some\", \"text so\"}, {pad = true})\nprint(ids, mask)"
    ) { [self] call, tokenizer in
      try encode(tokenizer, call)
    }
    tokenizerMethod(
      "decode", "ids, {special}", parameters: ["ids", "options"],
      "The text of ids: of a vector or a list a string, of a matrix a list of strings.",
      details: ["{special = false}: whether special tokens stand in the text, too"],
      notes:
        "Always UTF-8: where the bytes of byte-level tokens do not make up characters, the replacement character U+FFFD stands.",
      example: "print(tok:decode(tok:encode(\"some\")))"
    ) { [self] call, tokenizer in
      let special = try call.options(2, known: ["special"]).boolean("special") ?? false
      guard let ids = call.objectIfAny(1, tensors) else {
        guard call.isTable(1) else { throw call.mismatch(1, wanted: "an int64 Tensor or a list of ids") }
        return call.push(try tokenizer.decode(try call.table(1).integers(), special: special))
      }
      guard ids.dtype == .int64, ids.rank <= 2 else {
        throw Failure(
          .dtype, "the ids must be an int64 vector or matrix, found \(ids.dtype.name) \(ids.shape)")
      }
      let all = try ids.toIntegers().map { Int($0) }
      guard ids.rank == 2 else { return call.push(try tokenizer.decode(all, special: special)) }
      let width = ids.shape[1]
      return call.push(
        try (0..<ids.shape[0]).map { row in
          try tokenizer.decode(all[(row * width)..<((row + 1) * width)], special: special)
        })
    }
    tokenizerMethod(
      "tokens", "text, {special}", parameters: ["text", "options"],
      "The tokens of a text as the vocabulary spells them (byte-level: a space is Ġ), a list of strings.",
      details: ["{special = false}: whether the template's tokens are added"],
      example: "print(table.concat(tok:tokens(\"some\"), \" \"))"
    ) { call, tokenizer in
      let special = try call.options(2, known: ["special"]).boolean("special") ?? false
      let encoded = try tokenizer.encode([.init(try call.bytes(1))], special: special)
      return call.push(try encoded.flatMap(\.ids).map { try tokenizer.token($0) })
    }
  }

  private func encode(_ tokenizer: Tokenizer, _ call: Call) throws -> Int {
    let options = try call.options(2, known: ["special", "pair", "max", "pad", "pad_side", "pad_id"])
    let (texts, isList) = try readTexts(call, 1)
    let pairs = try options.read("pair") { stack, what in
      if stack.kind(at: -1) == .string, !isList { return [try stack.bytes(at: -1, what)] }
      let table = try stack.table(at: -1, what)
      return try table.map { stack, place in try stack.bytes(at: -1, table.entryName(place)) }
    }
    if let pairs, pairs.count != texts.count {
      throw Failure(.argument, "option 'pair' has \(pairs.count) texts, but argument 1 (text) has \(texts.count)")
    }
    let inputs = texts.enumerated().map { Tokenizer.Input($0.element, pairs?[$0.offset]) }
    let encodings = try tokenizer.encode(
      inputs, special: try options.boolean("special") ?? true, limit: try options.count("max"))
    if let length = try paddedLength(options, encodings) {
      return try pushPadded(encodings, length, tokenizer, options, hasTypes: pairs != nil, call)
    }
    for name in ["pad_side", "pad_id"] where options.has(name) {
      throw Failure(.argument, "option '\(name)' needs option 'pad'")
    }
    for part in pairs == nil ? [\Tokenizer.Encoding.ids] : [\Tokenizer.Encoding.ids, \Tokenizer.Encoding.types] {
      let vectors = try encodings.map { try idTensor($0[keyPath: part]) }
      if isList {
        try call.push(.array(vectors.map(value)))
      } else if let vector = vectors.first {
        _ = push(vector, call)
      }
    }
    return pairs == nil ? 1 : 2
  }

  /// The common length that option 'pad' asks for.
  private func paddedLength(_ options: Options, _ encodings: [Tokenizer.Encoding]) throws -> Int? {
    let longest = encodings.map(\.ids.count).max() ?? 0
    return try options.read("pad") { stack, what in
      if stack.kind(at: -1) == .boolean { return try stack.boolean(at: -1, what) ? longest : nil }
      let length = try stack.integer(at: -1, what)
      guard length >= longest else {
        throw Failure(.range, "option 'pad' is \(length), but a text has \(longest) ids; cut it with {max = \(length)}")
      }
      return length
    } ?? nil
  }

  private func pushPadded(
    _ encodings: [Tokenizer.Encoding], _ length: Int, _ tokenizer: Tokenizer, _ options: Options, hasTypes: Bool,
    _ call: Call
  ) throws -> Int {
    let isLeft = try options.choice("pad_side", ["right", "left"]) == "left"
    let filling = try options.integer("pad_id") ?? tokenizer.paddingId
    guard let filling else {
      throw Failure(
        .argument,
        "this tokenizer has no token for padding; make it with {special = {\"<pad>\"}} or give option 'pad_id'")
    }
    _ = try tokenizer.token(filling)
    let shape = try Shape([encodings.count, length])
    func padded(_ part: (Tokenizer.Encoding) -> [Int], _ filling: Int) throws -> Tensor {
      let tensor = try Tensor(uninitialized: shape, .int64)
      for (row, encoding) in encodings.enumerated() {
        let values = part(encoding)
        let rest = [Int](repeating: filling, count: length - values.count)
        for (place, value) in (isLeft ? rest + values : values + rest).enumerated() {
          tensor.integers[row * length + place] = Int64(value)
        }
      }
      return tensor
    }
    _ = push(try padded(\.ids, filling), call)
    _ = push(try padded({ Array(repeating: 1, count: $0.ids.count) }, 0).converted(to: .bool), call)
    guard hasTypes else { return 2 }
    return 2 + push(try padded(\.types, 1), call)
  }

  // MARK: Vocabulary and files

  private func installVocabulary() {
    tokenizerMethod(
      "token", "id", parameters: ["id"], "The token of an id, spelled as in the vocabulary.",
      example: "print(tok:token(2))"
    ) { call, tokenizer in call.push(try tokenizer.token(try call.integer(1))) }
    tokenizerMethod(
      "id", "token", parameters: ["token"], "The id of a token, spelled as in the vocabulary; nil when there is none.",
      example: "print(tok:id(\"e\"), tok:id(\"z\"))"
    ) { call, tokenizer in tokenizer.id(try call.string(1)).map { call.push($0) } ?? call.pushNil() }
    tokenizerMethod(
      "vocabulary", "", parameters: [], "All tokens in the order of their ids, a list of strings.",
      example: "print(#tok:vocabulary())"
    ) { call, tokenizer in call.push(tokenizer.tokens) }
    tokenizerMethod(
      "save", "path", parameters: ["path"],
      "Writes a file tokenizer.json that Hugging Face's tokenizers reads; an existing file is replaced only when the new one is complete.",
      notes: "Ids in the file count from 0: the ids here minus one.",
      example: "tok:save(\"tokenizer.json\")\nprint(lab.tokenizer.load(\"tokenizer.json\").vocab)"
    ) { call, tokenizer in
      var text = tokenizer.text
      try AtomicFile.write(try call.string(1)) { append in try text.withUTF8 { try append(UnsafeRawBufferPointer($0)) }
      }
      return 0
    }
  }

  // MARK: Language-model data

  private func installTokenizerData() {
    tokenizerMethod(
      "windows", "text, context, {stride}", parameters: ["text", "context", "options"],
      "The text as a data set for language models; see lab.data.windows.",
      details: ["{stride}: how far the next window begins; context when left out"],
      example: "print(tok:windows(\"some text some text\", 4).y)"
    ) { [self] call, tokenizer in
      let stride = try call.options(3, known: ["stride"]).integer("stride")
      let ids = try tokenizer.encode([.init(try call.bytes(1))], special: false).flatMap(\.ids)
      return push(try Dataset.windows(try idTensor(ids), context: try call.integer(2), stride: stride), call)
    }
    tokenizerMethod(
      "bits_per_character", "loss, text", parameters: ["loss", "text"],
      "Bits per character of a text, from the mean loss per token in nats: comparable across tokenizers.",
      formula: "loss * tokens / (characters * ln 2)",
      example: "print(string.format(\"%.3f\", tok:bits_per_character(math.log(2), \"some text\")))"
    ) { [self] call, tokenizer in
      let loss =
        try call.objectIfAny(1, tensors).map { tensor in
          guard tensor.count == 1 else { throw call.mismatch(1, wanted: "one number") }
          return tensor.element(0)
        } ?? call.number(1)
      let text = try call.bytes(2)
      let tokens = try tokenizer.encode([.init(text)], special: false).reduce(0) { $0 + $1.ids.count }
      let characters = text.count { $0 & 0xc0 != 0x80 }
      guard characters > 0 else { throw Failure(.argument, "the text is empty") }
      return call.push(loss * Double(tokens) / (Double(characters) * log(2)))
    }
  }
}
