/// Lines or points between axes.
struct TerminalAxes {
  private let panel: Panel
  private let series: [LineSeries]
  private let joined: Bool
  private let x: Scale
  private let y: Scale
  private static let rows = 14
  /// Pixels beside the outermost points, so that their dots are whole.
  private static let inset = 4.0

  init(_ panel: Panel, _ series: [LineSeries], joined: Bool) {
    (self.panel, self.series, self.joined) = (panel, series, joined)
    let all = series.flatMap(\.points)
    x = Scale(panel.x, all.map(\.x), tight: true)
    y = Scale(panel.y, all.map(\.y), wanted: 4)
  }

  func lines(_ style: TerminalStyle) -> [String] {
    let rows = Self.rows
    let margin = (y.ticks.map(\.label.count).max() ?? 0) + 1
    let columns = max(8, style.width - margin - 1)
    var names = [String](repeating: "", count: rows)
    for tick in y.ticks {
      if let share = y.visible(tick.value) { names[Int((1 - share) * Double(rows - 1) + 0.5)] = tick.label }
    }
    let drawn = style.hasPixels ? [String](repeating: "", count: rows) : dots(columns, style)
    var lines = zip(names, drawn).map { TerminalFigure.padded($0, margin - 1, right: true) + " │" + $1 }
    lines.append(String(repeating: " ", count: margin) + "└" + String(repeating: "─", count: columns))
    lines.append(String(repeating: " ", count: margin + 1) + tickNames(under: columns))
    if panel.content.needsLegend {
      lines.append(
        series.enumerated().map { style.paint("●", Self.color($0.offset)) + " " + $0.element.name }
          .joined(separator: "  "))
    }
    guard style.hasPixels else { return lines }
    let picture = pixels(columns * style.cellWidth, rows * style.cellHeight, style)
    return TerminalFigure.overlay(picture, on: lines, row: 0, column: margin + 1, style)
  }

  /// The names of the ticks, each in the middle under its place; those that would touch the one before are left out.
  private func tickNames(under columns: Int) -> String {
    var line = ""
    for tick in x.ticks {
      guard let share = x.visible(tick.value) else { continue }
      let middle = Int(share * Double(columns - 1) + 0.5)
      let start = max(0, min(columns - tick.label.count, middle - tick.label.count / 2))
      guard line.isEmpty || start > line.count else { continue }
      line = TerminalFigure.padded(line, start) + tick.label
    }
    return line
  }

  private static func color(_ number: Int) -> Color { Palette.seriesOnDark[number % Palette.seriesOnDark.count] }

  /// Cells of dots, two wide and four high in braille, two by two in blocks.
  private func dots(_ columns: Int, _ style: TerminalStyle) -> [String] {
    let rows = Self.rows
    let high = style.graphics == .blocks ? 2 : 4
    var mask = [UInt8](repeating: 0, count: columns * rows)
    var owner = [Int](repeating: 0, count: columns * rows)
    // The bits of a braille cell (Unicode 2800).
    let bits: [UInt8] = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80]
    func mark(_ across: Double, _ up: Double, _ number: Int) {
      let column = Int(across * Double(columns * 2 - 1) + 0.5)
      let row = Int((1 - up) * Double(rows * high - 1) + 0.5)
      let cell = row / high * columns + column / 2
      mask[cell] |= bits[row % high * 2 + column % 2]
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
    return (0..<rows).map { row in
      (0..<columns).map { column -> String in
        let cell = row * columns + column
        if mask[cell] == 0 { return " " }
        let letter = high == 2 ? Self.quarters(mask[cell]) : Self.braille(mask[cell])
        return style.paint(letter, Self.color(owner[cell]))
      }.joined()
    }
  }

  private static func braille(_ bits: UInt8) -> String {
    String(decoding: [0xE2, 0xA0 | bits >> 6, 0x80 | bits & 0x3F], as: UTF8.self)
  }

  /// Of the bits above, 1 and 8 are the upper quarters, 2 and 16 the lower ones.
  private static func quarters(_ bits: UInt8) -> String {
    let place = bits & 1 | (bits & 8) >> 2 | (bits & 2) << 1 | (bits & 16) >> 1
    return String(Array(" ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█")[Int(place)])
  }

  /// The same with bands, raw points and lines at the ticks. A value stands as high as the label of its tick.
  private func pixels(_ width: Int, _ height: Int, _ style: TerminalStyle) -> Raster {
    var raster = Raster(width: width, height: height)
    let half = Double(style.cellHeight) / 2
    func place(_ point: Point) -> (x: Double, y: Double)? {
      guard let across = x.visible(point.x), let up = y.visible(point.y) else { return nil }
      return (Self.inset + across * (Double(width) - 2 * Self.inset), half + (1 - up) * (Double(height) - 2 * half))
    }
    var grid = Mask(raster)
    for tick in y.ticks {
      guard let share = y.visible(tick.value) else { continue }
      let row = half + (1 - share) * (Double(height) - 2 * half)
      grid.rectangle(x: 0...Double(width), y: (row - 0.5)...(row + 0.5))
    }
    raster.paint(grid, Color(0x808080), opacity: 0.4)
    for (number, one) in series.enumerated() {
      var band = Mask(raster)
      for i in one.points.indices.dropFirst() where i < one.band.count {
        shade(&band, (one.points[i - 1].x, one.band[i - 1]), (one.points[i].x, one.band[i]), half)
      }
      raster.paint(band, Self.color(number), opacity: 0.3)
      var raw = Mask(raster)
      for point in one.raw {
        if let (x, y) = place(point) { raw.disc(x, y, radius: 2) }
      }
      raster.paint(raw, Self.color(number), opacity: 0.5)
    }
    for (number, one) in series.enumerated() {
      var mask = Mask(raster)
      var last: (x: Double, y: Double)?
      for point in one.points {
        guard let at = place(point) else {
          last = nil
          continue
        }
        if joined { mask.line(from: last ?? at, to: at, thickness: 2.5) } else { mask.disc(at.x, at.y, radius: 3) }
        last = at
      }
      raster.paint(mask, Self.color(number))
    }
    return raster
  }

  /// What lies between two neighbouring ranges of a band, in upright strips a pixel wide.
  private func shade(_ mask: inout Mask, _ a: (x: Double, band: Extent), _ b: (x: Double, band: Extent), _ half: Double)
  {
    let (left, right) = a.x <= b.x ? (a, b) : (b, a)
    guard a.band.isFinite, b.band.isFinite, let from = x.visible(left.x), let to = x.visible(right.x),
      let low = y.clamped(left.band.lower), let high = y.clamped(left.band.upper),
      let lowAfter = y.clamped(right.band.lower), let highAfter = y.clamped(right.band.upper)
    else { return }
    let width = Double(mask.width) - 2 * Self.inset
    func row(_ up: Double) -> Double { half + (1 - up) * (Double(mask.height) - 2 * half) }
    let (start, end) = (Self.inset + from * width, Self.inset + to * width)
    var column = start.rounded(.down)
    while column < end {
      let share = min(1, max(0, (column + 0.5 - start) / (end - start)))
      let (top, bottom) = (row(high + (highAfter - high) * share), row(low + (lowAfter - low) * share))
      // Whole pixels, so that neighbouring parts have no seam.
      mask.rectangle(x: column...(column + 1), y: min(top, bottom)...max(top, bottom))
      column += 1
    }
  }
}
