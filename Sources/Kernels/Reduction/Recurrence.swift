/// First-order recurrences along the middle of an `[outer, length, inner]` block.
public enum Recurrence {
  /// `y[o, r, i] = x[o, r, i] + a[o, r, i] * y[o, r - 1, i]`, with 0 before the first.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func middle<T: Real>(
    _ x: UnsafePointer<T>, _ a: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, outer: Int, length: Int, inner: Int
  ) {
    if length == 0 { return }
    Parallel.forEachRange(outer, grain: Parallel.rowsPerTile(width: length * inner)) { first, count in
      for o in first..<(first + count) {
        let start = o * length * inner
        (y + start).update(from: x + start, count: inner)
        for r in 1..<max(1, length) {
          let at = start + r * inner
          for i in 0..<inner { y[at + i] = x[at + i] + a[at + i] * y[at + i - inner] }
        }
      }
    }
  }

  /// The place (from 1) of the greatest element so far, or the least; the first of equal ones. NaN is the most extreme.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  @_specialize(where T == Int64)
  public static func extremePlaces<T: Comparable & BitwiseCopyable>(
    _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<Int64>, outer: Int, length: Int, inner: Int, greatest: Bool
  ) {
    Parallel.forEachRange(outer, grain: Parallel.rowsPerTile(width: length * inner)) { first, count in
      for o in first..<(first + count) {
        for i in 0..<inner {
          let start = o * length * inner + i
          var best = 0
          for r in 0..<length {
            let (now, before) = (x[start + r * inner], x[start + best * inner])
            if before == before, now != now || (greatest ? now > before : now < before) { best = r }
            y[start + r * inner] = Int64(best + 1)
          }
        }
      }
    }
  }
}
