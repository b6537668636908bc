import Basics

/// The tokens of a tokenizer. Their ids are those of the file and count from 0.
struct Vocabulary: Sendable {
  /// By id.
  let tokens: [String]
  /// Tokens that are found in text before the model sees it, and that the model does not know: by id.
  private let isOutside: [Bool]
  private let table: ByteTable

  /// - Throws: `Failure` of kind `file` when a token occurs twice.
  init(_ tokens: [String], outside: Set<Int>, source: String) throws {
    var table = ByteTable()
    for (id, token) in tokens.enumerated() {
      let (number, isNew) = table.insert(token)
      guard isNew else {
        throw Failure(.file, "\(source): the token \(quoted(token)) has the ids \(number) and \(id), wanted one")
      }
    }
    self.tokens = tokens
    self.table = table
    isOutside = tokens.indices.map { outside.contains($0) }
  }

  var count: Int { tokens.count }

  func id(_ token: String) -> Int32? { table.find(token).map { Int32($0) } }

  /// The id of a token that the model knows.
  func modelId(_ token: UnsafeBufferPointer<UInt8>) -> Int32? {
    guard let id = table.find(token), !isOutside[id] else { return nil }
    return Int32(id)
  }

  func modelId(_ token: String) -> Int32? {
    var token = token
    return token.withUTF8 { modelId($0) }
  }

  /// The tokens that the model knows, with their ids.
  var modelTokens: [(id: Int32, token: String)] {
    tokens.indices.filter { !isOutside[$0] }.map { (Int32($0), tokens[$0]) }
  }
}

/// A text as errors show it: in quotes, on one line, not too long.
func quoted(_ text: String) -> String {
  var shown = ""
  for scalar in text.unicodeScalars.prefix(40) {
    let isPlain = scalar.value >= 0x20 && scalar.properties.generalCategory != .control
    shown += isPlain ? String(Character(scalar)) : "\\u{\(String(scalar.value, radix: 16))}"
  }
  return "'\(shown)\(text.unicodeScalars.count > 40 ? "..." : "")'"
}
