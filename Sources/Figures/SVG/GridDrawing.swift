extension PanelDrawing {
  func draw(_ map: Heatmap, written: [[Double]], _ area: Box, in document: inout SVGDocument) {
    let (rows, columns) = (map.rows.count, map.columnCount)
    guard rows > 0, columns > 0 else {
      document.text("no values", area.x + area.width / 2, area.y + area.height / 2, anchor: "middle")
      return
    }
    let extent = map.extent
    let left = 10 + (map.rowLabels.map { Self.width($0) }.max() ?? 0) + (panel.y.label.isEmpty ? 0 : 20)
    let bottom = (map.columnLabels.isEmpty ? 4.0 : 22) + (panel.x.label.isEmpty ? 0 : 18)
    let plot = Box(
      x: area.x + left, y: area.y + 4, width: max(10, area.width - left - 66), height: max(10, area.height - bottom - 4)
    )
    let (width, height) = (plot.width / Double(columns), plot.height / Double(rows))
    let missing = Color(0xB8B8B8)
    func color(_ row: Int, _ column: Int) -> Color {
      guard column < map.rows[row].count, let share = map.share(map.rows[row][column], of: extent) else {
        return missing
      }
      return Palette.sequential(share)
    }
    if rows * columns <= 1024 {
      for row in 0..<rows {
        for column in 0..<columns {
          let fill = color(row, column)
          let cell = Box(
            x: plot.x + Double(column) * width, y: plot.y + Double(row) * height, width: width, height: height)
          document.rectangle(cell, [("fill", fill.hex)])
          guard map.showsValues, row < written.count, column < written[row].count else { continue }
          let text = Number.short(written[row][column])
          guard Self.width(text) + 6 < width, height > 11 else { continue }
          document.element(
            "text",
            [
              ("x", Number.coordinate(cell.x + width / 2)), ("y", Number.coordinate(cell.y + height / 2 + 4)),
              ("text-anchor", "middle"), ("font-size", "11"), ("fill", fill.lightness < 0.55 ? "#ffffff" : "#1f2328"),
            ], text: text)
        }
      }
    } else if rows <= 4096, columns <= 4096 {
      document.picture(plot, width: columns, height: rows, color)
    }
    let skipRows = max(1, Int((13 / height).rounded(.up)))
    for (row, label) in map.rowLabels.prefix(rows).enumerated() where row % skipRows == 0 {
      document.text(
        label, plot.x - 6, plot.y + (Double(row) + 0.5) * height + 4, anchor: "end", style: "pf-text pf-small")
    }
    let widest = map.columnLabels.map { Self.width($0) }.max() ?? 0
    let skipColumns = max(1, Int(((widest + 6) / width).rounded(.up)))
    for (column, label) in map.columnLabels.prefix(columns).enumerated() where column % skipColumns == 0 {
      document.text(
        label, plot.x + (Double(column) + 0.5) * width, plot.bottom + 15, anchor: "middle", style: "pf-text pf-small")
    }
    key(Box(x: plot.right + 12, y: plot.y, width: 11, height: plot.height), extent, in: &document)
    labels(plot, area, in: &document)
  }

  /// The colour key beside a heatmap.
  private func key(_ bar: Box, _ extent: Extent, in document: inout SVGDocument) {
    let steps = 24
    for step in 0..<steps {
      let share = (Double(step) + 0.5) / Double(steps)
      let height = bar.height / Double(steps)
      document.rectangle(
        Box(x: bar.x, y: bar.bottom - Double(step + 1) * height, width: bar.width, height: height + 0.3),
        [("fill", Palette.sequential(share).hex)])
    }
    document.text(Number.short(extent.upper), bar.right + 4, bar.y + 9, style: "pf-soft pf-small")
    document.text(Number.short(extent.lower), bar.right + 4, bar.bottom, style: "pf-soft pf-small")
  }

  func draw(_ grid: ImageGrid, _ area: Box, in document: inout SVGDocument) {
    guard !grid.images.isEmpty else {
      document.text("no images", area.x + area.width / 2, area.y + area.height / 2, anchor: "middle")
      return
    }
    let labelled = grid.images.contains { !$0.label.isEmpty }
    let (width, height) = (area.width / Double(grid.columnCount), area.height / Double(grid.rowCount))
    let room = (width: max(2, width - 6), height: max(2, height - 6 - (labelled ? 16 : 0)))
    for (place, image) in grid.images.enumerated() {
      let slot = (
        x: area.x + Double(place % grid.columnCount) * width, y: area.y + Double(place / grid.columnCount) * height
      )
      let (w, h) = image.isDrawable ? (Double(image.width), Double(image.height)) : (1, 1)
      let scale = min(room.width / w, room.height / h)
      let frame = Box(
        x: slot.x + (width - w * scale) / 2, y: slot.y + 3 + (room.height - h * scale) / 2, width: w * scale,
        height: h * scale)
      if image.isDrawable {
        document.picture(frame, width: image.width, height: image.height, image.color)
      } else {
        document.rectangle(frame, [("class", "pf-axis")])
      }
      document.text(image.label, slot.x + width / 2, frame.bottom + 13, anchor: "middle", style: "pf-text pf-small")
    }
  }
}
