/// A figure: one or more panels with a title and a caption. A plain value; renderers turn it into SVG, terminal text or
/// Vega-Lite. Values that are NaN or infinite are never drawn, and the figure says how many there were.
public struct Figure: Equatable, Sendable {
  public var title: String
  public var caption: String
  public var panels: [Panel]
  /// Panels side by side before a new row begins.
  public var columns: Int

  public init(title: String = "", caption: String = "", panels: [Panel], columns: Int = 2) {
    self.title = title
    self.caption = caption
    self.panels = panels
    self.columns = columns
  }

  /// A figure of a single panel.
  public init(title: String = "", caption: String = "", _ panel: Panel) {
    self.init(title: title, caption: caption, panels: [panel], columns: 1)
  }

  /// The caption with a remark about values that cannot be drawn.
  public var fullCaption: String {
    let missing = panels.reduce(0) { $0 + $1.content.undrawable }
    if missing == 0 { return caption }
    let remark = "\(missing) value\(missing == 1 ? " is" : "s are") not finite and not drawn."
    return caption.isEmpty ? remark : caption + " " + remark
  }

  /// What the figure shows, in words, for readers who cannot see it.
  public var alternativeText: String {
    (panels.map(\.summary) + (fullCaption.isEmpty ? [] : [fullCaption])).joined(separator: " ")
  }
}

/// One pair of axes, or one grid, with its content.
public struct Panel: Equatable, Sendable {
  public var title: String
  public var x: Axis
  public var y: Axis
  public var content: Content

  public init(title: String = "", x: Axis = Axis(), y: Axis = Axis(), _ content: Content) {
    self.title = title
    self.x = x
    self.y = y
    self.content = content
  }

  var summary: String {
    let head = title.isEmpty ? "" : "\(title): "
    let axes = [y.label, x.label].filter { !$0.isEmpty }.joined(separator: " against ")
    return "\(head)\(content.summary)\(axes.isEmpty ? "" : ", " + axes)."
  }
}

/// An axis: its label, its scale, and its range when it should not follow the data.
public struct Axis: Equatable, Sendable {
  public enum Scale: String, Sendable {
    case linear
    /// Base ten; values that are not positive are not drawn.
    case logarithmic
  }

  public var label: String
  public var scale: Scale
  /// Ends of the axis; ignored unless finite and increasing (and positive on a logarithmic scale).
  public var range: ClosedRange<Double>?

  public init(_ label: String = "", scale: Scale = .linear, range: ClosedRange<Double>? = nil) {
    self.label = label
    self.scale = scale
    self.range = range
  }
}

/// What a panel shows.
public enum Content: Equatable, Sendable {
  case lines([LineSeries])
  case scatter([PointSeries])
  case bars(BarChart)
  case histogram(Histogram)
  case heatmap(Heatmap)
  case images(ImageGrid)
  case confusion(ConfusionMatrix)
}
