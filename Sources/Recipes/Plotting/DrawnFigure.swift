import Figures

/// A figure that a script drew, as records keep it.
public struct DrawnFigure: Sendable {
  public let title: String
  public let svg: String

  init(_ figure: Figure) {
    title = figure.title
    svg = SVG.render(figure)
  }
}
