/// A JSON value (RFC 8259) to be written; objects keep the order of their members.
public enum JSON: Equatable, Sendable {
  case null
  case boolean(Bool)
  case integer(Int)
  /// NaN and infinities, which JSON lacks, are written as null.
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

  /// An object of these members, in this order.
  public static func record(_ members: (String, JSON)...) -> JSON {
    .object(members.map { Member(name: $0.0, value: $0.1) })
  }

  /// A number, or null for none.
  static func optional(_ value: Double?) -> JSON { value.map { .number($0) } ?? .null }

  /// A string, or null for an empty one.
  static func nonempty(_ value: String) -> JSON { value.isEmpty ? .null : .text(value) }

  /// One line.
  public var compact: String {
    var text = ""
    write(to: &text, indent: nil)
    return text
  }

  /// Indented; lists of plain values stay on one line.
  public var pretty: String {
    var text = ""
    write(to: &text, indent: 0)
    return text + "\n"
  }

  private var isPlain: Bool {
    switch self {
    case .list, .object: false
    default: true
    }
  }

  private func write(to text: inout String, indent: Int?) {
    switch self {
    case .null: text += "null"
    case .boolean(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value): text += Self.digits(value)
    case .text(let value): Self.write(value, to: &text)
    case .list(let values):
      let inner = values.allSatisfy(\.isPlain) ? nil : indent
      Self.write(values.count, "[", "]", to: &text, indent: inner, spaced: indent != nil) { place, text in
        values[place].write(to: &text, indent: inner.map { $0 + 1 })
      }
    case .object(let members):
      Self.write(members.count, "{", "}", to: &text, indent: indent, spaced: indent != nil) { place, text in
        Self.write(members[place].name, to: &text)
        text += indent == nil ? ":" : ": "
        members[place].value.write(to: &text, indent: indent.map { $0 + 1 })
      }
    }
  }

  private static func write(
    _ count: Int, _ open: String, _ close: String, to text: inout String, indent: Int?, spaced: Bool,
    _ item: (Int, inout String) -> Void
  ) {
    text += open
    for place in 0..<count {
      if place > 0 { text += indent == nil && spaced ? ", " : "," }
      if let indent { text += "\n" + String(repeating: "  ", count: indent + 1) }
      item(place, &text)
    }
    if let indent, count > 0 { text += "\n" + String(repeating: "  ", count: indent) }
    text += close
  }

  /// The shortest digits that read back as the same number.
  private static func digits(_ value: Double) -> String {
    guard value.isFinite else { return "null" }
    if value == value.rounded(), abs(value) < 1e15 {
      return value == 0 && value.sign == .minus ? "-0.0" : String(Int(value))
    }
    return "\(value)"
  }

  private static func write(_ value: String, to text: inout String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\t": text += "\\t"
      case "\r": text += "\\r"
      default:
        if scalar.value < 0x20 || scalar.value == 0x7F {
          let hex = String(scalar.value, radix: 16)
          text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
        } else {
          text.unicodeScalars.append(scalar)
        }
      }
    }
    text += "\""
  }
}
