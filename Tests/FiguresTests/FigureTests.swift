import Figures
import Foundation
import FoundationXML
import XCTest

/// Counts elements and checks that drawn coordinates lie inside the page.
private final class Reader: NSObject, XMLParserDelegate {
  var counts: [String: Int] = [:]
  var outside = 0
  var size = (width: 0.0, height: 0.0)

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName qName: String?,
    attributes: [String: String] = [:]
  ) {
    counts[name, default: 0] += 1
    if name == "svg" {
      size = (Double(attributes["width"] ?? "") ?? 0, Double(attributes["height"] ?? "") ?? 0)
    }
    for key in ["x", "x1", "x2", "cx", "y", "y1", "y2", "cy"] {
      guard let text = attributes[key] else { continue }
      let limit = key.hasPrefix("x") || key == "cx" ? size.width : size.height
      if !(0...limit).contains(Double(text) ?? -1) { outside += 1 }
    }
  }
}

final class FigureTests: XCTestCase {
  private func read(_ figure: Figure, line: UInt = #line) -> [String: Int] {
    let text = SVG.render(figure)
    XCTAssertEqual(text, SVG.render(figure), line: line)
    let reader = Reader()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = reader
    XCTAssertTrue(parser.parse(), "not well formed", line: line)
    XCTAssertEqual(reader.outside, 0, "coordinates outside the page", line: line)
    XCTAssertFalse(text.contains("nan") || text.contains("inf"), line: line)
    XCTAssertFalse(text.contains("<script") || text.contains("url("), line: line)
    return reader.counts
  }

  private func everyKind(_ values: [Double]) -> [Content] {
    let points = zip(values, values.reversed()).map { Point($0, $1) }
    let extents = values.map { Extent($0, $0) }
    return [
      .lines([LineSeries("a", points: points, band: extents, raw: points), LineSeries("b", values: values)]),
      .scatter([PointSeries("a", points: points)]),
      .bars(
        BarChart(
          categories: values.indices.map { "c\($0)" },
          series: [.init("s", values: values, intervals: extents, raw: values.map { [$0, -$0] })])),
      .histogram(Histogram([.init("h", values: values)])), .heatmap(Heatmap([values, []], showsValues: true)),
      .images(
        ImageGrid([.init(width: values.count, height: 1, pixels: values), .init(width: -1, height: 3, pixels: [])])),
      .confusion(ConfusionMatrix(labels: ["a"], counts: [values])),
    ]
  }

  func testHostileValuesNeverTrap() throws {
    let huge = Double.greatestFiniteMagnitude
    let samples: [[Double]] = [
      [], [1], [.nan], [.infinity, -.infinity, .nan, 2], [3, 3, 3], [0, 0], [-huge, huge],
      [.leastNonzeroMagnitude, 1e-300], [1e15, 1e15 + 1],
      [-huge, -1, 0, .leastNonzeroMagnitude, huge], [1e-9, 1, 1e12],
    ]
    for values in samples {
      for content in everyKind(values) {
        for scale in [Axis.Scale.linear, .logarithmic] {
          let panel = Panel(title: "t", x: Axis("x", scale: scale), y: Axis("y", scale: scale), content)
          let figure = Figure(title: "f", panels: [panel, panel], columns: 0)
          _ = read(figure)
          for graphics in TerminalStyle.Graphics.allCases {
            for colors in [TerminalStyle.Colors.none, .indexed, .direct] {
              var style = TerminalStyle()
              (style.graphics, style.colors, style.width) = (graphics, colors, 3)
              XCTAssertEqual(TerminalFigure.render(figure, style).isEmpty, graphics == .none)
            }
          }
          XCTAssertNoThrow(try JSONSerialization.jsonObject(with: Data(VegaLite.render(figure).utf8)))
        }
      }
    }
  }

  func testElementsAndText() {
    let points = [Point(0, 1), Point(1, 2), Point(2, .nan), Point(3, 1), Point(4, 0)]
    let figure = Figure(title: "a < b & \"c\"", caption: "N = 5.", Panel(.scatter([PointSeries("s", points: points)])))
    XCTAssertEqual(read(figure)["circle"], 4)
    XCTAssertEqual(figure.fullCaption, "N = 5. 1 value is not finite and not drawn.")
    let text = SVG.render(figure)
    XCTAssertTrue(text.contains("<title>a &lt; b &amp; &quot;c&quot;</title>"))
    let lines = Figure(Panel(.lines([LineSeries("s", points: points)])))
    XCTAssertEqual(read(lines)["path"], 2, "a gap breaks the line")
  }

  func testTerminalBars() {
    let chart = BarChart(categories: ["base", "both"], series: [.init("acc", values: [0.25, 1])])
    var style = TerminalStyle()
    style.width = 24
    XCTAssertEqual(
      TerminalFigure.render(Figure(title: "accuracy", Panel(.bars(chart))), style),
      "accuracy\nbase ███▌ 0.25\nboth ██████████████ 1\n")
  }
}
