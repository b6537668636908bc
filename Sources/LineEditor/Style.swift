/// How a piece of text looks.
public enum Style: Sendable {
  case plain, keyword, string, number, comment, name, faint, failure, title

  /// The terminal's code for it; nothing for plain text.
  var code: String {
    switch self {
    case .plain: ""
    case .keyword: "\u{1B}[35m"
    case .string: "\u{1B}[32m"
    case .number: "\u{1B}[36m"
    case .comment: "\u{1B}[90m"
    case .name: "\u{1B}[34m"
    case .faint: "\u{1B}[90m"
    case .failure: "\u{1B}[31m"
    case .title: "\u{1B}[1m"
    }
  }

  /// The text in this style, where colours are wanted.
  public func paint(_ text: String, isOn: Bool = true) -> String {
    isOn && !code.isEmpty && !text.isEmpty ? code + text + "\u{1B}[0m" : text
  }
}

/// A piece of text with its look.
public struct StyledText: Sendable {
  public let text: String
  public let style: Style

  public init(_ text: String, _ style: Style = .plain) { (self.text, self.style) = (text, style) }
}
