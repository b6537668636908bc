import Basics

/// A figure as a Vega-Lite version 5 specification: JSON with a fixed order of keys and data included.
public enum VegaLite {
  public static func render(_ figure: Figure) -> String {
    let whole: [(String, JSON)] = [
      ("$schema", .text("https://vega.github.io/schema/vega-lite/v5.json")), ("title", .text(figure.title)),
      ("description", .text(figure.alternativeText)), ("columns", number(Double(max(1, figure.columns)))),
      ("concat", .list(figure.panels.map { .record(view($0)) })),
    ]
    return JSON.record(whole).written(JSON.Style(keepsPoints: true, namesEscapes: false)) + "\n"
  }

  private static func view(_ panel: Panel) -> [(String, JSON)] {
    var rows: [JSON] = []
    var layers: [JSON] = []
    func row(_ fields: [(String, JSON)]) { rows.append(.record(fields)) }
    func channel(_ field: String, _ type: String, _ title: String = "", log: Bool = false) -> JSON {
      var parts: [(String, JSON)] = [("field", .text(field)), ("type", .text(type))]
      parts.append(("title", title.isEmpty ? .null : .text(title)))
      if log { parts.append(("scale", .record([("type", .text("log"))]))) }
      return .record(parts)
    }
    func layer(_ mark: String, _ encoding: [(String, JSON)], only kind: String? = nil) {
      var parts: [(String, JSON)] = [("mark", .text(mark)), ("encoding", .record(encoding))]
      if let kind {
        parts.insert(
          ("transform", .list([.record([("filter", .text("datum.kind === '\(kind)'"))])])), at: 0)
      }
      layers.append(.record(parts))
    }
    let x = channel("x", "quantitative", panel.x.label, log: panel.x.scale == .logarithmic)
    let y = channel("y", "quantitative", panel.y.label, log: panel.y.scale == .logarithmic)
    let color = channel("series", "nominal")
    let category = channel("category", "nominal", panel.x.label)
    switch panel.content {
    case .lines(let series):
      for one in series {
        for (place, point) in one.points.enumerated() {
          var fields = Self.point("line", one.name, point)
          if place < one.band.count {
            fields += [("lower", number(one.band[place].lower)), ("upper", number(one.band[place].upper))]
          }
          row(fields)
        }
        for point in one.raw { row(Self.point("raw", one.name, point)) }
      }
      let band: [(String, JSON)] = [
        ("x", x), ("y", channel("lower", "quantitative", panel.y.label)),
        ("y2", .record([("field", .text("upper"))])), ("color", color), ("opacity", .record([("value", number(0.2))])),
      ]
      if series.contains(where: { !$0.band.isEmpty }) { layer("area", band, only: "line") }
      if series.contains(where: { !$0.raw.isEmpty }) {
        layer("point", [("x", x), ("y", y), ("color", color)], only: "raw")
      }
      layer("line", [("x", x), ("y", y), ("color", color)], only: "line")
    case .scatter(let series):
      for one in series { for point in one.points { row(Self.point("point", one.name, point)) } }
      layer("point", [("x", x), ("y", y), ("color", color)])
    case .bars(let chart):
      for one in chart.series {
        for (place, name) in chart.categories.enumerated() {
          let head: [(String, JSON)] = [("category", .text(name)), ("series", .text(one.name))]
          let interval = place < one.intervals.count ? one.intervals[place] : nil
          let value = place < one.values.count ? one.values[place] : .nan
          var fields = [("kind", .text("bar"))] + head + [("y", number(value))]
          if let interval { fields += [("lower", number(interval.lower)), ("upper", number(interval.upper))] }
          row(fields)
          for value in place < one.raw.count ? one.raw[place] : [] {
            row([("kind", .text("raw"))] + head + [("y", number(value))])
          }
        }
      }
      let offset: [(String, JSON)] = [("xOffset", channel("series", "nominal"))]
      layer("bar", [("x", category), ("y", y), ("color", color)] + offset, only: "bar")
      layer("point", [("x", category), ("y", y)] + offset, only: "raw")
      let ends: [(String, JSON)] = [
        ("x", category), ("y", channel("lower", "quantitative", panel.y.label)),
        ("y2", .record([("field", .text("upper"))])),
      ]
      layer("rule", ends + offset, only: "bar")
    case .histogram(let histogram):
      let bins = Bins(histogram)
      for (one, counts) in zip(histogram.series, bins.counts) {
        for (bin, count) in counts.enumerated() {
          row([
            ("series", .text(one.name)), ("x", number(bins.edges[bin])), ("end", number(bins.edges[bin + 1])),
            ("y", number(Double(count))),
          ])
        }
      }
      layer("bar", [("x", x), ("x2", .record([("field", .text("end"))])), ("y", y), ("color", color)])
    case .heatmap(let map): matrix(map.rows, map.rowLabels, map.columnLabels)
    case .confusion(let confusion): matrix(confusion.counts, confusion.labels, confusion.labels)
    case .images(let grid):
      for (place, image) in grid.images.enumerated() where image.isDrawable {
        let data = PNG.base64(width: image.width, height: image.height, image.color)
        row([
          ("x", number(Double(place % grid.columnCount))), ("y", number(Double(place / grid.columnCount))),
          ("url", .text("data:image/png;base64," + data)),
        ])
      }
      layer("image", [("x", x), ("y", y), ("url", channel("url", "nominal"))])
    }
    func matrix(_ values: [[Double]], _ rowLabels: [String], _ columnLabels: [String]) {
      for (i, line) in values.enumerated() {
        for (j, value) in line.enumerated() {
          row([
            ("row", .text(i < rowLabels.count ? rowLabels[i] : "\(i + 1)")),
            ("column", .text(j < columnLabels.count ? columnLabels[j] : "\(j + 1)")), ("value", number(value)),
          ])
        }
      }
      layer(
        "rect",
        [
          ("x", channel("column", "ordinal", panel.x.label)), ("y", channel("row", "ordinal", panel.y.label)),
          ("color", channel("value", "quantitative")),
        ])
    }
    return [
      ("title", .text(panel.title)), ("data", .record([("values", .list(rows))])), ("layer", .list(layers)),
    ]
  }

  private static func point(_ kind: String, _ name: String, _ point: Point) -> [(String, JSON)] {
    [("kind", .text(kind)), ("series", .text(name)), ("x", number(point.x)), ("y", number(point.y))]
  }

  /// Zero of either sign is written `0`.
  private static func number(_ value: Double) -> JSON { value == 0 ? .integer(0) : .number(value) }
}
