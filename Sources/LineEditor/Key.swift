/// What a person did at the keyboard.
public enum Key: Equatable, Sendable {
  /// A character that stands for itself.
  case character(Character)
  /// Ctrl and a letter, in lower case.
  case control(Character)
  /// Alt (or Escape before) and a character.
  case alt(Character)
  /// Text that was pasted as a whole.
  case paste(String)
  case enter, tab, backTab, backspace, delete, escape
  case up, down, left, right, home, end, pageUp, pageDown
  case wordLeft, wordRight
  /// What the terminal answers about itself.
  case report(TerminalReport)
  /// A sequence without a meaning here.
  case unknown
}
