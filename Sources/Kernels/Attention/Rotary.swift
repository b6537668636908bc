import Glibc

/// Rotary position embedding (Su et al. 2021): pairs of numbers turned by angles proportional to a position.
public enum Rotary {
  /// How fast pair `i` of `pairs` turns: `base^(-i / pairs)` for each position.
  public static func speeds(base: Double, pairs: Int) -> [Double] {
    (0..<pairs).map { pow(base, -Double($0) / Double(pairs)) }
  }

  /// Cosines and then sines of a position's angles, computed in double precision.
  ///
  /// - Parameter position: counted from 0.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func angles<T: Real>(_ position: Int, speeds: [Double], into row: UnsafeMutablePointer<T>) {
    for (i, speed) in speeds.enumerated() {
      let angle = Double(position) * speed
      row[i] = T(cos(angle))
      row[speeds.count + i] = T(sin(angle))
    }
  }

  /// Where rows of `{A, B, T, D}` stand, and which row of the table of angles each takes.
  public struct Layout: Sendable {
    public var outer: Int, heads: Int, positions: Int, width: Int
    /// Elements from one place to the next along the first three dimensions, and within a row.
    public var source: (Int, Int, Int, Int)
    public var target: (Int, Int, Int)
    public var table: (Int, Int, Int)

    public init(
      sizes: (Int, Int, Int, Int), source: (Int, Int, Int, Int), target: (Int, Int, Int), table: (Int, Int, Int)
    ) {
      (outer, heads, positions, width) = sizes
      self.source = source
      self.target = target
      self.table = table
    }
  }

  /// Turns the first `2 * pairs` numbers of each row and copies the others.
  ///
  /// - Parameters:
  ///   - table: rows of `pairs` cosines and `pairs` sines.
  ///   - interleaved: pairs are neighbours; else the halves of the turned numbers.
  ///   - inverse: by the negative angles.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func rotate<T: Real>(
    _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, _ layout: Layout, table: UnsafePointer<T>, pairs: Int,
    interleaved: Bool, inverse: Bool
  ) {
    let rows = layout.outer * layout.heads * layout.positions
    let sign: T = inverse ? -1 : 1
    let step = layout.source.3
    Parallel.forEachRange(rows, grain: Parallel.rowsPerTile(width: layout.width)) { first, count in
      for row in first..<(first + count) {
        let t = row % layout.positions
        let h = row / layout.positions % layout.heads
        let n = row / layout.positions / layout.heads
        let from = x + (n * layout.source.0 + h * layout.source.1 + t * layout.source.2)
        let to = y + (n * layout.target.0 + h * layout.target.1 + t * layout.target.2)
        let cosines = table + 2 * pairs * (n * layout.table.0 + h * layout.table.1 + t * layout.table.2)
        let sines = cosines + pairs
        if interleaved {
          for i in 0..<pairs {
            let (a, b) = (from[2 * i * step], from[(2 * i + 1) * step])
            let s = sign * sines[i]
            to[2 * i] = a * cosines[i] - b * s
            to[2 * i + 1] = b * cosines[i] + a * s
          }
        } else if step == 1 {
          for i in 0..<pairs {
            let (a, b) = (from[i], from[i + pairs])
            let s = sign * sines[i]
            to[i] = a * cosines[i] - b * s
            to[i + pairs] = b * cosines[i] + a * s
          }
        } else {
          for i in 0..<pairs {
            let (a, b) = (from[i * step], from[(i + pairs) * step])
            let s = sign * sines[i]
            to[i] = a * cosines[i] - b * s
            to[i + pairs] = b * cosines[i] + a * s
          }
        }
        for i in (2 * pairs)..<max(2 * pairs, layout.width) { to[i] = from[i * step] }
      }
    }
  }
}
