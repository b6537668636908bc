import Basics
import Bindings
import Figures
import LuaHost
import Stats

/// Lines from series, metrics, lists and tensors.
extension Session {
  func lines(_ table: PlotTable) throws -> [LineSeries] {
    let interval = try table.flag("interval", default: true)
    var lines = try table.items { stack, place -> [LineSeries] in
      if let series = stack.object(at: -1, types.series) {
        return [line(series.name, along(series), interval: interval)]
      }
      if let set = stack.object(at: -1, types.seriesSets) {
        return set.all.map { line($0.series.name, along($0.series), interval: interval) }
      }
      return [try line(stack, place, interval: interval)]
    }.flatMap { $0 }
    // One line alone needs no name; among others, the first is called as they are.
    if lines.count > 1, lines[0].name.isEmpty { lines[0].name = "1" }
    return lines
  }

  /// The values of the seeds are drawn behind a line when they are at most so many: more would only be a cloud.
  private static let shownValues = 200

  /// What a line shows at each of its places: numbers, or metrics whose mean and interval are drawn.
  private enum Heights {
    case numbers([Double])
    case metrics([Metric], steps: [Double])

    var count: Int {
      switch self {
      case .numbers(let values): values.count
      case .metrics(let metrics, _): metrics.count
      }
    }
  }

  private func along(_ series: Series) -> Heights {
    let found = series.commonSteps.compactMap { step in series.metric(at: step).map { (step, $0) } }
    return .metrics(found.map(\.1), steps: found.map(\.0))
  }

  /// One entry of the table: a list, a tensor, or a table with `y` and what goes with it.
  private func line(_ stack: LuaStack, _ place: Int, interval: Bool) throws -> LineSeries {
    guard let fields = try fields(stack), try !fields.fieldNames().isEmpty else {
      return line(try named(stack, place), try heights(stack, "entry \(place)"), interval: interval)
    }
    try checkPointFields(fields, place)
    let (name, heights) = try fields.field("y") { inner in
      let series = inner.object(at: -1, types.series)
      return (series?.name, try series.map(along) ?? self.heights(inner, "y of entry \(place)"))
    }
    let names = try fields.fieldNames()
    let x = names.contains("x") ? try fields.field("x") { try numbers($0, "x of entry \(place)") } : nil
    if let x, x.count != heights.count {
      throw Failure(.shape, "entry \(place) has \(x.count) x and \(heights.count) y")
    }
    let given = try named(stack, place)
    var line = line(names.contains("name") ? given : name ?? given, heights, at: x, interval: interval)
    guard names.contains("lower") || names.contains("upper") else { return line }
    for end in ["lower", "upper"] where !names.contains(end) {
      throw Failure(.argument, "entry \(place) has one end of a band; give both lower and upper")
    }
    let lower = try fields.field("lower") { try numbers($0, "lower") }
    let upper = try fields.field("upper") { try numbers($0, "upper") }
    guard lower.count == line.points.count, upper.count == lower.count else {
      throw Failure(
        .shape,
        "entry \(place) has \(line.points.count) points, but \(lower.count) lower and \(upper.count) upper ends")
    }
    line.band = zip(lower, upper).map { Extent($0, $1) }
    return line
  }

  private func heights(_ stack: LuaStack, _ what: String) throws -> Heights {
    if stack.kind(at: -1) == .table {
      let list = try stack.table(at: -1, what)
      let metrics = try list.map { inner, _ in inner.object(at: -1, types.metrics) }.compactMap { $0 }
      if !metrics.isEmpty {
        guard metrics.count == list.count else {
          throw Failure(.argument, "\(what) mixes metrics of trials with other values")
        }
        return .metrics(metrics, steps: metrics.indices.map { Double($0 + 1) })
      }
    }
    return .numbers(try numbers(stack, what))
  }

  /// The mean over the seeds, with the interval as a band where every place has one, and the seeds' values behind it.
  private func line(_ name: String, _ heights: Heights, at x: [Double]? = nil, interval: Bool) -> LineSeries {
    switch heights {
    case .numbers(let values):
      let x = x ?? values.indices.map { Double($0 + 1) }
      return LineSeries(name, points: zip(x, values).map { Point($0, $1) })
    case .metrics(let metrics, let steps):
      plottedSeeds.formUnion(metrics.map(\.seeds.count))
      var line = LineSeries(
        name, points: zip(x ?? steps, metrics).map { Point($0, (try? Summary.mean($1.values)) ?? .nan) })
      let intervals = metrics.compactMap { $0.interval()?.interval }
      if interval, intervals.count == metrics.count {
        line.band = intervals.map { Extent($0.lower, $0.upper) }
      }
      let values = zip(line.points, metrics).flatMap { point, metric in metric.values.map { Point(point.x, $0) } }
      if values.count <= Self.shownValues, values.count > metrics.count { line.raw = values }
      return line
    }
  }
}
