/// A point of a figure.
public struct Point: Equatable, Sendable {
  public var x: Double
  public var y: Double

  public init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }

  var isFinite: Bool { x.isFinite && y.isFinite }
}

/// The extent of an uncertain value.
public struct Extent: Equatable, Sendable {
  public var lower: Double
  public var upper: Double

  public init(_ lower: Double, _ upper: Double) {
    self.lower = min(lower, upper)
    self.upper = max(lower, upper)
  }

  var isFinite: Bool { lower.isFinite && upper.isFinite }
}

/// A line through points, with an optional band (one range per point, in the same order) and raw points behind it.
/// A point that is not finite breaks the line.
public struct LineSeries: Equatable, Sendable {
  public var name: String
  public var points: [Point]
  public var band: [Extent]
  public var raw: [Point]

  public init(_ name: String, points: [Point], band: [Extent] = [], raw: [Point] = []) {
    self.name = name
    self.points = points
    self.band = band
    self.raw = raw
  }

  /// A line over 1, 2, 3, ...
  public init(_ name: String, values: [Double]) {
    self.init(name, points: values.enumerated().map { Point(Double($0.offset + 1), $0.element) })
  }
}

/// Loose points with a common name.
public struct PointSeries: Equatable, Sendable {
  public var name: String
  public var points: [Point]

  public init(_ name: String, points: [Point]) {
    self.name = name
    self.points = points
  }
}

/// Bars in groups: every series has one bar per category.
public struct BarChart: Equatable, Sendable {
  public struct Series: Equatable, Sendable {
    public var name: String
    /// One value per category; missing ones are not drawn.
    public var values: [Double]
    /// One interval per category, or none.
    public var intervals: [Extent?]
    /// The raw values behind each bar, or none.
    public var raw: [[Double]]

    public init(_ name: String, values: [Double], intervals: [Extent?] = [], raw: [[Double]] = []) {
      self.name = name
      self.values = values
      self.intervals = intervals
      self.raw = raw
    }
  }

  public var categories: [String]
  public var series: [Series]

  public init(categories: [String], series: [Series]) {
    self.categories = categories
    self.series = series
  }
}

/// Counts of values in bins of equal width.
public struct Histogram: Equatable, Sendable {
  public struct Series: Equatable, Sendable {
    public var name: String
    public var values: [Double]

    public init(_ name: String, values: [Double]) {
      self.name = name
      self.values = values
    }
  }

  public var series: [Series]
  /// The number of bins, 1...500; by default Sturges' rule (1926) on the larger series.
  public var bins: Int?

  public init(_ series: [Series], bins: Int? = nil) {
    self.series = series
    self.bins = bins
  }
}
