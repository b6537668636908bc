import CZlib
import Figures
import Foundation
import XCTest

/// Pixels, colours and blocks of figures in a terminal, read back as a terminal would.
final class TerminalGraphicsTests: XCTestCase {
  /// Pixels as red, green, blue, opacity.
  fileprivate struct Picture: Equatable {
    var width = 0
    var height = 0
    var pixels: [[UInt8]] = []

    func pixel(_ column: Int, _ row: Int) -> [UInt8] { pixels[row * width + column] }
    func count(_ color: [UInt8]) -> Int { pixels.count { $0.prefix(3).elementsEqual(color) && $0[3] > 200 } }
  }

  private func render(_ content: Content, _ change: (inout TerminalStyle) -> Void) -> String {
    var style = TerminalStyle()
    change(&style)
    return TerminalFigure.render(Figure(title: "t", Panel(content)), style)
  }

  /// Reads all pictures of kitty's protocol.
  private func kitty(_ text: String) throws -> [Picture] {
    var pictures: [Picture] = []
    var letters = ""
    var head = ""
    for piece in text.components(separatedBy: "\u{1B}_G").dropFirst() {
      let body = try XCTUnwrap(piece.components(separatedBy: "\u{1B}\\").first)
      let parts = body.split(separator: ";", omittingEmptySubsequences: false)
      XCTAssertLessThanOrEqual(parts[1].count, 4096)
      if letters.isEmpty { head = String(parts[0]) }
      letters += parts[1]
      guard parts[0].hasSuffix("m=0") else { continue }
      let settings = Dictionary(
        uniqueKeysWithValues: head.split(separator: ",").map { entry in
          (String(entry.prefix(1)), String(entry.dropFirst(2)))
        })
      XCTAssertEqual(settings["f"], "32")
      var picture = Picture()
      picture.width = try XCTUnwrap(settings["s"].flatMap { Int($0) })
      picture.height = try XCTUnwrap(settings["v"].flatMap { Int($0) })
      let packed = [UInt8](try XCTUnwrap(Data(base64Encoded: letters)))
      var size = uLong(4 * picture.width * picture.height)
      var bytes = [UInt8](repeating: 0, count: Int(size))
      XCTAssertEqual(uncompress(&bytes, &size, packed, uLong(packed.count)), Z_OK)
      XCTAssertEqual(Int(size), bytes.count)
      picture.pixels = stride(from: 0, to: bytes.count, by: 4).map { Array(bytes[$0..<$0 + 4]) }
      pictures.append(picture)
      letters = ""
    }
    return pictures
  }

  /// Reads a picture of sixels.
  private func sixel(_ text: String) throws -> Picture {
    let start = try XCTUnwrap(text.range(of: "\u{1B}P0;1;0q\"1;1;"))
    let end = try XCTUnwrap(text.range(of: "\u{1B}\\"))
    var rest = Array(text[start.upperBound..<end.lowerBound])[...]
    func number() -> Int {
      let digits = rest.prefix { $0.isNumber }
      rest = rest.dropFirst(digits.count)
      return Int(String(digits)) ?? -1
    }
    var picture = Picture()
    picture.width = number()
    rest = rest.dropFirst()
    picture.height = number()
    picture.pixels = Array(repeating: [0, 0, 0, 0], count: picture.width * picture.height)
    var palette: [Int: [UInt8]] = [:]
    var (column, top, color) = (0, 0, 0)
    func paint(_ letter: Character, times: Int) {
      let bits = Int(letter.asciiValue ?? 63) - 63
      for _ in 0..<times {
        for row in 0..<6 where bits >> row & 1 == 1 {
          picture.pixels[(top + row) * picture.width + column] = (palette[color] ?? [1, 2, 3]) + [255]
        }
        column += 1
      }
    }
    while let letter = rest.popFirst() {
      switch letter {
      case "#":
        color = number()
        guard rest.first == ";" else { continue }
        rest = rest.dropFirst(3)
        palette[color] = (0..<3).map { place in
          if place > 0 { rest = rest.dropFirst() }
          return UInt8((Double(number()) * 2.55).rounded())
        }
      case "!":
        let times = number()
        paint(rest.removeFirst(), times: times)
      case "$": column = 0
      case "-": (column, top) = (0, top + 6)
      default: paint(letter, times: 1)
      }
    }
    return picture
  }

  private let line = Content.lines([
    LineSeries(
      "s", points: [Point(0, 0), Point(1, 0), Point(2, 1)],
      band: [Extent(-0.1, 0.1), Extent(-0.1, 0.1), Extent(0.8, 1)]),
    LineSeries("broken", points: [Point(0, 1), Point(1, .nan), Point(2, 0.5)], band: [Extent(.nan, 1)]),
  ])
  private let blue: [UInt8] = [0x3D, 0x9B, 0xE0]

  func testLinesInPixels() throws {
    let text = render(line) {
      ($0.graphics, $0.width, $0.cellWidth, $0.cellHeight) = (.kitty, 40, 8, 16)
    }
    XCTAssertFalse(text.contains("⣀"))
    XCTAssertTrue(text.hasPrefix("t\n"))
    let picture = try XCTUnwrap(kitty(text).first)
    let columns = text.components(separatedBy: "└")[1].prefix { $0 == "─" }.count
    XCTAssertEqual(picture.width, 8 * columns)
    XCTAssertEqual(picture.height, 16 * 14)
    XCTAssertGreaterThan(picture.count(blue), 2 * picture.width)
    // The flat part is two and a half pixels thick, and nothing is far above it.
    let column = picture.width / 4
    let painted = (0..<picture.height).filter { picture.pixel(column, $0).prefix(3).elementsEqual(blue) }
    let opaque = painted.filter { picture.pixel(column, $0)[3] > 200 }
    XCTAssertTrue((2...3).contains(opaque.count), "\(opaque)")
    XCTAssertGreaterThan(painted.count, 10, "the band")
    XCTAssertEqual(try kitty(render(line) { $0.graphics = .kitty }), try kitty(render(line) { $0.graphics = .kitty }))
  }

  func testSixelsShowTheSame() throws {
    let pixels = try XCTUnwrap(kitty(render(line) { $0.graphics = .kitty }).first)
    let sixels = try sixel(render(line) { $0.graphics = .sixel })
    XCTAssertEqual(sixels.width, pixels.width)
    XCTAssertEqual(sixels.height, pixels.height / 6 * 6)
    for place in sixels.pixels.indices {
      XCTAssertEqual(sixels.pixels[place][3] > 0, pixels.pixels[place][3] >= 96)
      guard sixels.pixels[place][3] > 0 else { continue }
      for channel in 0..<3 {
        let difference = abs(Int(sixels.pixels[place][channel]) - Int(pixels.pixels[place][channel]))
        XCTAssertLessThan(difference, 50)
      }
    }
  }

  func testImagesAreEnlargedToSquares() throws {
    let image = ImageGrid.Image(width: 2, height: 2, pixels: [0, 1, 1, 0], label: "x")
    let color = ImageGrid.Image(width: 1, height: 1, channels: 3, pixels: [1, 0, 0])
    for graphics in [TerminalStyle.Graphics.kitty, .sixel] {
      let text = render(.images(ImageGrid([image, color]))) { $0.graphics = graphics }
      XCTAssertTrue(text.hasPrefix("t\nx"), text)
      let picture = graphics == .kitty ? try XCTUnwrap(kitty(text).first) : try sixel(text)
      XCTAssertEqual(picture.width, 100)
      XCTAssertEqual(picture.pixel(10, 10).prefix(3), [0, 0, 0])
      XCTAssertEqual(picture.pixel(60, 10).prefix(3), [255, 255, 255])
      XCTAssertEqual(picture.pixel(10, 60).prefix(3), [255, 255, 255])
    }
    XCTAssertEqual(
      try kitty(render(.images(ImageGrid([image, color]))) { $0.graphics = .kitty })[1].pixel(9, 9), [255, 0, 0, 255])
  }

  func testBarsHaveWhiskers() throws {
    let chart = BarChart(
      categories: ["a", "b"], series: [.init("s", values: [1, -1], intervals: [Extent(0.5, 1.5), nil])])
    let text = render(.bars(chart)) { ($0.graphics, $0.cellWidth, $0.cellHeight) = (.kitty, 10, 20) }
    let picture = try XCTUnwrap(kitty(text).first)
    XCTAssertEqual(picture.height, 40)
    let zero = picture.width * 2 / 5
    XCTAssertEqual(picture.pixel(zero + 20, 6).prefix(3).map { $0 }, blue)
    XCTAssertEqual(picture.pixel(zero - 20, 6)[3], 0)
    XCTAssertEqual(picture.pixel(zero - 20, 26).prefix(3).map { $0 }, blue)
    XCTAssertEqual(picture.pixel(picture.width - 8, 10).prefix(3).map { $0 }, [0x9A, 0xA4, 0xAF])
    XCTAssertTrue(text.contains("b "))
    XCTAssertTrue(text.contains(" -1"))
  }

  func testPlainHeatmapsArePictures() throws {
    let map = Heatmap([[0, 1], [1, .nan]])
    let picture = try XCTUnwrap(kitty(render(.heatmap(map)) { $0.graphics = .kitty }).first)
    XCTAssertEqual(picture.pixel(1, 1), [0xF7, 0xFB, 0xFF, 255])
    XCTAssertEqual(picture.pixel(picture.width - 1, 1), [0x08, 0x30, 0x6B, 255])
    XCTAssertEqual(picture.pixel(picture.width - 1, picture.height - 1), [128, 128, 128, 255])
  }

  func testBlocks() {
    let text = render(.scatter([PointSeries("s", points: [Point(0, 0), Point(1, 1)])])) {
      ($0.graphics, $0.width) = (.blocks, 20)
    }
    let lines = text.split(separator: "\n")
    XCTAssertTrue(lines[1].hasSuffix("▝"), String(lines[1]))
    XCTAssertTrue(lines[14].contains("│▖"), String(lines[14]))
  }

  func testColours() {
    let chart = Content.bars(BarChart(categories: ["a"], series: [.init("s", values: [1])]))
    XCTAssertTrue(render(chart) { $0.colors = .direct }.contains("\u{1B}[38;2;61;155;224m█"))
    XCTAssertTrue(render(chart) { $0.colors = .indexed }.contains("\u{1B}[38;5;74m█"))
    XCTAssertFalse(render(chart) { _ in }.contains("\u{1B}"))
    let grey = ImageGrid.Image(width: 1, height: 2, pixels: [0.5, 1])
    XCTAssertTrue(render(.images(ImageGrid([grey]))) { $0.colors = .indexed }.contains("\u{1B}[38;5;244;48;5;231m▀"))
  }

  func testImagesStandSideBySide() {
    let image = ImageGrid.Image(width: 3, height: 2, pixels: [Double](repeating: 1, count: 6), label: "1")
    XCTAssertEqual(
      render(.images(ImageGrid([image, image, image], columns: 2))) { $0.width = 20 }, "t\n1   1\n@@@ @@@\n1\n@@@\n")
  }

  func testStyleOfWhatIsNoTerminal() {
    let file = open("/dev/null", O_RDONLY)
    defer { close(file) }
    XCTAssertEqual(TerminalStyle(terminal: file), TerminalStyle())
  }
}
