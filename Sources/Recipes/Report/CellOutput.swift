import Basics

/// What a run printed and drew, handed out cell by cell.
struct CellOutput {
  private let run: StoredRun
  private let pieces: [(line: Int, json: JSON)]
  private let drawings: [String: String]
  private let placed: Set<String>

  init(_ run: StoredRun) {
    self.run = run
    pieces = (run.output?.list ?? []).map { ($0["line"]?.int ?? 0, $0) }
    drawings = Dictionary(run.figures.map { ($0.stem, $0.svg) }) { first, _ in first }
    placed = Set(pieces.compactMap { $0.json["figure"]?.string })
  }

  /// The output of some lines as HTML.
  func parts(of lines: ClosedRange<Int>) -> [String] {
    pieces.filter { lines.contains($0.line) }.compactMap { html($0.json) }
  }

  /// What belongs to no cell: output behind the last line, and figures that were drawn inside of trials.
  func rest(after line: Int) -> [String] {
    let others = pieces.filter { $0.line > line || $0.line < 1 }.compactMap { html($0.json) }
    let loose = run.figures.filter { !placed.contains($0.stem) }
    guard !loose.isEmpty else { return others }
    return others + ["<h2>Figures</h2>"] + loose.map { Self.figure($0.svg, $0.stem) }
  }

  private func html(_ piece: JSON) -> String? {
    if let stem = piece["figure"]?.string { return drawings[stem].map { Self.figure($0, stem) } }
    guard let text = piece["text"]?.string, !text.allSatisfy(\.isWhitespace) else { return nil }
    var lines = text[...]
    while lines.last?.isNewline == true { lines.removeLast() }
    let isDrawing = lines.unicodeScalars.contains { (0x2800...0x28FF).contains($0.value) }
    return HTML.text("pre", String(lines), class: isDrawing ? "output figure-text" : "output")
  }

  private static func figure(_ svg: String, _ stem: String) -> String {
    guard let svg = SafeDrawing.checked(svg) else {
      return HTML.text(
        "p", "The figure \(stem) is left out: it holds more than a drawing, so this program did not make it.",
        class: "warning")
    }
    return "<figure>\(svg)</figure>"
  }
}
