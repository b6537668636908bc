/// Running folds along the middle of an `[outer, length, inner]` block; the result has the same shape.
public enum Cumulate {
  /// `y[o, r, i] = f(y[o, r - 1, i], x[o, r, i])`, strictly in the order of `r`.
  @inlinable @inline(__always)
  public static func middle<T: BitwiseCopyable>(
    _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, outer: Int, length: Int, inner: Int, _ f: (T, T) -> T
  ) {
    if length == 0 { return }
    Parallel.forEachRange(outer, grain: Parallel.rowsPerTile(width: length * inner)) { first, count in
      for o in first..<(first + count) {
        let from = x + o * length * inner
        let to = y + o * length * inner
        to.update(from: from, count: inner)
        for r in 1..<max(1, length) {
          let (before, now, next) = (to + (r - 1) * inner, to + r * inner, from + r * inner)
          for i in 0..<inner { now[i] = f(before[i], next[i]) }
        }
      }
    }
  }
}
