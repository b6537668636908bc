import Basics

/// What a script printed and drew, in order, each piece with the line of the script's main part that brought it.
public struct PrintedOutput: Sendable {
  public enum Content: Sendable {
    case text(String)
    /// The place of a figure among the run's figures, from 1.
    case figure(Int)
  }

  public private(set) var pieces: [(line: Int, content: Content)] = []
  /// Whether text is let pass unseen.
  var isPaused = false
  private var bytes = 0
  private var line = 0

  /// Records keep so much printed text.
  static let mostBytes = 1 << 20

  /// Adds text; without a line it belongs where the text before it belongs.
  mutating func add(_ text: UnsafeRawBufferPointer, line: Int?) {
    guard !isPaused, bytes <= Self.mostBytes else { return }
    self.line = line ?? self.line
    bytes += text.count
    let text =
      bytes > Self.mostBytes ? "\n... the record keeps no more printed text\n" : String(decoding: text, as: UTF8.self)
    if let last = pieces.last, last.line == self.line, case .text(let before) = last.content {
      pieces[pieces.count - 1].content = .text(before + text)
    } else {
      pieces.append((self.line, .text(text)))
    }
  }

  mutating func addFigure(_ place: Int, line: Int?) {
    self.line = line ?? self.line
    pieces.append((self.line, .figure(place)))
  }

  /// What records keep; figures by the names of their files.
  func json(_ figures: [DrawnFigure]) -> JSON {
    .list(
      pieces.map { piece in
        switch piece.content {
        case .text(let text): .record(("line", .integer(piece.line)), ("text", .text(text)))
        case .figure(let place):
          .record(("line", .integer(piece.line)), ("figure", .text(figures[place - 1].stem(place))))
        }
      })
  }
}
