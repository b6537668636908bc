/// Images side by side, as many as fit into a line: pixels, half blocks in colour, or shades.
struct TerminalImages {
  private let grid: ImageGrid

  init(_ grid: ImageGrid) { self.grid = grid }

  func lines(_ style: TerminalStyle) -> [String] {
    let images = grid.images
    let tiles = images.map { style.hasPixels ? pixelTile($0, style) : textTile($0, style) }
    let widest = tiles.map(\.width).max() ?? 1
    let fitting = max(1, min(grid.columnCount, (style.width + 1) / (widest + 1)))
    var lines: [String] = []
    for start in stride(from: 0, to: tiles.count, by: fitting) {
      let row = Array(tiles[start..<min(tiles.count, start + fitting)])
      if row.contains(where: { !$0.label.isEmpty }) {
        lines.append(Self.trimmed(row.map { TerminalFigure.padded($0.label, widest) }.joined(separator: " ")))
      }
      let height = row.map(\.lines.count).max() ?? 0
      var part = (0..<height).map { line in
        Self.trimmed(
          row.map { tile in
            line < tile.lines.count
              ? tile.lines[line] + String(repeating: " ", count: widest - tile.width)
              : String(repeating: " ", count: widest)
          }.joined(separator: " "))
      }
      for (place, tile) in row.enumerated() {
        guard let raster = tile.raster else { continue }
        part = TerminalFigure.overlay(raster, on: part, row: 0, column: place * (widest + 1), style)
      }
      lines += part
    }
    return lines
  }

  private struct Tile {
    var label: String
    /// Columns, and the lines that fill them.
    var width: Int
    var lines: [String]
    var raster: Raster?
  }

  private static func trimmed(_ line: String) -> String {
    line.lastIndex { $0 != " " }.map { String(line[...$0]) } ?? ""
  }

  private static func undrawable(_ image: ImageGrid.Image) -> Tile {
    Tile(label: image.label, width: max(12, image.label.count), lines: ["(no picture)"])
  }

  /// The pixels in squares of the same size, so that a small image is not a speck.
  private func pixelTile(_ image: ImageGrid.Image, _ style: TerminalStyle) -> Tile {
    guard image.isDrawable else { return Self.undrawable(image) }
    let most = style.width * style.cellWidth
    let wanted = grid.images.count > 1 ? 5 * style.cellHeight : 12 * style.cellHeight
    let scale = max(1, min(most / image.width, wanted / image.height))
    // Larger ones are thinned out.
    let highest = 24 * style.cellHeight
    let step = max(1, (image.width + most - 1) / most, (image.height + highest - 1) / highest)
    var raster = Raster(width: image.width / step * scale, height: image.height / step * scale)
    for row in 0..<raster.height {
      for column in 0..<raster.width {
        raster.set(column, row, image.color(row / scale * step, column / scale * step))
      }
    }
    let rows = (raster.height + style.cellHeight - 1) / style.cellHeight
    let columns = (raster.width + style.cellWidth - 1) / style.cellWidth
    return Tile(
      label: image.label, width: max(columns, image.label.count),
      lines: [String](repeating: String(repeating: " ", count: columns), count: rows), raster: raster)
  }

  private func textTile(_ image: ImageGrid.Image, _ style: TerminalStyle) -> Tile {
    guard image.isDrawable else { return Self.undrawable(image) }
    let step = max(1, (image.width + style.width - 1) / style.width)
    let columns = Array(stride(from: 0, to: image.width, by: step))
    let lines = stride(from: 0, to: image.height, by: 2 * step).map { row -> String in
      var line = ""
      for column in columns {
        let top = image.color(row, column)
        let bottom = row + step < image.height ? image.color(row + step, column) : Color(0)
        if style.colors == .none {
          line.append(TerminalFigure.shade((top.lightness + bottom.lightness) / 2))
        } else {
          line += "\u{1B}[\(style.code(top, 38));\(style.code(bottom, 48))m▀"
        }
      }
      return style.colors == .none ? line : line + "\u{1B}[0m"
    }
    let width = max(columns.count, image.label.count)
    return Tile(
      label: image.label, width: width,
      lines: lines.map { $0 + String(repeating: " ", count: width - columns.count) })
  }
}
