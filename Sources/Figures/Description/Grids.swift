/// A matrix of numbers as colours, first row on top.
public struct Heatmap: Equatable, Sendable {
  public var rows: [[Double]]
  public var rowLabels: [String]
  public var columnLabels: [String]
  /// Values written into the cells, when cells are large enough.
  public var showsValues: Bool
  /// The values of the first and the last colour; by default the extent of the data.
  public var range: ClosedRange<Double>?

  public init(
    _ rows: [[Double]], rowLabels: [String] = [], columnLabels: [String] = [], showsValues: Bool = false,
    range: ClosedRange<Double>? = nil
  ) {
    self.rows = rows
    self.rowLabels = rowLabels
    self.columnLabels = columnLabels
    self.showsValues = showsValues
    self.range = range
  }

  var columnCount: Int { rows.map(\.count).max() ?? 0 }

  /// First and last value of the colours, always finite and increasing.
  var extent: Extent {
    if let range, range.lowerBound.isFinite, range.upperBound.isFinite, range.lowerBound < range.upperBound {
      return Extent(range.lowerBound, range.upperBound)
    }
    let values = rows.joined().filter(\.isFinite)
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    return low < high ? Extent(low, high) : Extent(low - 0.5, low + 0.5)
  }

  /// A value's place between first and last colour, 0...1; nothing for values that are not finite.
  func share(_ value: Double, of extent: Extent) -> Double? {
    guard value.isFinite else { return nil }
    let width = extent.upper / 2 - extent.lower / 2
    guard width > 0 else { return 0.5 }
    return min(1, max(0, (value / 2 - extent.lower / 2) / width))
  }
}

/// Small images side by side.
public struct ImageGrid: Equatable, Sendable {
  /// Pixels row by row, 0 black to 1 white; one number per pixel, or three (red, green, blue) when `channels` is 3.
  public struct Image: Equatable, Sendable {
    public var width: Int
    public var height: Int
    public var channels: Int
    public var pixels: [Double]
    public var label: String

    public init(width: Int, height: Int, channels: Int = 1, pixels: [Double], label: String = "") {
      self.width = width
      self.height = height
      self.channels = channels
      self.pixels = pixels
      self.label = label
    }

    /// Whether the sizes are positive, at most 4096, and belong to the pixels; other images are drawn as empty frames.
    var isDrawable: Bool {
      (1...4096).contains(width) && (1...4096).contains(height) && (channels == 1 || channels == 3)
        && pixels.count == width * height * channels
    }

    func color(_ row: Int, _ column: Int) -> Color {
      let start = (row * width + column) * channels
      return Color(red: pixels[start], green: pixels[start + channels / 2], blue: pixels[start + channels - 1])
    }
  }

  public var images: [Image]
  public var columns: Int

  public init(_ images: [Image], columns: Int = 8) {
    self.images = images
    self.columns = columns
  }

  var columnCount: Int { max(1, min(columns, max(1, images.count), 64)) }
  var rowCount: Int { (images.count + columnCount - 1) / columnCount }
}

/// Counts of predicted classes (columns) for each true class (rows).
public struct ConfusionMatrix: Equatable, Sendable {
  public var labels: [String]
  public var counts: [[Double]]

  public init(labels: [String], counts: [[Double]]) {
    self.labels = labels
    self.counts = counts
  }

  /// Colours show shares of the row; the cells show the counts.
  var shares: Heatmap {
    let rows = counts.map { row -> [Double] in
      let total = row.filter { $0.isFinite && $0 > 0 }.reduce(0, +)
      return row.map { $0.isFinite ? (total > 0 ? $0 / total : 0) : .nan }
    }
    return Heatmap(rows, rowLabels: labels, columnLabels: labels, showsValues: true, range: 0...1)
  }
}
