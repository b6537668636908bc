/// Softmax of contiguous rows, and its gradient, a row at a time while it is in cache.
public enum Softmax {
  /// `y = softmax(x)` of each row, or its logarithm. A row whose maximum is -inf gives nan.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func rows<T: Real>(
    _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, rows: Int, width: Int, logarithm: Bool
  ) {
    Parallel.forEachRange(rows, grain: Parallel.rowsPerTile(width: width)) { first, count in
      for r in first..<(first + count) {
        let from = x + r * width
        let to = y + r * width
        let top = RowMaximum.of(from, width)
        for i in 0..<width { to[i] = T.expOfNonPositive(from[i] - top) }
        let sum = Sum.lanes(to, width)
        if logarithm {
          let shift = top + T.log(sum)
          for i in 0..<width { to[i] = from[i] - shift }
        } else {
          let scale = 1 / sum
          for i in 0..<width { to[i] *= scale }
        }
      }
    }
  }

  /// `y * (g - sum(g * y))` of each row; for the logarithm `g - exp(y) * sum(g)`.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func gradientRows<T: Real>(
    _ y: UnsafePointer<T>, _ g: UnsafePointer<T>, _ out: UnsafeMutablePointer<T>, rows: Int, width: Int, logarithm: Bool
  ) {
    Parallel.forEachRange(rows, grain: Parallel.rowsPerTile(width: width)) { first, count in
      for r in first..<(first + count) {
        let value = y + r * width
        let slope = g + r * width
        let to = out + r * width
        if logarithm {
          let sum = Sum.lanes(slope, width)
          for i in 0..<width { to[i] = slope[i] - T.exp(value[i]) * sum }
        } else {
          for i in 0..<width { to[i] = slope[i] * value[i] }
          let sum = Sum.lanes(to, width)
          for i in 0..<width { to[i] = value[i] * (slope[i] - sum) }
        }
      }
    }
  }
}
