/// Moves whole rows by their ids. Ids count from 1 and were checked before.
public enum Indexing {
  /// `y[o, k, :] = x[o, ids[k], :]` for `x` of shape `[outer, length, inner]`.
  @_specialize(where T == Float)
  @_specialize(where T == Int64)
  @_specialize(where T == UInt8)
  public static func selectRows<T: BitwiseCopyable>(
    _ x: UnsafePointer<T>, _ ids: UnsafePointer<Int64>, _ y: UnsafeMutablePointer<T>, outer: Int, length: Int,
    inner: Int,
    count: Int
  ) {
    Parallel.forEachRange(outer * count, grain: Parallel.rowsPerTile(width: inner)) { first, rows in
      for row in first..<(first + rows) {
        let from = x + ((row / count) * length + Int(ids[row % count]) - 1) * inner
        (y + row * inner).update(from: from, count: inner)
      }
    }
  }

  /// `y[o, ids[k], :] += x[o, k, :]`, in the order of `k`, so that repeated ids add up the same way every time.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func addRows<T: Real>(
    _ x: UnsafePointer<T>, _ ids: UnsafePointer<Int64>, _ y: UnsafeMutablePointer<T>, outer: Int, length: Int,
    inner: Int,
    count: Int
  ) {
    let stripe = 64
    let stripes = (inner + stripe - 1) / stripe
    let grain = max(1, Parallel.elementsPerTile / max(1, count * min(inner, stripe)))
    Parallel.forEachRange(outer * stripes, grain: grain) { first, pieces in
      for piece in first..<(first + pieces) {
        let o = piece / stripes
        let begin = (piece % stripes) * stripe
        let width = min(stripe, inner - begin)
        for k in 0..<count {
          let from = x + (o * count + k) * inner + begin
          let to = y + (o * length + Int(ids[k]) - 1) * inner + begin
          for i in 0..<width { to[i] += from[i] }
        }
      }
    }
  }

  /// `y[o, k, i] = x[o, ids[o, k, i], i]`: one id for each element.
  @_specialize(where T == Float)
  @_specialize(where T == Int64)
  @_specialize(where T == UInt8)
  public static func gather<T: BitwiseCopyable>(
    _ x: UnsafePointer<T>, _ ids: UnsafePointer<Int64>, _ y: UnsafeMutablePointer<T>, outer: Int, length: Int,
    inner: Int,
    count: Int
  ) {
    Parallel.forEachRange(outer, grain: Parallel.rowsPerTile(width: count * inner)) { first, rows in
      for o in first..<(first + rows) {
        for k in 0..<count {
          for i in 0..<inner {
            let at = (o * count + k) * inner + i
            y[at] = x[(o * length + Int(ids[at]) - 1) * inner + i]
          }
        }
      }
    }
  }

  /// `y[o, ids[o, k, i], i] = combine(y[...], x[o, k, i])`, in the order of `k`.
  @inlinable @inline(__always)
  public static func scatter<T: BitwiseCopyable>(
    _ x: UnsafePointer<T>, _ ids: UnsafePointer<Int64>, _ y: UnsafeMutablePointer<T>, outer: Int, length: Int,
    inner: Int,
    count: Int, _ combine: (T, T) -> T
  ) {
    Parallel.forEachRange(outer, grain: Parallel.rowsPerTile(width: count * inner)) { first, rows in
      for o in first..<(first + rows) {
        for k in 0..<count {
          for i in 0..<inner {
            let at = (o * count + k) * inner + i
            let to = (o * length + Int(ids[at]) - 1) * inner + i
            y[to] = combine(y[to], x[at])
          }
        }
      }
    }
  }

  /// The first id outside `1...length`, if there is one.
  public static func firstOutside(_ ids: UnsafePointer<Int64>, _ count: Int, length: Int) -> Int64? {
    for i in 0..<count where ids[i] < 1 || ids[i] > length { return ids[i] }
    return nil
  }
}
