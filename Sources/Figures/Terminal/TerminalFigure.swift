/// A figure for a terminal: text for titles, axes and numbers; pixels, braille dots, blocks or shades for what is drawn.
public enum TerminalFigure {
  public static func render(_ figure: Figure, _ style: TerminalStyle = TerminalStyle()) -> String {
    guard style.graphics != .none else { return "" }
    var style = style
    style.width = min(400, max(20, style.width))
    var lines = figure.title.isEmpty ? [] : [figure.title]
    for panel in figure.panels {
      if !panel.title.isEmpty { lines.append(panel.title) }
      lines += draw(panel, style)
    }
    lines += SVG.wrapped(figure.fullCaption, letters: style.width)
    return lines.joined(separator: "\n") + "\n"
  }

  private static func draw(_ panel: Panel, _ style: TerminalStyle) -> [String] {
    switch panel.content {
    case .lines(let series): TerminalAxes(panel, series, joined: true).lines(style)
    case .scatter(let series):
      TerminalAxes(panel, series.map { LineSeries($0.name, points: $0.points) }, joined: false).lines(style)
    case .bars(let chart): TerminalBars(chart).lines(style)
    case .histogram(let histogram): TerminalBars(histogram).lines(style)
    case .heatmap(let map):
      style.hasPixels && map.isPlain
        ? TerminalImages(ImageGrid([map.image])).lines(style) : TerminalCells(map, written: nil).lines(style)
    case .confusion(let matrix): TerminalCells(matrix.shares, written: matrix.counts).lines(style)
    case .images(let grid): TerminalImages(grid).lines(style)
    }
  }

  static func padded(_ text: String, _ width: Int, right: Bool = false) -> String {
    let space = String(repeating: " ", count: max(0, width - text.count))
    return right ? space + text : text + space
  }

  static func shade(_ share: Double) -> Character {
    let shades = Array(" .:-=+*#%@")
    return shades[Int(min(1, max(0, share)) * Double(shades.count - 1) + 0.5)]
  }

  /// Puts a picture over lines that have room for it: it is drawn when all of them stand on the screen, and the cursor
  /// comes back behind the last one.
  ///
  /// - Parameters:
  ///   - row: the line, of these, that the picture begins on.
  ///   - column: the column, from 0.
  static func overlay(_ raster: Raster, on lines: [String], row: Int, column: Int, _ style: TerminalStyle) -> [String] {
    guard var last = lines.last else { return lines }
    let up = lines.count - 1 - row
    last += "\u{1B}7" + (up > 0 ? "\u{1B}[\(up)A" : "") + "\u{1B}[\(column + 1)G"
    last += TerminalPixels.sequence(raster, style.graphics) + "\u{1B}8"
    return lines.dropLast() + [last]
  }
}

extension Heatmap {
  /// Without labels and numbers, a heatmap is a picture.
  fileprivate var isPlain: Bool { rowLabels.isEmpty && columnLabels.isEmpty && !showsValues }

  fileprivate var image: ImageGrid.Image {
    let (extent, columns) = (self.extent, columnCount)
    let pixels = rows.flatMap { row in
      (0..<columns).flatMap { column -> [Double] in
        guard column < row.count, let share = share(row[column], of: extent) else { return [0.5, 0.5, 0.5] }
        let color = Palette.sequential(share)
        return [color.red, color.green, color.blue].map { Double($0) / 255 }
      }
    }
    return ImageGrid.Image(width: columns, height: rows.count, channels: 3, pixels: pixels)
  }
}
