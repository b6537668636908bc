/// A JSON value (RFC 8259) whose objects keep the order of their members.
///
/// Reading: ``JSON/init(parsing:)-([UInt8])``, ``JSON/parse(_:source:)``, or piece by piece with ``JSONReader``. Writing:
/// ``JSON/written(_:)``.
public enum JSON: Equatable, Sendable {
  case null
  case boolean(Bool)
  /// A number without point and exponent that fits 64 bits.
  case integer(Int)
  /// Any other number. NaN and infinities, which JSON lacks, are written as null and never read.
  case number(Double)
  case text(String)
  case list([JSON])
  case object([Member])

  public struct Member: Equatable, Sendable {
    public let name: String
    public let value: JSON

    public init(name: String, value: JSON) {
      self.name = name
      self.value = value
    }
  }

  /// What is wrong with a text, and the byte where, counted from 0 at its beginning.
  public struct Mistake: Error, Equatable, Sendable {
    public let message: String
    public let offset: Int

    public init(message: String, offset: Int) {
      self.message = message
      self.offset = offset
    }
  }

  /// An object of these members, in this order.
  public static func record(_ members: (String, JSON)...) -> JSON { record(members) }

  /// An object of these members, in this order.
  public static func record(_ members: [(String, JSON)]) -> JSON {
    .object(members.map { Member(name: $0.0, value: $0.1) })
  }
}

extension JSON {
  /// What errors call the value: "a list".
  public var kind: String {
    switch self {
    case .null: "null"
    case .boolean: "true or false"
    case .integer, .number: "a number"
    case .text: "text"
    case .list: "a list"
    case .object: "an object"
    }
  }

  /// The member of an object; `nil` for other values and unknown names.
  public subscript(name: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  /// The value of a number of either case.
  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The value of a whole number, also of one that is written `3.0`.
  public var int: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  public var string: String? { if case .text(let value) = self { value } else { nil } }
  public var bool: Bool? { if case .boolean(let value) = self { value } else { nil } }
  public var list: [JSON]? { if case .list(let values) = self { values } else { nil } }
  public var members: [Member]? { if case .object(let members) = self { members } else { nil } }
}
