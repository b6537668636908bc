import Basics

/// A JSON value (RFC 8259) whose objects keep the order of their keys.
public enum JSONValue: Equatable, Sendable {
  case null
  case boolean(Bool)
  /// A number without point and exponent that fits 64 bits.
  case integer(Int64)
  case number(Double)
  case string(String)
  case list([JSONValue])
  case object([Member])

  public struct Member: Equatable, Sendable {
    public let key: String
    public let value: JSONValue

    public init(key: String, value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  /// An object of these members, in this order.
  public static func record(_ members: (String, JSONValue)...) -> JSONValue {
    .object(members.map { Member(key: $0.0, value: $0.1) })
  }

  /// What errors call the value: "a list".
  public var kind: String {
    switch self {
    case .null: "null"
    case .boolean: "true or false"
    case .integer, .number: "a number"
    case .string: "text"
    case .list: "a list"
    case .object: "an object"
    }
  }

  /// The value of a key; `nil` when there is none, or this is not an object.
  public subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// The value that a whole text holds.
  ///
  /// - Parameter source: what errors call the text, such as the file's name.
  /// - Throws: `Failure` of kind `file` with the byte where the text stops being JSON: a half surrogate pair, a key that
  ///   occurs twice, more than 64 levels, an end too early, ...
  public static func parse(_ bytes: [UInt8], source: String) throws -> JSONValue {
    try bytes.withUnsafeBufferPointer { text in
      do throws(JSONParser.Mistake) {
        return try JSONParser.parse(text[(text.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0)...])
      } catch {
        throw Failure(.file, "\(source), byte \(error.offset + 1): \(error.message)")
      }
    }
  }
}
