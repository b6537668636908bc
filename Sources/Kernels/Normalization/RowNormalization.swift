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
        let scale = 1 / (Sum.squares(from, width, around: mean) / T(width) + epsilon).squareRoot()
        means[r] = mean
        scales[r] = scale
        switch (weight, bias) {
        case (let weight?, let bias?): for i in 0..<width { to[i] = (from[i] - mean) * scale * weight[i] + bias[i] }
        case (let weight?, nil): for i in 0..<width { to[i] = (from[i] - mean) * scale * weight[i] }
        case (nil, let bias?): for i in 0..<width { to[i] = (from[i] - mean) * scale + bias[i] }
        case (nil, nil): for i in 0..<width { to[i] = (from[i] - mean) * scale }
        }
      }
    }
  }
}
