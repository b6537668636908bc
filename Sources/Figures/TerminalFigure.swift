/// A figure as text for a terminal: braille dots for lines and points, blocks for bars, half blocks for images.
public enum TerminalFigure {
  /// - Parameters:
  ///   - width: columns to use, 20...400.
  ///   - color: 24-bit colours; without them heatmaps and images use ASCII shades.
  public static func render(_ figure: Figure, width: Int = 80, color: Bool = false) -> String {
    let width = min(400, max(20, width))
    var lines = figure.title.isEmpty ? [] : [figure.title]
    for panel in figure.panels {
      if !panel.title.isEmpty { lines.append(panel.title) }
      lines += draw(panel, width, color)
    }
    lines += SVG.wrapped(figure.fullCaption, letters: width)
    return lines.joined(separator: "\n") + "\n"
  }

  private static func draw(_ panel: Panel, _ width: Int, _ color: Bool) -> [String] {
    switch panel.content {
    case .lines(let series):
      dots(panel, series.map { ($0.name, $0.points) }, joined: true, width, color)
    case .scatter(let series):
      dots(panel, series.map { ($0.name, $0.points) }, joined: false, width, color)
    case .bars(let chart): bars(chart, width, color)
    case .histogram(let histogram): bars(counted(histogram), width, color)
    case .heatmap(let map): cells(map, written: nil, width, color)
    case .confusion(let matrix): cells(matrix.shares, written: matrix.counts, width, color)
    case .images(let grid): grid.images.flatMap { picture($0, width, color) }
    }
  }

  private static func painted(_ text: String, _ series: Int, _ color: Bool) -> String {
    let paint = Palette.seriesOnDark[series % Palette.seriesOnDark.count]
    return color ? "\u{1B}[38;2;\(paint.red);\(paint.green);\(paint.blue)m\(text)\u{1B}[0m" : text
  }

  private static func dots(
    _ panel: Panel, _ series: [(name: String, points: [Point])], joined: Bool, _ width: Int, _ color: Bool
  ) -> [String] {
    let all = series.flatMap(\.points)
    let x = Scale(panel.x, all.map(\.x), tight: true)
    let y = Scale(panel.y, all.map(\.y), wanted: 4)
    let margin = (y.ticks.map(\.label.count).max() ?? 0) + 1
    let (columns, rows) = (max(8, width - margin - 1), 14)
    var mask = [UInt8](repeating: 0, count: columns * rows)
    var owner = [Int](repeating: 0, count: columns * rows)
    // The bits of a braille cell, two wide and four high (Unicode 2800).
    let bits: [UInt8] = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80]
    func mark(_ across: Double, _ up: Double, _ number: Int) {
      let column = Int(across * Double(columns * 2 - 1) + 0.5)
      let row = Int((1 - up) * Double(rows * 4 - 1) + 0.5)
      let cell = row / 4 * columns + column / 2
      mask[cell] |= bits[row % 4 * 2 + column % 2]
      owner[cell] = number
    }
    for (number, one) in series.enumerated() {
      var last: (x: Double, y: Double)?
      for point in one.points {
        guard let across = x.visible(point.x), let up = y.visible(point.y) else {
          last = nil
          continue
        }
        let steps = columns * 4
        if joined, let last {
          for step in 0..<steps {
            let share = Double(step) / Double(steps)
            mark(last.x + (across - last.x) * share, last.y + (up - last.y) * share, number)
          }
        }
        mark(across, up, number)
        last = (across, up)
      }
    }
    var names = [String](repeating: "", count: rows)
    for tick in y.ticks {
      if let share = y.visible(tick.value) { names[Int((1 - share) * Double(rows - 1) + 0.5)] = tick.label }
    }
    var lines = (0..<rows).map { row in
      let cells = (0..<columns).map { column -> String in
        let bits = mask[row * columns + column]
        if bits == 0 { return " " }
        return painted(braille(bits), owner[row * columns + column], color)
      }
      return padded(names[row], margin - 1, right: true) + " │" + cells.joined()
    }
    lines.append(String(repeating: " ", count: margin) + "└" + String(repeating: "─", count: columns))
    let first = x.ticks.first?.label ?? ""
    let last = x.ticks.last?.label ?? ""
    let gap = max(1, columns - first.count - last.count)
    lines.append(String(repeating: " ", count: margin + 1) + first + String(repeating: " ", count: gap) + last)
    if panel.content.needsLegend {
      lines.append(
        series.enumerated().map { painted("●", $0.offset, color) + " " + $0.element.name }.joined(separator: "  "))
    }
    return lines
  }

  private static func braille(_ bits: UInt8) -> String {
    String(decoding: [0xE2, 0xA0 | bits >> 6, 0x80 | bits & 0x3F], as: UTF8.self)
  }

  private static func counted(_ histogram: Histogram) -> BarChart {
    let bins = Bins(histogram)
    let names = bins.edges.dropLast().enumerated().map { place, edge in
      "\(Number.short(edge))–\(Number.short(bins.edges[place + 1]))"
    }
    return BarChart(
      categories: names,
      series: zip(histogram.series, bins.counts).map { BarChart.Series($0.0.name, values: $0.1.map(Double.init)) })
  }

  private static func bars(_ chart: BarChart, _ width: Int, _ color: Bool) -> [String] {
    let several = chart.series.count > 1
    var rows: [(name: String, value: Double, series: Int)] = []
    for (place, category) in chart.categories.enumerated() {
      for (number, one) in chart.series.enumerated() {
        let name = several ? "\(category) \(one.name)" : category
        rows.append((name, place < one.values.count ? one.values[place] : .nan, number))
      }
    }
    let margin = min(width / 3, rows.map(\.name.count).max() ?? 0)
    let values = rows.map { Number.short($0.value) }
    let room = max(4, width - margin - (values.map(\.count).max() ?? 0) - 2)
    let largest = rows.map(\.value).filter(\.isFinite).map(abs).max() ?? 0
    let blocks = Array(" ▏▎▍▌▋▊▉█")
    return zip(rows, values).map { row, value in
      let share = row.value.isFinite && largest > 0 ? abs(row.value) / largest : 0
      let eighths = Int((share * Double(room * 8)).rounded())
      var bar = String(repeating: row.value < 0 ? "▒" : "█", count: eighths / 8)
      if eighths % 8 > 0, row.value > 0 { bar.append(blocks[eighths % 8]) }
      let gap = bar.isEmpty ? "" : " "
      return padded(String(row.name.prefix(margin)), margin) + " " + painted(bar, row.series, color) + gap + value
    }
  }

  private static func cells(_ map: Heatmap, written: [[Double]]?, _ width: Int, _ color: Bool) -> [String] {
    let extent = map.extent
    let margin = min(width / 3, map.rowLabels.map(\.count).max() ?? 0)
    let texts = written.map { $0.map { $0.map(Number.short) } }
    let cell = max(2, (texts?.joined().map(\.count).max() ?? 1) + 1)
    let fitting = max(1, (width - margin - 1) / cell)
    return map.rows.enumerated().map { row, values in
      let label = row < map.rowLabels.count ? String(map.rowLabels[row].prefix(margin)) : ""
      let drawn = values.prefix(fitting).enumerated().map { column, value -> String in
        let share = map.share(value, of: extent)
        let text = texts.flatMap { row < $0.count && column < $0[row].count ? $0[row][column] : nil }
        if let text, !color { return padded(text, cell, right: true) }
        let body = padded(text ?? "", cell, right: true)
        return shaded(share.map(Palette.sequential), share.map { 1 - $0 }, body, cell, color)
      }
      return padded(label, margin) + " " + drawn.joined()
    }
  }

  private static func shaded(_ paint: Color?, _ light: Double?, _ body: String, _ width: Int, _ color: Bool) -> String {
    guard let paint, let light else { return padded("?", width) }
    guard color else { return String(repeating: shade(1 - light), count: width) }
    let ink = paint.lightness < 0.55 ? 255 : 0
    return "\u{1B}[48;2;\(paint.red);\(paint.green);\(paint.blue)m\u{1B}[38;2;\(ink);\(ink);\(ink)m\(body)\u{1B}[0m"
  }

  private static func shade(_ share: Double) -> Character {
    let shades = Array(" .:-=+*#%@")
    return shades[Int(min(1, max(0, share)) * Double(shades.count - 1) + 0.5)]
  }

  private static func picture(_ image: ImageGrid.Image, _ width: Int, _ color: Bool) -> [String] {
    var lines = image.label.isEmpty ? [] : [image.label]
    guard image.isDrawable else { return lines + ["(no picture)"] }
    let step = max(1, (image.width + width - 1) / width)
    for row in stride(from: 0, to: image.height, by: 2 * step) {
      var line = ""
      for column in stride(from: 0, to: image.width, by: step) {
        let top = image.color(row, column)
        let bottom = row + step < image.height ? image.color(row + step, column) : Color(0)
        if color {
          line += "\u{1B}[38;2;\(top.red);\(top.green);\(top.blue)m"
          line += "\u{1B}[48;2;\(bottom.red);\(bottom.green);\(bottom.blue)m▀"
        } else {
          line.append(shade((top.lightness + bottom.lightness) / 2))
        }
      }
      lines.append(color ? line + "\u{1B}[0m" : line)
    }
    return lines
  }

  private static func padded(_ text: String, _ width: Int, right: Bool = false) -> String {
    let space = String(repeating: " ", count: max(0, width - text.count))
    return right ? space + text : text + space
  }
}
