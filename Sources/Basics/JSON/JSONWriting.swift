extension JSON {
  /// How a value is written.
  public struct Style: Sendable {
    /// On lines of their own, indented by two spaces, with `\n` at the end; lists of plain values stay on one line. If not,
    /// everything is on one line without spaces.
    public var isIndented: Bool
    /// Floats that are whole keep their point, so that they are read as floats again: `1.0`. If not, they are written `1`.
    public var keepsPoints: Bool
    /// Escapes have letters where JSON knows one, and DEL is escaped. If not, control characters are written as `\u000a`.
    public var namesEscapes: Bool

    public init(isIndented: Bool = false, keepsPoints: Bool = false, namesEscapes: Bool = true) {
      self.isIndented = isIndented
      self.keepsPoints = keepsPoints
      self.namesEscapes = namesEscapes
    }
  }

  /// One line.
  public var compact: String { written(Style()) }

  /// Indented; lists of plain values stay on one line.
  public var pretty: String { written(Style(isIndented: true)) }

  public func written(_ style: Style) -> String {
    var writer = JSONWriter(style: style)
    writer.write(self, indent: style.isIndented ? 0 : nil)
    return writer.text + (style.isIndented ? "\n" : "")
  }

  fileprivate var isPlain: Bool {
    switch self {
    case .list, .object: false
    default: true
    }
  }
}

private struct JSONWriter {
  let style: JSON.Style
  private(set) var text = ""

  init(style: JSON.Style) { self.style = style }

  /// - Parameter indent: of the line that the value stands on; `nil` to stay on it.
  mutating func write(_ value: JSON, indent: Int?) {
    switch value {
    case .null: text += "null"
    case .boolean(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value): text += digits(value)
    case .text(let value): write(value)
    case .list(let values):
      let inner = values.allSatisfy(\.isPlain) ? nil : indent
      text += "["
      for (place, value) in values.enumerated() {
        separate(place, indent: inner)
        write(value, indent: inner.map { $0 + 1 })
      }
      close("]", values.isEmpty, indent: inner)
    case .object(let members):
      text += "{"
      for (place, member) in members.enumerated() {
        separate(place, indent: indent)
        write(member.name)
        text += style.isIndented ? ": " : ":"
        write(member.value, indent: indent.map { $0 + 1 })
      }
      close("}", members.isEmpty, indent: indent)
    }
  }

  private mutating func separate(_ place: Int, indent: Int?) {
    if place > 0 { text += indent == nil && style.isIndented ? ", " : "," }
    if let indent { text += "\n" + String(repeating: "  ", count: indent + 1) }
  }

  private mutating func close(_ bracket: String, _ isEmpty: Bool, indent: Int?) {
    if let indent, !isEmpty { text += "\n" + String(repeating: "  ", count: indent) }
    text += bracket
  }

  /// The shortest digits that read back as the same number.
  private func digits(_ value: Double) -> String {
    guard value.isFinite else { return "null" }
    let isWhole = value == value.rounded() && abs(value) < 1e15 && !(value == 0 && value.sign == .minus)
    return isWhole && !style.keepsPoints ? String(Int(value)) : "\(value)"
  }

  private mutating func write(_ value: String) {
    text += "\""
    if value.utf8.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5c || $0 == 0x7f }) {
      for scalar in value.unicodeScalars { escape(scalar) }
    } else {
      text += value
    }
    text += "\""
  }

  private mutating func escape(_ scalar: Unicode.Scalar) {
    switch scalar {
    case "\"": text += "\\\""
    case "\\": text += "\\\\"
    case "\n" where style.namesEscapes: text += "\\n"
    case "\t" where style.namesEscapes: text += "\\t"
    case "\r" where style.namesEscapes: text += "\\r"
    case "\u{7f}" where !style.namesEscapes: text.unicodeScalars.append(scalar)
    case "\u{0}"..<" ", "\u{7f}":
      let digits = String(scalar.value, radix: 16)
      text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: text.unicodeScalars.append(scalar)
    }
  }
}
