/// A JSON value (RFC 8259) whose objects keep the order of their keys.
enum JSONValue: Equatable {
  case null
  case boolean(Bool)
  /// A number without point and exponent that fits 64 bits.
  case integer(Int64)
  case number(Double)
  case string(String)
  case list([JSONValue])
  case object([Member])

  struct Member: Equatable {
    let key: String
    let value: JSONValue
  }

  /// What errors call the value: "a list".
  var kind: String {
    switch self {
    case .null: "null"
    case .boolean: "true or false"
    case .integer, .number: "a number"
    case .string: "text"
    case .list: "a list"
    case .object: "an object"
    }
  }
}
