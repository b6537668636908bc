extension PanelDrawing {
  func draw(_ series: [LineSeries], _ area: Box, in document: inout SVGDocument) {
    let points = series.flatMap { $0.points + $0.raw }
    let bands = series.flatMap { $0.band.flatMap { [$0.lower, $0.upper] } }
    let x = Scale(panel.x, points.map(\.x), wanted: 6, tight: true)
    let y = Scale(panel.y, points.map(\.y) + bands)
    let plot = frame(area, x: x, y: y, in: &document)
    func position(_ point: Point) -> (x: Double, y: Double)? {
      guard let across = x.visible(point.x), let up = y.clamped(point.y) else { return nil }
      return (plot.x + across * plot.width, plot.bottom - up * plot.height)
    }
    for (place, line) in series.enumerated() {
      var edges: [(lower: (x: Double, y: Double), upper: (x: Double, y: Double))] = []
      for (point, band) in zip(line.points, line.band) where band.isFinite {
        if let lower = position(Point(point.x, band.lower)), let upper = position(Point(point.x, band.upper)) {
          edges.append((lower, upper))
        }
      }
      document.path(
        edges.map(\.upper) + edges.reversed().map(\.lower), closed: true, "pf-band pf-f\(place % 7)")
    }
    for (place, line) in series.enumerated() {
      for point in line.raw.compactMap(position) {
        document.circle(point.x, point.y, 1.8, "pf-raw pf-f\(place % 7)")
      }
      var run: [(x: Double, y: Double)] = []
      func finish(_ document: inout SVGDocument) {
        if run.count == 1 { document.circle(run[0].x, run[0].y, 3, "pf-f\(place % 7)") }
        if run.count > 1 { document.path(run, "pf-line pf-l\(place % 7) pf-d\(place % 4)") }
        run = []
      }
      for point in line.points {
        if let found = position(point) { run.append(found) } else { finish(&document) }
      }
      finish(&document)
    }
  }

  func draw(_ series: [PointSeries], _ area: Box, in document: inout SVGDocument) {
    let points = series.flatMap(\.points)
    let x = Scale(panel.x, points.map(\.x), wanted: 6)
    let y = Scale(panel.y, points.map(\.y))
    let plot = frame(area, x: x, y: y, in: &document)
    for (place, one) in series.enumerated() {
      for point in one.points {
        guard let across = x.visible(point.x), let up = y.visible(point.y) else { continue }
        document.circle(
          plot.x + across * plot.width, plot.bottom - up * plot.height, 3.2, "pf-dot pf-f\(place % 7)")
      }
    }
  }

  func draw(_ chart: BarChart, _ area: Box, in document: inout SVGDocument) {
    let values = chart.series.flatMap { one in
      one.values + one.intervals.flatMap { $0.map { [$0.lower, $0.upper] } ?? [] } + one.raw.joined()
    }
    let y = Scale(panel.y, panel.y.scale == .linear ? values + [0] : values)
    // Names of categories may take three lines; the axis needs the room below.
    let most = chart.categories.map {
      Self.lines($0, letters: Int(area.width * 0.85 / 6.4) / chart.categories.count).count
    }
    var room = area
    room.height -= 13 * Double(max(1, most.max() ?? 1) - 1)
    let plot = frame(room, x: nil, y: y, in: &document)
    let base = plot.bottom - (y.clamped(0) ?? 0) * plot.height
    let slot = plot.width / Double(max(1, chart.categories.count))
    let width = min(46, slot * 0.76 / Double(max(1, chart.series.count)))
    for (place, category) in chart.categories.enumerated() {
      let centre = plot.x + (Double(place) + 0.5) * slot
      let start = centre - width * Double(chart.series.count) / 2
      for (number, one) in chart.series.enumerated() {
        let x = start + Double(number) * width
        if place < one.values.count, let share = y.clamped(one.values[place]) {
          let end = plot.bottom - share * plot.height
          let bar = Box(x: x + 1, y: min(base, end), width: max(1, width - 2), height: abs(end - base))
          document.rectangle(bar, [("class", "pf-f\(number % 7)")])
        }
        if place < one.raw.count {
          for (index, value) in one.raw[place].enumerated() {
            guard let share = y.visible(value) else { continue }
            let spread = (Double(index) + 0.5) / Double(one.raw[place].count) - 0.5
            document.circle(
              x + width / 2 + spread * width * 0.6, plot.bottom - share * plot.height, 2, "pf-raw pf-text")
          }
        }
        if place < one.intervals.count, let interval = one.intervals[place], let low = y.clamped(interval.lower),
          let high = y.clamped(interval.upper)
        {
          let (middle, bottom, top) = (x + width / 2, plot.bottom - low * plot.height, plot.bottom - high * plot.height)
          document.line(middle, bottom, middle, top, "pf-bar-line")
          for end in [bottom, top] { document.line(middle - 4, end, middle + 4, end, "pf-bar-line") }
        }
      }
      for (row, line) in Self.lines(category, letters: Int(slot / 6.4)).enumerated() {
        document.text(line, centre, plot.bottom + 17 + 13 * Double(row), anchor: "middle", style: "pf-text pf-small")
      }
    }
    document.line(plot.x, base, plot.right, base, "pf-axis")
  }

  /// A category's name in at most three lines; what is too long ends in an ellipsis.
  private static func lines(_ name: String, letters: Int) -> [String] {
    let letters = max(3, letters)
    let words = SVG.wrapped(name.replacing("_", with: "_ "), letters: letters).map { $0.replacing("_ ", with: "_") }
    let lines = words.prefix(3).map { $0.count > letters ? $0.prefix(letters - 1) + "…" : $0 }
    return words.count > 3 ? lines.prefix(2) + [(lines.last ?? "").prefix(letters - 1) + "…"] : lines
  }

  func draw(_ histogram: Histogram, _ area: Box, in document: inout SVGDocument) {
    let bins = Bins(histogram)
    let x = Scale(Axis(panel.x.label, range: panel.x.range), bins.edges, wanted: 6)
    let counts = bins.counts.joined().map(Double.init)
    let y = Scale(Axis(panel.y.label, range: panel.y.range), counts + [0])
    let plot = frame(area, x: x, y: y, in: &document)
    for (place, one) in bins.counts.enumerated() {
      for (bin, count) in one.enumerated() where count > 0 {
        guard let left = x.clamped(bins.edges[bin]), let right = x.clamped(bins.edges[bin + 1]),
          let up = y.clamped(Double(count)), right > left
        else { continue }
        let bar = Box(
          x: plot.x + left * plot.width + 0.5, y: plot.bottom - up * plot.height,
          width: max(0.5, (right - left) * plot.width - 1), height: up * plot.height)
        document.rectangle(bar, [("class", "pf-f\(place % 7)" + (bins.counts.count > 1 ? " pf-overlay" : ""))])
      }
    }
  }
}
