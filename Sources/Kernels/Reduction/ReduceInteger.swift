extension Reduce {
  /// `middle` for whole numbers; sums and products wrap around.
  public static func middleInteger(
    _ fold: Fold, _ x: UnsafePointer<Int64>, _ y: UnsafeMutablePointer<Int64>, outer: Int, length: Int, inner: Int
  ) {
    for o in 0..<outer {
      for i in 0..<inner {
        let from = x + o * length * inner + i
        var result = from[0]
        for r in 1..<max(1, length) {
          let value = from[r * inner]
          switch fold {
          case .sum: result = result &+ value
          case .product: result = result &* value
          case .maximum: result = max(result, value)
          case .minimum: result = min(result, value)
          }
        }
        y[o * inner + i] = result
      }
    }
  }

  /// `places` for whole numbers.
  public static func placesInteger(
    _ fold: Fold, _ x: UnsafePointer<Int64>, _ y: UnsafeMutablePointer<Int64>, outer: Int, length: Int
  ) {
    for o in 0..<outer {
      let row = x + o * length
      var best = 0
      for i in 1..<max(1, length) where fold == .minimum ? row[i] < row[best] : row[i] > row[best] { best = i }
      y[o] = Int64(best + 1)
    }
  }
}
