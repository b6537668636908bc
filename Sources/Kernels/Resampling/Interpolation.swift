/// Where the positions of a resized dimension lie in the old one: between two neighbours.
public struct InterpolationAxis: Sendable, Equatable {
  public let size: Int
  /// The two old positions of each new one.
  public let lower: [Int32], upper: [Int32]
  /// The weight of the upper one, 0 to 1.
  public let fraction: [Double]
  public var count: Int { lower.count }

  /// The nearest old position below: `floor(i * scale)`, with old places per new place as `scale`.
  public init(nearest size: Int, output: Int, scale: Double) {
    self.size = size
    lower = (0..<output).map { Int32(min(size - 1, Int(Double($0) * scale))) }
    upper = lower
    fraction = Array(repeating: 0, count: output)
  }

  /// Linear interpolation: places are the centres of cells, or with `alignsCorners` the first and last coincide.
  public init(linear size: Int, output: Int, scale: Double, alignsCorners: Bool) {
    self.size = size
    let step: Double = output > 1 ? Double(size - 1) / Double(output - 1) : 0
    let places: [Double] = (0..<output).map { (i: Int) -> Double in
      alignsCorners ? Double(i) * step : max(0.0, (Double(i) + 0.5) * scale - 0.5)
    }
    lower = places.map { Int32(min(size - 1, Int($0))) }
    upper = lower.map { Int32(min(size - 1, Int($0) + 1)) }
    fraction = zip(places, lower).map { min(1, max(0, $0 - Double($1))) }
  }
}

/// Planes resized by interpolation along rows and columns, and the map back.
public enum Interpolation {
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func forward<T: Real>(
    _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, planes: Int, rows: InterpolationAxis,
    columns: InterpolationAxis
  ) {
    let (plane, outputPlane) = (rows.size * columns.size, rows.count * columns.count)
    Parallel.forEachRange(planes, grain: Parallel.rowsPerTile(width: max(plane, outputPlane))) { first, count in
      for p in first..<(first + count) {
        let from = x + p * plane
        for r in 0..<rows.count {
          let (above, below) = (from + Int(rows.lower[r]) * columns.size, from + Int(rows.upper[r]) * columns.size)
          let down = T(rows.fraction[r])
          let to = y + p * outputPlane + r * columns.count
          for c in 0..<columns.count {
            let (left, right) = (Int(columns.lower[c]), Int(columns.upper[c]))
            let across = T(columns.fraction[c])
            let first = above[left] + across * (above[right] - above[left])
            let second = below[left] + across * (below[right] - below[left])
            to[c] = first + down * (second - first)
          }
        }
      }
    }
  }

  /// The gradient of the input of `forward`.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func backward<T: Real>(
    _ g: UnsafePointer<T>, _ x: UnsafeMutablePointer<T>, planes: Int, rows: InterpolationAxis,
    columns: InterpolationAxis
  ) {
    let (plane, outputPlane) = (rows.size * columns.size, rows.count * columns.count)
    Parallel.forEachRange(planes, grain: Parallel.rowsPerTile(width: max(plane, outputPlane))) { first, count in
      for p in first..<(first + count) {
        let to = x + p * plane
        to.update(repeating: 0, count: plane)
        for r in 0..<rows.count {
          let (above, below) = (to + Int(rows.lower[r]) * columns.size, to + Int(rows.upper[r]) * columns.size)
          let down = T(rows.fraction[r])
          let from = g + p * outputPlane + r * columns.count
          for c in 0..<columns.count {
            let (left, right) = (Int(columns.lower[c]), Int(columns.upper[c]))
            let across = T(columns.fraction[c])
            let (upper, lower) = (from[c] * (1 - down), from[c] * down)
            above[left] += upper * (1 - across)
            above[right] += upper * across
            below[left] += lower * (1 - across)
            below[right] += lower * across
          }
        }
      }
    }
  }
}
