import Basics
import Figures

/// A figure that a script drew, as records keep it.
public struct DrawnFigure: Sendable {
  public let title: String
  public let svg: String
  /// A Vega-Lite specification with the data.
  public let vegaLite: String
  /// The trial that drew it: "seed 3"; empty for figures outside of trials.
  public var trial = ""

  init(_ figure: Figure) {
    title = figure.title
    svg = SVG.render(figure)
    vegaLite = VegaLite.render(figure)
  }

  /// The beginning of its files' names, for the figure at a place (from 1).
  func stem(_ place: Int) -> String {
    SafeName.make([String(place), trial, title.isEmpty ? "figure" : title].joined(separator: " "))
  }

  var json: JSON { .record(("title", .text(title)), ("svg", .text(svg)), ("vega_lite", .text(vegaLite))) }

  init(_ json: JSON) throws {
    let figure = Required(json: json)
    title = try figure.text("title")
    svg = try figure.text("svg")
    vegaLite = try figure.text("vega_lite")
  }
}
