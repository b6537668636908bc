import Figures
import XCTest

final class LongTextTests: XCTestCase {
  func testLongTitlesAndNamesOfCategoriesTakeSeveralLines() {
    let chart = BarChart(
      categories: ["student, same start", "student, other start", "teacher", "an untrained network", "a", "b"],
      series: [BarChart.Series("", values: [1, 2, 3, 4, 5, 6])])
    let title = "accuracy on the forgotten images at 95 % of the retained accuracy (lower is better)"
    let svg = SVG.render(Figure(title: title, Panel(.bars(chart))))
    for line in ["better)", "student,", "untrained", "start"] {
      XCTAssertTrue(svg.contains(">\(line)</text>") || svg.contains(" \(line)</text>"), line)
    }
    XCTAssertFalse(svg.contains("…"))
    XCTAssertTrue(svg.contains("<title>\(title)</title>"), "readers of the title get it in one piece")
    // One line of the title is 18 px.
    XCTAssertTrue(svg.contains("y=\"43\""), svg)
    let endless = SVG.render(
      Figure(
        Panel(.bars(BarChart(categories: Array(repeating: "supercalifragilistic", count: 9), series: chart.series)))))
    XCTAssertTrue(endless.contains("…"))
  }
}
