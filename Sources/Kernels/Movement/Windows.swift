/// Overlapping windows along the middle of an `[outer, length, inner]` block.
public enum Windows {
  /// Adds windows back where they were cut out: `y[o, w * step + k, i] += x[o, w, i, k]`, in the order of `w`.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func add<T: Real>(
    _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, outer: Int, length: Int, inner: Int, windows: Int, size: Int,
    step: Int
  ) {
    Parallel.forEachRange(outer, grain: Parallel.rowsPerTile(width: windows * inner * size)) { first, count in
      for o in first..<(first + count) {
        for w in 0..<windows {
          for i in 0..<inner {
            let from = x + ((o * windows + w) * inner + i) * size
            let to = y + (o * length + w * step) * inner + i
            for k in 0..<size { to[k &* inner] += from[k] }
          }
        }
      }
    }
  }
}
