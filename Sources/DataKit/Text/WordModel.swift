import Basics

/// One token per word. Words stand between spaces; with `splitsPunctuation`, runs of letters, marks and digits and runs of
/// other characters are words.
struct WordModel: TextModel {
  let vocabulary: Vocabulary
  /// What stands for a word that has no token.
  let unknown: Int32?
  let splitsPunctuation: Bool
  let lowers: Bool

  func normalized(_ text: Text) -> [UInt8]? { lowers ? Self.lowered(text) : nil }

  func encode(_ text: Text, into ids: inout [Int32], _ cache: inout WordCache) throws {
    try Self.split(text, punctuation: splitsPunctuation) { word in
      guard let id = vocabulary.modelId(word) ?? unknown else {
        throw Failure(
          .argument,
          "the word \(quoted(String(decoding: word, as: UTF8.self))) is not in the vocabulary of \(vocabulary.count); "
            + "make the tokenizer from text that has it, or with {unknown = \"<unk>\"}")
      }
      ids.append(id)
    }
  }

  func decode(_ ids: [Int32], _ vocabulary: Vocabulary) -> [UInt8] {
    Array(ids.map { vocabulary.tokens[Int($0)] }.joined(separator: " ").utf8)
  }

  static func split(_ text: Text, punctuation: Bool, _ emit: (Text) throws -> Void) rethrows {
    var place = 0
    while place < text.count {
      let traits = CharacterTraits.of(text.scalar(at: place).value)
      let end: Int
      if traits.contains(.space) {
        place = text.end(from: place, having: .space)
        continue
      } else if !punctuation {
        end = text.end(from: place, having: .space, false)
      } else if traits.contains(.word) {
        end = text.end(from: place, having: .word)
      } else {
        end = text.end(from: place, having: [.word, .space], false)
      }
      try emit(text.part(place..<end))
      place = end
    }
  }

  static func lowered(_ text: Text) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var place = 0
    while place < text.count {
      let (value, length) = text.scalar(at: place)
      if value < 0x80 {
        result.append(value >= 0x41 && value <= 0x5a ? UInt8(value) | 0x20 : UInt8(value))
      } else if let scalar = Unicode.Scalar(value) {
        result.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
      }
      place += length
    }
    return result
  }
}
