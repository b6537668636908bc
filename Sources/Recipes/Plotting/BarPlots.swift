import Basics
import Figures
import LuaHost
import Stats

/// Bars from trial results, metrics and lists.
extension Session {
  func barChart(_ table: PlotTable) throws -> BarChart {
    let interval = try table.flag("interval", default: true)
    let results = try table.items { stack, _ in stack.object(at: -1, types.results) }.compactMap { $0 }
    if !results.isEmpty {
      guard results.count == 1, table.table.count == 1 else {
        throw Failure(.argument, "one trial result makes one figure; give metrics one by one to mix several")
      }
      return try chart(results[0], only: try table.strings("metrics"), interval: interval)
    }
    let metrics = try table.items { stack, _ in stack.object(at: -1, types.metrics) }.compactMap { $0 }
    if metrics.count == table.table.count {
      let names = try table.strings("names") ?? metrics.map(\.name)
      guard names.count == metrics.count else {
        throw Failure(.argument, "option 'names' has \(names.count) names for \(metrics.count) metrics")
      }
      return BarChart(categories: names, series: [series("", metrics, interval: interval)])
    }
    return try plainChart(table)
  }

  /// Metrics as categories; several arms as series, or as categories when there is one metric.
  private func chart(_ result: TrialResult, only wanted: [String]?, interval: Bool) throws -> BarChart {
    let known = result.arms.first?.metricNames ?? []
    for name in wanted ?? [] where !known.contains(name) {
      throw Failure(.recipe, "the trials have no metric '\(name)'" + NearestName.hint(name, among: known))
    }
    let names = wanted ?? known
    guard !names.isEmpty else {
      throw Failure(.recipe, "the trials returned no single numbers, so there are no bars to draw")
    }
    let rows = result.arms.map { arm in names.compactMap { arm.metric($0) } }
    if result.hasArms, names.count == 1 {
      return BarChart(
        categories: result.arms.map(\.name), series: [series(names[0], rows.flatMap { $0 }, interval: interval)])
    }
    return BarChart(
      categories: names, series: zip(result.arms, rows).map { series($0.name, $1, interval: interval) })
  }

  private func series(_ name: String, _ metrics: [Metric], interval: Bool) -> BarChart.Series {
    plottedSeeds.formUnion(metrics.map(\.values.count))
    return BarChart.Series(
      name, values: metrics.map { (try? Summary.mean($0.values)) ?? .nan },
      intervals: interval ? metrics.map { $0.interval().map { Extent($0.interval.lower, $0.interval.upper) } } : [],
      raw: metrics.map(\.values))
  }

  private func plainChart(_ table: PlotTable) throws -> BarChart {
    let series = try table.items { stack, place -> BarChart.Series in
      guard stack.kind(at: -1) == .table else { return .init("", values: try self.numbers(stack, "entry \(place)")) }
      let fields = try stack.table(at: -1, "entry \(place)")
      guard fields.count == 0 else {
        return .init(place == 1 ? "" : "\(place)", values: try self.numbers(stack, "entry \(place)"))
      }
      let options = try fields.options(known: ["name", "values"])
      return .init(
        try options.string("name") ?? "", values: try options.required("values") { try self.numbers($0, $1) })
    }
    let longest = series.map(\.values.count).max() ?? 0
    let categories = try table.strings("categories") ?? (1...max(1, longest)).map(String.init)
    guard categories.count == longest else {
      throw Failure(.argument, "option 'categories' has \(categories.count) names for \(longest) values")
    }
    return BarChart(categories: categories, series: series)
  }
}
