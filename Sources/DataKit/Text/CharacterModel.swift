import Basics

/// One token per character (Unicode scalar).
struct CharacterModel: TextModel {
  let vocabulary: Vocabulary
  /// What stands for a character that has no token; without it such characters are errors.
  let unknown: Int32?

  func encode(_ text: Text, into ids: inout [Int32], _ cache: inout WordCache) throws {
    ids.reserveCapacity(ids.count + text.count)
    var place = 0
    while place < text.count {
      let (value, length) = text.scalar(at: place)
      if let id = vocabulary.modelId(text.part(place..<place + length)) ?? unknown {
        ids.append(id)
      } else {
        throw missing(value, text, at: place)
      }
      place += length
    }
  }

  private func missing(_ value: UInt32, _ text: Text, at place: Int) -> Failure {
    let before = String(decoding: text.part(0..<place), as: UTF8.self).unicodeScalars.count
    let digits = String(value, radix: 16, uppercase: true)
    let code = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    let character = Unicode.Scalar(value).map { quoted(String(Character($0))) } ?? ""
    return Failure(
      .argument,
      "the character \(character) (U+\(code)) at place \(before + 1) of the text is not in the vocabulary of "
        + "\(vocabulary.count); make the tokenizer from text that has it, or with {unknown = \"<unk>\"}")
  }

  func decode(_ ids: [Int32], _ vocabulary: Vocabulary) -> [UInt8] {
    ids.flatMap { Array(vocabulary.tokens[Int($0)].utf8) }
  }
}
