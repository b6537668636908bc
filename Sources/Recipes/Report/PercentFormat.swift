/// A recipe's source in cells: `-- %%` begins a cell of code, `-- %% [markdown]` one of prose.
struct PercentCell: Equatable, Sendable {
  let isProse: Bool
  /// Text behind the mark: `-- %% Training`.
  let title: String
  /// Prose without its comment marks, or code; without empty lines at both ends.
  let text: String
  /// The lines of the file, from 1, mark included.
  let lines: ClosedRange<Int>

  /// The cells of a source. What stands above the first mark is a cell of code.
  static func cells(of source: String) -> [PercentCell] {
    var cells: [PercentCell] = []
    var title = ""
    var isProse = false
    var body: [String] = []
    var first = 1
    func finish(_ last: Int) {
      var text = isProse ? body.map(uncommented) : body
      while let line = text.first, isBlank(line) { text.removeFirst() }
      while let line = text.last, isBlank(line) { text.removeLast() }
      if !text.isEmpty || !title.isEmpty {
        cells.append(
          PercentCell(
            isProse: isProse, title: title, text: text.joined(separator: "\n"), lines: first...max(first, last)))
      }
    }
    let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
    for (place, line) in lines.enumerated() {
      let line = line.last == "\r" ? String(line.dropLast()) : String(line)
      guard let mark = mark(line) else {
        body.append(line)
        continue
      }
      finish(place)
      (title, isProse, body, first) = (mark.title, mark.isProse, [], place + 1)
    }
    finish(lines.count)
    return cells
  }

  private static func mark(_ line: String) -> (title: String, isProse: Bool)? {
    guard line.hasPrefix("--") else { return nil }
    let rest = line.dropFirst(2).drop { $0 == " " }
    guard rest.hasPrefix("%%") else { return nil }
    var title = String(rest.dropFirst(2).drop { $0 == "%" || $0 == " " })
    let kinds = ["[markdown]", "[md]"]
    let kind = kinds.first { title.contains($0) }
    if let kind { title = title.replacing(kind, with: "") }
    return (String(title.reversed().drop { $0 == " " }.reversed().drop { $0 == " " }), kind != nil)
  }

  private static func isBlank(_ line: String) -> Bool { line.allSatisfy { $0 == " " || $0 == "\t" } }

  private static func uncommented(_ line: String) -> String {
    guard line.hasPrefix("--") else { return line }
    let rest = line.dropFirst(2)
    return String(rest.first == " " ? rest.dropFirst() : rest)
  }
}
