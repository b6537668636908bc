/// Greatest numbers of windows over planes, and where in its plane each was found (from 0; -1 for a window without
/// places). The first of equal numbers wins; NaN wins over all.
public enum MaxPool {
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func forward<T: Real>(
    _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, places: UnsafeMutablePointer<Int32>, planes: Int,
    rows: PoolAxis, columns: PoolAxis
  ) {
    let (plane, outputPlane) = (rows.size * columns.size, rows.count * columns.count)
    let isPairs = rows.isPairs && columns.isPairs
    rows.starts.withUnsafeBufferPointer { rowStarts in
      columns.starts.withUnsafeBufferPointer { columnStarts in
        Parallel.forEachRange(planes, grain: Parallel.rowsPerTile(width: max(plane, outputPlane))) { first, count in
          for p in first..<(first + count) {
            if isPairs && T.self == Float.self && columns.count >= 4 {
              FloatPairs.forward(
                UnsafeRawPointer(x + p * plane).assumingMemoryBound(to: Float.self),
                UnsafeMutableRawPointer(y + p * outputPlane).assumingMemoryBound(to: Float.self),
                places + p * outputPlane, rows.count, columns.count, columns.size)
            } else if isPairs {
              pairs(
                x + p * plane, y + p * outputPlane, places + p * outputPlane, rows.count, columns.count, columns.size)
            } else {
              windows(
                x + p * plane, y + p * outputPlane, places + p * outputPlane, rows, rowStarts, columns, columnStarts)
            }
          }
        }
      }
    }
  }

  /// Windows of two by two that touch.
  @inline(__always)
  private static func pairs<T: Real>(
    _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, _ places: UnsafeMutablePointer<Int32>, _ rows: Int,
    _ columns: Int, _ width: Int
  ) {
    for r in 0..<rows {
      let (upper, lower) = (x + 2 * r * width, x + (2 * r + 1) * width)
      let (to, at) = (y + r * columns, places + r * columns)
      let base = Int32(truncatingIfNeeded: 2 * r * width)
      let below = Int32(truncatingIfNeeded: width)
      for c in 0..<columns {
        var best = upper[2 &* c]
        var place: Int32 = 0
        let (b, d, e) = (upper[2 &* c &+ 1], lower[2 &* c], lower[2 &* c &+ 1])
        let second = (b > best) || (b != b)
        best = second ? b : best
        place = second ? 1 : place
        let third = (d > best) || (d != d)
        best = third ? d : best
        place = third ? below : place
        let fourth = (e > best) || (e != e)
        best = fourth ? e : best
        place = fourth ? below &+ 1 : place
        to[c] = best
        at[c] = base &+ place &+ Int32(truncatingIfNeeded: 2 &* c)
      }
    }
  }

  @inline(__always)
  private static func windows<T: Real>(
    _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, _ places: UnsafeMutablePointer<Int32>, _ rows: PoolAxis,
    _ rowStarts: UnsafeBufferPointer<Int32>, _ columns: PoolAxis, _ columnStarts: UnsafeBufferPointer<Int32>
  ) {
    var out = 0
    for r in 0..<rowStarts.count {
      for c in 0..<columnStarts.count {
        var best = -T.infinity
        var place = -1
        var i = Int(rowStarts[r])
        while i < Int(rows.ends[r]) {
          var j = Int(columnStarts[c])
          while j < Int(columns.ends[c]) {
            let value = x[i &* columns.size &+ j]
            if place < 0 || value > best || value != value {
              best = value
              place = i &* columns.size &+ j
            }
            j &+= columns.step
          }
          i &+= rows.step
        }
        y[out] = best
        places[out] = Int32(truncatingIfNeeded: place)
        out &+= 1
      }
    }
  }

  /// Adds each number of `g` at its place in planes of zeros: the gradient.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func scatter<T: Real>(
    _ g: UnsafePointer<T>, places: UnsafePointer<Int32>, _ x: UnsafeMutablePointer<T>, planes: Int, plane: Int,
    outputPlane: Int
  ) {
    Parallel.forEachRange(planes, grain: Parallel.rowsPerTile(width: max(plane, outputPlane))) { first, count in
      for p in first..<(first + count) {
        let to = x + p * plane
        to.update(repeating: 0, count: plane)
        let (from, at) = (g + p * outputPlane, places + p * outputPlane)
        for i in 0..<outputPlane where at[i] >= 0 { to[Int(at[i])] += from[i] }
      }
    }
  }

  /// The numbers at the places; 0 where there is none: the gradient of `scatter`.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func gather<T: Real>(
    _ x: UnsafePointer<T>, places: UnsafePointer<Int32>, _ y: UnsafeMutablePointer<T>, planes: Int, plane: Int,
    outputPlane: Int
  ) {
    Parallel.forEachRange(planes, grain: Parallel.rowsPerTile(width: max(plane, outputPlane))) { first, count in
      for p in first..<(first + count) {
        let from = x + p * plane
        let (to, at) = (y + p * outputPlane, places + p * outputPlane)
        for i in 0..<outputPlane { to[i] = at[i] < 0 ? 0 : from[Int(at[i])] }
      }
    }
  }
}
