import Basics
import Kernels

/// The part of a tokenizer that turns text without added tokens into ids, and back. Ids are those of the file, from 0.
protocol TextModel: Sendable {
  typealias Text = UnsafeBufferPointer<UInt8>

  /// The text that added tokens with `normalized` are looked up in; `nil` when text is taken as it is.
  func normalized(_ text: Text) -> [UInt8]?

  /// Appends the ids of a text, which is UTF-8 and already normalised.
  ///
  /// - Throws: `Failure` of kind `argument` for text that the vocabulary cannot express.
  func encode(_ text: Text, into ids: inout [Int32], _ cache: inout WordCache) throws

  /// The bytes of tokens one after another; what is not UTF-8 in it is repaired by the caller.
  func decode(_ ids: [Int32], _ vocabulary: Vocabulary) -> [UInt8]
}

extension TextModel {
  func normalized(_ text: Text) -> [UInt8]? { nil }
}

/// The ids of words that were met before, during one call.
struct WordCache {
  private var words = ByteTable()
  private var ids: [Int32] = []
  private var ends: [Int] = []
  private var asked = 0

  /// Words beyond this number are computed each time.
  private static let capacity = 1 << 20

  init() {}

  /// Appends the ids of a word, known or computed. Throws when somebody asked to stop.
  mutating func append(
    _ word: UnsafeBufferPointer<UInt8>, to result: inout [Int32],
    _ compute: (UnsafeBufferPointer<UInt8>, inout [Int32]) throws -> Void
  ) throws {
    asked += 1
    if asked & 0xffff == 0, Interrupt.isRequested { throw Failure(.interrupted, "interrupted") }
    if let number = words.find(word) {
      result.append(contentsOf: ids[(number == 0 ? 0 : ends[number - 1])..<ends[number]])
      return
    }
    let start = result.count
    try compute(word, &result)
    guard words.count < Self.capacity, word.count <= 256 else { return }
    _ = words.insert(word)
    ids.append(contentsOf: result[start...])
    ends.append(ids.count)
  }
}
