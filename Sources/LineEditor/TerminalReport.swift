/// What a terminal says about itself when it is asked, among the keys, whenever it likes.
public enum TerminalReport: Equatable, Sendable {
  /// The numbers of "primary device attributes" (DEC's DA1); 4 stands for sixel graphics.
  case attributes([Int])
  /// The size of a cell in pixels.
  case cell(width: Int, height: Int)

  /// Asks for both. Terminals that do not know the second question keep silent.
  static let question = "\u{1B}[c\u{1B}[16t"
}
