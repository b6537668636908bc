/// Draws one panel: title, legend, axes; the content comes from the extensions.
struct PanelDrawing {
  let panel: Panel
  let box: Box
  let content: Content

  init(_ panel: Panel, _ box: Box) {
    self.panel = panel
    self.box = box
    content = panel.content
  }

  func draw(in document: inout SVGDocument) {
    var top = box.y + 10
    if !panel.title.isEmpty {
      document.text(panel.title, box.x + box.width / 2, box.y + 18, anchor: "middle", style: "pf-text pf-panel")
      top += 20
    }
    if content.needsLegend { top += legend(top, in: &document) }
    let area = Box(x: box.x + 12, y: top, width: box.width - 24, height: box.bottom - top - 10)
    switch content {
    case .lines(let series): draw(series, area, in: &document)
    case .scatter(let series): draw(series, area, in: &document)
    case .bars(let chart): draw(chart, area, in: &document)
    case .histogram(let histogram): draw(histogram, area, in: &document)
    case .heatmap(let map): draw(map, written: map.rows, area, in: &document)
    case .images(let grid): draw(grid, area, in: &document)
    case .confusion(let matrix): draw(matrix.shares, written: matrix.counts, area, in: &document)
    }
  }

  /// Names with their colours in rows; returns the height used.
  private func legend(_ top: Double, in document: inout SVGDocument) -> Double {
    var (x, y) = (box.x + 50, top + 8)
    for (place, name) in content.names.enumerated() {
      let width = 32 + Self.width(name)
      if x + width > box.right - 10, x > box.x + 50 { (x, y) = (box.x + 50, y + 16) }
      if case .lines = content {
        document.path([(x, y), (x + 18, y)], "pf-line pf-l\(place % 7) pf-d\(place % 4)")
      } else {
        document.rectangle(Box(x: x + 4, y: y - 5, width: 10, height: 10), [("class", "pf-f\(place % 7)")])
      }
      document.text(name, x + 23, y + 4, style: "pf-text pf-small")
      x += width
    }
    return y - top + 14
  }

  /// About how wide a text is at 11 px.
  static func width(_ text: String) -> Double { Double(text.count) * 6.4 }

  /// Axes around the plot; returns the plot's box.
  func frame(_ area: Box, x: Scale?, y: Scale, in document: inout SVGDocument) -> Box {
    let widest = y.ticks.map { Self.width($0.label) }.max() ?? 0
    let left = widest + 10 + (panel.y.label.isEmpty ? 0 : 18)
    let bottom = 22.0 + (panel.x.label.isEmpty ? 0 : 18)
    let plot = Box(
      x: area.x + left, y: area.y + 4, width: max(10, area.width - left - 8), height: max(10, area.height - bottom - 4))
    for tick in y.ticks {
      guard let share = y.visible(tick.value) else { continue }
      let height = plot.bottom - share * plot.height
      document.line(plot.x, height, plot.right, height, "pf-grid")
      document.text(tick.label, plot.x - 6, height + 4, anchor: "end", style: "pf-soft pf-small")
    }
    document.line(plot.x, plot.bottom, plot.right, plot.bottom, "pf-axis")
    if let x {
      var lastEnd = -Double.infinity
      for tick in x.ticks {
        guard let share = x.visible(tick.value) else { continue }
        let place = plot.x + share * plot.width
        document.line(place, plot.bottom, place, plot.bottom + 4, "pf-axis")
        let half = Self.width(tick.label) / 2
        if place - half < lastEnd + 4 { continue }
        document.text(tick.label, place, plot.bottom + 17, anchor: "middle", style: "pf-soft pf-small")
        lastEnd = place + half
      }
    }
    labels(plot, area, in: &document)
    return plot
  }

  func labels(_ plot: Box, _ area: Box, in document: inout SVGDocument) {
    if !panel.x.label.isEmpty {
      document.text(panel.x.label, plot.x + plot.width / 2, area.bottom - 2, anchor: "middle")
    }
    if !panel.y.label.isEmpty {
      document.text(panel.y.label, area.x + 8, plot.y + plot.height / 2, anchor: "middle", rotated: -90)
    }
  }
}
