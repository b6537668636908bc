/// A matrix as cells, shaded or with numbers.
struct TerminalCells {
  private let map: Heatmap
  private let written: [[Double]]?

  init(_ map: Heatmap, written: [[Double]]?) { (self.map, self.written) = (map, written) }

  func lines(_ style: TerminalStyle) -> [String] {
    let extent = map.extent
    let margin = min(style.width / 3, map.rowLabels.map(\.count).max() ?? 0)
    let texts = written.map { $0.map { $0.map(Number.short) } }
    let cell = max(2, (texts?.joined().map(\.count).max() ?? 1) + 1)
    let fitting = max(1, (style.width - margin - 1) / cell)
    return map.rows.enumerated().map { row, values in
      let label = row < map.rowLabels.count ? String(map.rowLabels[row].prefix(margin)) : ""
      let drawn = values.prefix(fitting).enumerated().map { column, value -> String in
        let share = map.share(value, of: extent)
        let text = texts.flatMap { row < $0.count && column < $0[row].count ? $0[row][column] : nil }
        let body = TerminalFigure.padded(text ?? "", cell, right: true)
        if text != nil, style.colors == .none { return body }
        return Self.shaded(share, body, cell, style)
      }
      return TerminalFigure.padded(label, margin) + " " + drawn.joined()
    }
  }

  private static func shaded(_ share: Double?, _ body: String, _ width: Int, _ style: TerminalStyle) -> String {
    guard let share else { return TerminalFigure.padded("?", width) }
    guard style.colors != .none else { return String(repeating: TerminalFigure.shade(share), count: width) }
    let paint = Palette.sequential(share)
    let ink = paint.lightness < 0.55 ? Color(0xFFFFFF) : Color(0)
    return "\u{1B}[\(style.code(paint, 48))m\u{1B}[\(style.code(ink, 38))m\(body)\u{1B}[0m"
  }
}
