/// Columns of text, aligned; long cells of the column that may wrap are broken between words.
struct TextTable {
  struct Column {
    var title: String
    var alignsRight = false
    /// The width at which cells wrap, if they may.
    var wrapsAt: Int?
  }

  var columns: [Column]
  var rows: [[String]] = []

  /// The lines of the table, title first when any column has one; no white space at the ends of lines.
  var lines: [String] {
    let broken = rows.map { row in
      zip(columns, row).map { column, cell in
        column.wrapsAt.map { Self.wrapped(cell, width: $0) } ?? [cell]
      }
    }
    let widths = columns.indices.map { place in
      max(columns[place].title.count, broken.flatMap { $0[place] }.map(\.count).max() ?? 0)
    }
    var lines: [String] = []
    func add(_ cells: [String]) {
      let padded = zip(columns.indices, cells).map { place, cell in
        let gap = String(repeating: " ", count: max(0, widths[place] - cell.count))
        return columns[place].alignsRight ? gap + cell : cell + gap
      }
      var line = padded.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      lines.append(line)
    }
    if columns.contains(where: { !$0.title.isEmpty }) { add(columns.map(\.title)) }
    for row in broken {
      for depth in 0..<(row.map(\.count).max() ?? 0) { add(row.map { depth < $0.count ? $0[depth] : "" }) }
    }
    return lines
  }

  /// The words in lines of at most `width` letters, where no word is longer than that; all lines begin with the spaces
  /// that the text begins with.
  static func wrapped(_ text: String, width: Int) -> [String] {
    let indent = text.prefix { $0 == " " }
    guard indent.isEmpty else {
      return wrapped(String(text.dropFirst(indent.count)), width: max(1, width - indent.count)).map { indent + $0 }
    }
    var lines: [String] = []
    for word in text.split(whereSeparator: \.isWhitespace) {
      if let last = lines.last, last.count + word.count < width {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines.isEmpty ? [""] : lines
  }
}
