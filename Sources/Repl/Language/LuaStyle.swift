import LineEditor

/// The look of Lua source at the prompt.
public enum LuaStyle {
  public static func pieces(_ source: String) -> [StyledText] {
    if source.hasPrefix(":") || source.hasPrefix("?") { return [StyledText(source, .keyword)] }
    return LuaToken.all(of: source).map { token in
      let style: Style =
        switch token.kind {
        case .keyword: .keyword
        case .string: .string
        case .number: .number
        case .comment: .comment
        case .name: token.text == "lab" ? .name : .plain
        case .symbol, .space: .plain
        }
      return StyledText(String(token.text), style)
    }
  }
}
