/// Draws the text that is being edited, and what hangs below it.
struct Screen {
  private let terminal: Terminal
  var colour: Bool
  /// The row of the cursor, counted from the first row that was drawn.
  private var cursorRow = 0
  /// The window's columns when it was drawn, how many of them each row took, and the cursor's.
  private var drawn = (columns: 0, widths: [Int](), cursor: 0)

  init(_ terminal: Terminal, colour: Bool) { (self.terminal, self.colour) = (terminal, colour) }

  /// - Parameters:
  ///   - lines: what is edited, each line with its prompt in front.
  ///   - cursor: the line and how many of its columns, prompt included, stand before the cursor.
  ///   - below: lines under it, cut at the terminal's width.
  mutating func draw(_ lines: [[StyledText]], cursor: (line: Int, column: Int), below: [[StyledText]] = []) {
    let (columns, height) = Terminal.size
    var rows: [String] = []
    var place = (row: 0, column: 0)
    for (number, line) in lines.enumerated() {
      let first = rows.count
      rows += wrap(line, columns)
      if number == cursor.line {
        place = (first + cursor.column / columns, cursor.column % columns)
        while place.row >= rows.count { rows.append("") }
      }
    }
    let room = max(1, height - 1)
    for line in below.prefix(max(0, room - rows.count)) { rows.append(cutAt(columns - 1, line)) }
    // A text higher than the screen scrolls around the cursor.
    let start = rows.count <= room ? 0 : min(max(0, place.row - room + 1), rows.count - room)
    let shown = rows[start..<min(rows.count, start + room)]
    var output = back + shown.joined(separator: "\r\n")
    let up = start + shown.count - 1 - place.row
    if up > 0 { output += "\u{1B}[\(up)A" }
    output += "\r" + (place.column > 0 ? "\u{1B}[\(place.column)C" : "")
    drawn = (columns, shown.map { min(columns, CharacterWidth.ofPainted($0)) }, place.column)
    terminal.write("\u{1B}[?25l" + output + "\u{1B}[?25h")
    cursorRow = place.row - start
  }

  /// Whether the window has another width than when it was drawn. Terminals break rows that became too long into
  /// several, so the cursor is further down then.
  mutating func followWindow() -> Bool {
    let columns = Terminal.size.columns
    guard columns != drawn.columns, !drawn.widths.isEmpty else { return false }
    let above = drawn.widths.prefix(cursorRow)
    cursorRow = above.reduce(0) { $0 + max(1, ($1 + columns - 1) / columns) } + drawn.cursor / columns
    drawn.columns = columns
    return true
  }

  /// Leaves what was drawn and goes on below.
  mutating func finish() {
    terminal.write("\r\n")
    cursorRow = 0
    drawn.widths = []
  }

  /// Removes everything on the screen.
  mutating func clear() {
    terminal.write("\u{1B}[H\u{1B}[2J")
    cursorRow = 0
    drawn.widths = []
  }

  private var back: String { (cursorRow > 0 ? "\u{1B}[\(cursorRow)A" : "") + "\r\u{1B}[J" }

  private func wrap(_ line: [StyledText], _ columns: Int) -> [String] {
    var rows = [""]
    var used = 0
    for piece in line {
      var run = ""
      for character in piece.text {
        let width = CharacterWidth.of(character)
        if used + width > columns {
          rows[rows.count - 1] += piece.style.paint(run, isOn: colour)
          run = ""
          rows.append("")
          used = 0
        }
        run.append(character)
        used += width
      }
      rows[rows.count - 1] += piece.style.paint(run, isOn: colour)
    }
    return rows
  }

  private func cutAt(_ columns: Int, _ line: [StyledText]) -> String {
    var left = columns
    var text = ""
    for piece in line {
      var run = ""
      for character in piece.text {
        left -= CharacterWidth.of(character)
        if left < 0 { break }
        run.append(character)
      }
      text += piece.style.paint(run, isOn: colour)
    }
    return text
  }
}
