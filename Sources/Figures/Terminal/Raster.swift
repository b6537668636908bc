/// A picture of pixels with opacity, into which the few shapes of plots are drawn with smooth edges.
struct Raster {
  let width: Int
  let height: Int
  /// Red, green, blue, opacity of each pixel, row by row from the top.
  private(set) var bytes: [UInt8]

  init(width: Int, height: Int) {
    self.width = max(1, width)
    self.height = max(1, height)
    bytes = [UInt8](repeating: 0, count: 4 * self.width * self.height)
  }

  /// Paints what a mask covers.
  mutating func paint(_ mask: Mask, _ color: Color, opacity: Double = 1) {
    for place in 0..<(width * height) where mask.coverage[place] > 0 {
      blend(place, color, Double(mask.coverage[place]) / 255 * opacity)
    }
  }

  private mutating func blend(_ place: Int, _ color: Color, _ share: Double) {
    let before = Double(bytes[4 * place + 3]) / 255
    let after = share + before * (1 - share)
    guard after > 0 else { return }
    for (channel, value) in [color.red, color.green, color.blue].enumerated() {
      let old = Double(bytes[4 * place + channel])
      bytes[4 * place + channel] = UInt8((Double(value) * share + old * before * (1 - share)) / after + 0.5)
    }
    bytes[4 * place + 3] = UInt8(255 * after + 0.5)
  }

  mutating func set(_ column: Int, _ row: Int, _ color: Color) {
    guard (0..<width).contains(column), (0..<height).contains(row) else { return }
    let place = 4 * (row * width + column)
    (bytes[place], bytes[place + 1], bytes[place + 2], bytes[place + 3]) = (color.red, color.green, color.blue, 255)
  }

  /// Opaque enough to be seen where there is no half-transparency.
  func color(_ place: Int) -> Color? {
    guard bytes[4 * place + 3] >= 96 else { return nil }
    var color = Color(0)
    (color.red, color.green, color.blue) = (bytes[4 * place], bytes[4 * place + 1], bytes[4 * place + 2])
    return color
  }
}

/// How much of each pixel shapes cover. What two shapes cover counts once, so that joints of lines are not darker.
struct Mask {
  let width: Int
  let height: Int
  private(set) var coverage: [UInt8]

  init(_ raster: Raster) {
    (width, height) = (raster.width, raster.height)
    coverage = [UInt8](repeating: 0, count: width * height)
  }

  private mutating func cover(_ column: Int, _ row: Int, _ share: Double) {
    guard share > 0, (0..<width).contains(column), (0..<height).contains(row) else { return }
    let value = UInt8(min(1, share) * 255 + 0.5)
    coverage[row * width + column] = max(coverage[row * width + column], value)
  }

  /// A line with round ends; ends outside of the picture are allowed, but not far outside.
  mutating func line(from a: (x: Double, y: Double), to b: (x: Double, y: Double), thickness: Double) {
    let (dx, dy) = (b.x - a.x, b.y - a.y)
    let square = dx * dx + dy * dy
    let reach = thickness / 2 + 1
    func distance(_ x: Double, _ y: Double) -> Double {
      let along = square > 0 ? min(1, max(0, ((x - a.x) * dx + (y - a.y) * dy) / square)) : 0
      let (ex, ey) = (x - a.x - along * dx, y - a.y - along * dy)
      return (ex * ex + ey * ey).squareRoot()
    }
    // Along the longer side, only the few pixels beside the line are looked at.
    let isFlat = abs(dx) >= abs(dy)
    let slope = isFlat ? (dx == 0 ? 0 : dy / dx) : dx / dy
    let beside = reach * (1 + slope * slope).squareRoot() + abs(slope) * reach
    let (low, high) = isFlat ? (min(a.x, b.x), max(a.x, b.x)) : (min(a.y, b.y), max(a.y, b.y))
    let most = isFlat ? width : height
    let first = Self.pixel(low - reach, most)
    for along in first..<max(first, Self.pixel(high + reach, most) + 1) {
      let centre = Double(along) + 0.5
      let middle = isFlat ? a.y + slope * (centre - a.x) : a.x + slope * (centre - a.y)
      let across = isFlat ? height : width
      let start = Self.pixel(middle - beside, across)
      for other in start..<max(start, Self.pixel(middle + beside, across) + 1) {
        let (column, row) = isFlat ? (along, other) : (other, along)
        cover(column, row, thickness / 2 + 0.5 - distance(Double(column) + 0.5, Double(row) + 0.5))
      }
    }
  }

  private static func pixel(_ value: Double, _ count: Int) -> Int {
    Int(min(Double(count), max(-1, value)).rounded(.down))
  }

  mutating func disc(_ x: Double, _ y: Double, radius: Double) {
    line(from: (x, y), to: (x, y), thickness: 2 * radius)
  }

  /// A rectangle with upright sides; partly covered pixels at its borders are partly painted.
  mutating func rectangle(x: ClosedRange<Double>, y: ClosedRange<Double>) {
    func share(_ place: Int, _ range: ClosedRange<Double>) -> Double {
      max(0, min(Double(place) + 1, range.upperBound) - max(Double(place), range.lowerBound))
    }
    let (left, top) = (max(0, Self.pixel(x.lowerBound, width)), max(0, Self.pixel(y.lowerBound, height)))
    for row in top..<max(top, Self.pixel(y.upperBound, height) + 1) {
      for column in left..<max(left, Self.pixel(x.upperBound, width) + 1) {
        cover(column, row, share(column, x) * share(row, y))
      }
    }
  }
}
