/// Bars, a line for each.
struct TerminalBars {
  private struct Row {
    let name: String
    let value: Double
    let interval: Extent?
    let series: Int
  }

  private var rows: [Row] = []

  init(_ chart: BarChart) {
    let several = chart.series.count > 1
    for (place, category) in chart.categories.enumerated() {
      for (number, one) in chart.series.enumerated() {
        rows.append(
          Row(
            name: several ? "\(category) \(one.name)" : category,
            value: place < one.values.count ? one.values[place] : .nan,
            interval: place < one.intervals.count ? one.intervals[place] : nil, series: number))
      }
    }
  }

  /// A bar for each bin of each series.
  init(_ histogram: Histogram) {
    let bins = Bins(histogram)
    let names = bins.edges.dropLast().enumerated().map { place, edge in
      "\(Number.short(edge))–\(Number.short(bins.edges[place + 1]))"
    }
    self.init(
      BarChart(
        categories: names,
        series: zip(histogram.series, bins.counts).map { BarChart.Series($0.0.name, values: $0.1.map(Double.init)) }))
  }

  func lines(_ style: TerminalStyle) -> [String] {
    let margin = min(style.width / 3, rows.map(\.name.count).max() ?? 0)
    let values = rows.map { Number.short($0.value) }
    let room = max(4, style.width - margin - (values.map(\.count).max() ?? 0) - 2)
    let names = rows.map { TerminalFigure.padded(String($0.name.prefix(margin)), margin) }
    if style.hasPixels, !rows.isEmpty {
      let lines = zip(names, values).map { $0 + String(repeating: " ", count: room + 2) + $1 }
      return TerminalFigure.overlay(pixels(room, style), on: lines, row: 0, column: margin + 1, style)
    }
    let largest = rows.map(\.value).filter(\.isFinite).map(abs).max() ?? 0
    let blocks = Array(" ▏▎▍▌▋▊▉█")
    return zip(rows, zip(names, values)).map { row, texts in
      let share = row.value.isFinite && largest > 0 ? abs(row.value) / largest : 0
      let eighths = Int((share * Double(room * 8)).rounded())
      var bar = String(repeating: row.value < 0 ? "▒" : "█", count: eighths / 8)
      if eighths % 8 > 0, row.value > 0 { bar.append(blocks[eighths % 8]) }
      let gap = bar.isEmpty ? "" : " "
      return texts.0 + " " + (bar.isEmpty ? "" : style.paint(bar, Self.color(row.series))) + gap + texts.1
    }
  }

  private static func color(_ number: Int) -> Color { Palette.seriesOnDark[number % Palette.seriesOnDark.count] }

  /// From zero to each value, to the left for negative ones, with whiskers for intervals.
  private func pixels(_ room: Int, _ style: TerminalStyle) -> Raster {
    var raster = Raster(width: room * style.cellWidth, height: rows.count * style.cellHeight)
    let ends = rows.flatMap { [$0.value] + ($0.interval.map { [$0.lower, $0.upper] } ?? []) }.filter(\.isFinite)
    let (low, high) = (min(0, ends.min() ?? 0), max(0, ends.max() ?? 1))
    func across(_ value: Double) -> Double {
      let share = (value / 2 - low / 2) / max(high / 2 - low / 2, .leastNormalMagnitude)
      return 1 + min(1, max(0, share)) * Double(raster.width - 2)
    }
    for (number, row) in rows.enumerated() where row.value.isFinite {
      let (top, height) = (Double(number * style.cellHeight), Double(style.cellHeight))
      var bar = Mask(raster)
      let (zero, end) = (across(0), across(row.value))
      bar.rectangle(x: min(zero, end)...max(zero, end), y: (top + 0.15 * height)...(top + 0.85 * height))
      raster.paint(bar, Self.color(row.series))
      guard let interval = row.interval, interval.isFinite else { continue }
      var whisker = Mask(raster)
      let (left, right) = (across(interval.lower), across(interval.upper))
      whisker.rectangle(x: left...right, y: (top + 0.5 * height - 1)...(top + 0.5 * height + 1))
      for x in [left, right] {
        whisker.rectangle(x: (x - 1)...(x + 1), y: (top + 0.3 * height)...(top + 0.7 * height))
      }
      // Between black and white, so that it is seen on the bar and on either background.
      raster.paint(whisker, Color(0x9AA4AF))
    }
    var axis = Mask(raster)
    axis.rectangle(x: (across(0) - 0.5)...(across(0) + 0.5), y: 0...Double(raster.height))
    raster.paint(axis, Color(0x808080))
    return raster
  }
}
