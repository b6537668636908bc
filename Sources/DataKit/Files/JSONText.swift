/// JSON values as text.
extension JSONValue {
  /// Indented by two spaces, with `\n` at the end; lists of plain values stay on one line. NaN and infinities, which JSON
  /// lacks, are written as null.
  public var text: String {
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

  private func write(to text: inout String, indent: Int) {
    switch self {
    case .null: text += "null"
    case .boolean(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value): text += value.isFinite ? "\(value)" : "null"
    case .string(let value): Self.write(value, to: &text)
    case .list(let values):
      let isShort = values.allSatisfy(\.isPlain)
      text += "["
      for (place, value) in values.enumerated() {
        if place > 0 { text += isShort ? ", " : "," }
        if !isShort { Self.newLine(indent + 1, in: &text) }
        value.write(to: &text, indent: indent + 1)
      }
      if !isShort { Self.newLine(indent, in: &text) }
      text += "]"
    case .object(let members):
      text += "{"
      for (place, member) in members.enumerated() {
        if place > 0 { text += "," }
        Self.newLine(indent + 1, in: &text)
        Self.write(member.key, to: &text)
        text += ": "
        member.value.write(to: &text, indent: indent + 1)
      }
      if !members.isEmpty { Self.newLine(indent, in: &text) }
      text += "}"
    }
  }

  private static func newLine(_ indent: Int, in text: inout String) {
    text += "\n"
    for _ in 0..<indent { text += "  " }
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
        if scalar.value < 0x20 || scalar.value == 0x7f {
          let digits = String(scalar.value, radix: 16)
          text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        } else {
          text.unicodeScalars.append(scalar)
        }
      }
    }
    text += "\""
  }
}
