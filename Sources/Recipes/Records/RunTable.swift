/// Recorded runs as text.
public enum RunTable {
  /// A line for each run, in the order given.
  public static func render(_ entries: [RunEntry]) -> String {
    var lines = TextColumns(["run", "recorded", "seeds", "claims", "controls", "parameters"])
    for entry in entries {
      let seeds = entry.isSmoke ? "smoke" : String(entry.seeds)
      let controls = entry.controls.run == 0 ? "" : "\(entry.controls.broke) of \(entry.controls.run) break"
      lines.add([entry.name, entry.recorded, seeds, verdicts(entry), controls, entry.changed.joined(separator: " ")])
    }
    return lines.text
  }

  private static func verdicts(_ entry: RunEntry) -> String {
    var counts: [(verdict: String, count: Int)] = [("supported", 0), ("refuted", 0), ("undecided", 0)]
    for claim in entry.claims {
      if let place = counts.firstIndex(where: { $0.verdict == claim.verdict }) { counts[place].count += 1 }
    }
    return counts.filter { $0.count > 0 }.map { "\($0.count) \($0.verdict)" }.joined(separator: ", ")
  }
}

/// Columns of plain text that are written once: quick for ten thousand lines.
private struct TextColumns {
  private var rows: [[String]]
  private var widths: [Int]

  init(_ titles: [String]) {
    rows = [titles]
    widths = titles.map(\.utf8.count)
  }

  mutating func add(_ cells: [String]) {
    rows.append(cells)
    for (place, cell) in cells.enumerated() { widths[place] = max(widths[place], cell.utf8.count) }
  }

  var text: String {
    var bytes: [UInt8] = []
    for row in rows {
      for (place, cell) in row.enumerated() {
        bytes += cell.utf8
        bytes += repeatElement(0x20, count: widths[place] - cell.utf8.count + 2)
      }
      while bytes.last == 0x20 { bytes.removeLast() }
      bytes.append(0x0A)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
