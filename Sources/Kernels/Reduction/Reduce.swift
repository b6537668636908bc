/// Folds along the middle of an `[outer, length, inner]` block of contiguous memory into `[outer, inner]`.
public enum Reduce {
  /// What is folded.
  public enum Fold: Sendable { case sum, product, maximum, minimum }

  /// Sums, products, or extremes (NaN wins) along the middle dimension; `length` must be at least 1 for extremes.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func middle<T: Real>(
    _ fold: Fold, _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, outer: Int, length: Int, inner: Int
  ) {
    switch fold {
    case .sum:
      if inner == 1 {
        rows(x, y, outer, length) { row in length <= Sum.block ? Sum.lanes(row, length) : Sum.contiguous(row, length) }
      } else {
        columns(x, y, outer, length, inner, initial: 0) { $0 + $1 }
      }
    case .product:
      if inner == 1 {
        rows(x, y, outer, length) { row in
          var product: T = 1
          for i in 0..<length { product *= row[i] }
          return product
        }
      } else {
        columns(x, y, outer, length, inner, initial: 1) { $0 * $1 }
      }
    case .maximum:
      if inner == 1 {
        rows(x, y, outer, length) { extreme($0, length) { $0 > $1 } }
      } else {
        columns(x, y, outer, length, inner, initial: -T.infinity) { Maximum.apply($0, $1) }
      }
    case .minimum:
      if inner == 1 {
        rows(x, y, outer, length) { extreme($0, length) { $0 < $1 } }
      } else {
        columns(x, y, outer, length, inner, initial: T.infinity) { Minimum.apply($0, $1) }
      }
    }
  }

  @inline(__always)
  private static func rows<T: Real>(
    _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, _ outer: Int, _ length: Int, _ f: (UnsafePointer<T>) -> T
  ) {
    Parallel.forEachRange(outer, grain: Parallel.rowsPerTile(width: length)) { start, count in
      for o in start..<(start + count) { y[o] = f(x + o * length) }
    }
  }

  /// Whole rows are folded into the result one after another; each column keeps the order of its rows.
  @inline(__always)
  private static func columns<T: Real>(
    _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, _ outer: Int, _ length: Int, _ inner: Int, initial: T,
    _ f: (T, T) -> T
  ) {
    let stripe = 512
    let stripes = (inner + stripe - 1) / stripe
    let pieces = outer * stripes
    let grain = max(1, Parallel.elementsPerTile / max(1, length * min(inner, stripe)))
    Parallel.forEachRange(pieces, grain: grain) { start, count in
      for piece in start..<(start + count) {
        let o = piece / stripes
        let first = (piece % stripes) * stripe
        let width = min(stripe, inner - first)
        let to = y + o * inner + first
        for i in 0..<width { to[i] = initial }
        for r in 0..<length {
          let from = x + (o * length + r) * inner + first
          for i in 0..<width { to[i] = f(to[i], from[i]) }
        }
      }
    }
  }

  /// Four chains of comparisons beside each other, since each waits for the one before; a NaN anywhere makes the result
  /// NaN.
  @inline(__always)
  private static func extreme<T: Real>(_ x: UnsafePointer<T>, _ n: Int, _ better: (T, T) -> Bool) -> T {
    var (a, b, c, d) = (x[0], x[0], x[0], x[0])
    var broken: Int32 = 0
    var i = 0
    while i &+ 4 <= n {
      let (p, q, r, s) = (x[i], x[i &+ 1], x[i &+ 2], x[i &+ 3])
      a = better(p, a) ? p : a
      b = better(q, b) ? q : b
      c = better(r, c) ? r : c
      d = better(s, d) ? s : d
      broken |= (p == p ? 0 : 1) | (q == q ? 0 : 1) | (r == r ? 0 : 1) | (s == s ? 0 : 1)
      i &+= 4
    }
    while i < n {
      a = better(x[i], a) ? x[i] : a
      broken |= x[i] == x[i] ? 0 : 1
      i &+= 1
    }
    a = better(b, a) ? b : a
    c = better(d, c) ? d : c
    return broken != 0 ? T.nan : (better(c, a) ? c : a)
  }

  /// The place of the first greatest (or least) number of each row; NaN counts as the most extreme. Places count from 1.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func places<T: Real>(
    _ fold: Fold, _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<Int64>, outer: Int, length: Int
  ) {
    Parallel.forEachRange(outer, grain: Parallel.rowsPerTile(width: length)) { start, count in
      for o in start..<(start + count) {
        let row = x + o * length
        var best = 0
        for i in 1..<max(1, length) where row[best] == row[best] {
          if row[i] != row[i] || (fold == .minimum ? row[i] < row[best] : row[i] > row[best]) { best = i }
        }
        y[o] = Int64(best + 1)
      }
    }
  }
}
