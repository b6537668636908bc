extension Content {
  /// How many values cannot be drawn because they are NaN or infinite.
  var undrawable: Int {
    switch self {
    case .lines(let series):
      series.reduce(0) { $0 + ($1.points + $1.raw).filter { !$0.isFinite }.count }
    case .scatter(let series): series.reduce(0) { $0 + $1.points.filter { !$0.isFinite }.count }
    case .bars(let chart):
      chart.series.reduce(0) { $0 + ($1.values + $1.raw.joined()).filter { !$0.isFinite }.count }
    case .histogram(let histogram): histogram.series.reduce(0) { $0 + $1.values.filter { !$0.isFinite }.count }
    case .heatmap(let map): map.rows.joined().filter { !$0.isFinite }.count
    case .images(let grid): grid.images.reduce(0) { $0 + $1.pixels.filter { !$0.isFinite }.count }
    case .confusion(let matrix): matrix.counts.joined().filter { !$0.isFinite }.count
    }
  }

  /// The names in the legend.
  var names: [String] {
    switch self {
    case .lines(let series): series.map(\.name)
    case .scatter(let series): series.map(\.name)
    case .bars(let chart): chart.series.map(\.name)
    case .histogram(let histogram): histogram.series.map(\.name)
    case .heatmap, .images, .confusion: []
    }
  }

  /// Whether a legend helps: with several series, or one that has a name and shares no title with the panel.
  var needsLegend: Bool { names.count > 1 && names.contains { !$0.isEmpty } }

  var summary: String {
    func series(_ count: Int, _ kind: String) -> String {
      let listed = names.filter { !$0.isEmpty }.joined(separator: ", ")
      return "\(kind)\(count == 1 ? "" : "s")\(listed.isEmpty ? "" : " of " + listed)"
    }
    switch self {
    case .lines(let lines): return series(lines.count, "line")
    case .scatter(let points): return series(points.count, "scatter plot")
    case .histogram(let histogram): return series(histogram.series.count, "histogram")
    case .bars(let chart):
      let values = chart.categories.enumerated().map { place, category in
        let numbers = chart.series.map { place < $0.values.count ? Number.short($0.values[place]) : "no value" }
        return "\(category) \(numbers.joined(separator: " and "))"
      }
      return series(2, "bar") + ": " + values.joined(separator: "; ")
    case .heatmap(let map): return "heatmap of \(map.rows.count) rows and \(map.columnCount) columns"
    case .images(let grid): return "\(grid.images.count) image\(grid.images.count == 1 ? "" : "s")"
    case .confusion(let matrix): return "confusion matrix of \(matrix.labels.count) classes"
    }
  }
}
