/// Normalisation of contiguous rows: layer norm (`centered`) and root-mean-square norm, with their gradients.
///
/// With `n = (x - mean) * scale`, `scale = 1 / sqrt(variance + eps)`, the result is `n * weight + bias`. The root-mean-square
/// form takes 0 for the mean.
public enum RowNormalization {
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func forward<T: Real>(
    _ x: UnsafePointer<T>, weight: UnsafePointer<T>?, bias: UnsafePointer<T>?, epsilon: T, centered: Bool,
    _ y: UnsafeMutablePointer<T>, means: UnsafeMutablePointer<T>, scales: UnsafeMutablePointer<T>, rows: Int, width: Int
  ) {
    Parallel.forEachRange(rows, grain: Parallel.rowsPerTile(width: width)) { first, count in
      for r in first..<(first + count) {
        let from = x + r * width
        let to = y + r * width
        let mean = centered ? Sum.lanes(from, width) / T(width) : 0
        for i in 0..<width { to[i] = (from[i] - mean) * (from[i] - mean) }
        let scale = 1 / (Sum.lanes(to, width) / T(width) + epsilon).squareRoot()
        means[r] = mean
        scales[r] = scale
        for i in 0..<width { to[i] = (from[i] - mean) * scale }
        if let weight { for i in 0..<width { to[i] *= weight[i] } }
        if let bias { for i in 0..<width { to[i] += bias[i] } }
      }
    }
  }

  /// `scale * (h - mean(h) - n * mean(h * n))` with `h = g * weight`; without `mean(h)` when not centered.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func inputGradient<T: Real>(
    _ x: UnsafePointer<T>, _ g: UnsafePointer<T>, weight: UnsafePointer<T>?, means: UnsafePointer<T>,
    scales: UnsafePointer<T>, centered: Bool, _ out: UnsafeMutablePointer<T>, rows: Int, width: Int
  ) {
    Parallel.forEachRange(rows, grain: Parallel.rowsPerTile(width: width)) { first, count in
      let product = UnsafeMutablePointer<T>.allocate(capacity: width)
      defer { product.deallocate() }
      for r in first..<(first + count) {
        let from = x + r * width
        let slope = g + r * width
        let to = out + r * width
        let mean = means[r]
        let scale = scales[r]
        if let weight {
          for i in 0..<width { to[i] = slope[i] * weight[i] }
        } else {
          to.update(from: slope, count: width)
        }
        for i in 0..<width { product[i] = to[i] * ((from[i] - mean) * scale) }
        let along = Sum.lanes(product, width) / T(width)
        let level = centered ? Sum.lanes(to, width) / T(width) : 0
        for i in 0..<width { to[i] = scale * (to[i] - level - (from[i] - mean) * scale * along) }
      }
    }
  }

  /// `sum over rows of g * n`: the rows in order within each stripe of columns.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func weightGradient<T: Real>(
    _ x: UnsafePointer<T>, _ g: UnsafePointer<T>, means: UnsafePointer<T>, scales: UnsafePointer<T>,
    _ out: UnsafeMutablePointer<T>, rows: Int, width: Int
  ) {
    let stripe = 64
    let stripes = (width + stripe - 1) / stripe
    let grain = max(1, Parallel.elementsPerTile / max(1, rows * min(width, stripe)))
    Parallel.forEachRange(stripes, grain: grain) { first, count in
      for s in first..<(first + count) {
        let begin = s * stripe
        let length = min(stripe, width - begin)
        let to = out + begin
        for i in 0..<length { to[i] = 0 }
        for r in 0..<rows {
          let from = x + r * width + begin
          let slope = g + r * width + begin
          let mean = means[r]
          let scale = scales[r]
          for i in 0..<length { to[i] += slope[i] * ((from[i] - mean) * scale) }
        }
      }
    }
  }
}
