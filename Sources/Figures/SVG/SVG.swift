/// A figure as an SVG document: deterministic bytes, no scripts, nothing loaded from outside, light and dark.
public enum SVG {
  private static let panelWidth = 460.0
  private static let panelHeight = 320.0

  /// The complete document, text in UTF-8, ending in a line break.
  public static func render(_ figure: Figure) -> String {
    let columns = max(1, min(figure.columns, max(1, figure.panels.count), 8))
    let rows = max(1, (figure.panels.count + columns - 1) / columns)
    let width = panelWidth * Double(columns) + 20
    let title = wrapped(figure.title, letters: Int((width - 20) / 8.4))
    let head = title.isEmpty ? 8.0 : 18 + 18 * Double(title.count)
    let caption = wrapped(figure.fullCaption, letters: Int((width - 40) / 6.3))
    let height = head + panelHeight * Double(rows) + (caption.isEmpty ? 8 : 14 + 16 * Double(caption.count))
    var document = SVGDocument()
    document.rectangle(Box(x: 0, y: 0, width: width, height: height), [("class", "pf-paper")])
    for (row, line) in title.enumerated() {
      document.text(line, width / 2, 25 + 18 * Double(row), anchor: "middle", style: "pf-text pf-title")
    }
    for (place, panel) in figure.panels.enumerated() {
      let box = Box(
        x: 10 + Double(place % columns) * panelWidth, y: head + Double(place / columns) * panelHeight,
        width: panelWidth, height: panelHeight)
      PanelDrawing(panel, box).draw(in: &document)
    }
    for (row, line) in caption.enumerated() {
      document.text(line, 20, height - 16 * Double(caption.count - row) + 6, style: "pf-text pf-soft")
    }
    let (w, h) = (Number.coordinate(width), Number.coordinate(height))
    let name = SVGDocument.escaped(figure.title.isEmpty ? "Figure" : figure.title)
    let head1 = "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"perilune-figure\" viewBox=\"0 0 \(w) \(h)\""
    let head2 = " width=\"\(w)\" height=\"\(h)\" role=\"img\" font-family=\"sans-serif\" font-size=\"12\">"
    let words = "<title>\(name)</title>\n<desc>\(SVGDocument.escaped(figure.alternativeText))</desc>"
    return ([head1 + head2, words, "<style>\(style)</style>"] + document.body + ["</svg>"]).joined(separator: "\n")
      + "\n"
  }

  static func wrapped(_ text: String, letters: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(whereSeparator: \.isWhitespace) {
      if let last = lines.last, last.count + word.count < letters {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }

  /// Rules are confined to the figure, so that several fit into one page.
  private static let style: String = {
    func rules(_ paper: String, _ ink: String, _ soft: String, _ grid: String, _ colors: [Color]) -> String {
      let own = colors.enumerated().map { place, color in
        ".perilune-figure .pf-l\(place){stroke:\(color.hex)}.perilune-figure .pf-f\(place){fill:\(color.hex)}"
      }
      return ".perilune-figure .pf-paper{fill:\(paper)}.perilune-figure .pf-text{fill:\(ink)}"
        + ".perilune-figure .pf-soft{fill:\(soft)}.perilune-figure .pf-axis{stroke:\(soft);fill:none}"
        + ".perilune-figure .pf-grid{stroke:\(grid)}.perilune-figure .pf-bar-line{stroke:\(ink);stroke-width:1.4}"
        + own.joined()
    }
    let fixed =
      ".perilune-figure .pf-title{font-size:15px;font-weight:bold}.perilune-figure .pf-panel{font-weight:bold}"
      + ".perilune-figure .pf-small{font-size:11px}.perilune-figure .pf-line{fill:none;stroke-width:2;"
      + "stroke-linejoin:round;stroke-linecap:round}.perilune-figure .pf-band{fill-opacity:.2;stroke:none}"
      + ".perilune-figure .pf-raw{fill-opacity:.4}.perilune-figure .pf-overlay{fill-opacity:.6}"
      + ".perilune-figure .pf-dot{stroke-width:.8;fill-opacity:.8}"
      + ".perilune-figure .pf-d1{stroke-dasharray:7 4}.perilune-figure .pf-d2{stroke-dasharray:2 4}"
      + ".perilune-figure .pf-d3{stroke-dasharray:9 3 2 3}"
    return fixed + rules("#ffffff", "#1f2328", "#59636e", "#e4e7eb", Palette.series)
      + "@media screen and (prefers-color-scheme:dark){"
      + rules("#14181d", "#e6edf3", "#a0aab5", "#2b323a", Palette.seriesOnDark) + "}"
  }()
}
