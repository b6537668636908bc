/// From one strided view to another, element by element in the order of their common shape. The views must not overlap.
public enum StridedTransfer {
  /// `y = x`
  @_specialize(where T == Float)
  @_specialize(where T == Int64)
  @_specialize(where T == UInt8)
  public static func copy<T: BitwiseCopyable>(
    _ x: UnsafePointer<T>, _ xStrides: StridedWalk.Extents, _ y: UnsafeMutablePointer<T>,
    _ yStrides: StridedWalk.Extents, rank: Int, sizes: StridedWalk.Extents
  ) {
    walk(x, xStrides, y, yStrides, rank, sizes) { from, fromStep, to, toStep, count in
      if fromStep == 1 && toStep == 1 {
        to.update(from: from, count: count)
      } else if fromStep == 0 {
        let value = from[0]
        for i in 0..<count { to[i &* toStep] = value }
      } else {
        for i in 0..<count { to[i &* toStep] = from[i &* fromStep] }
      }
    }
  }

  /// `y = y + x`
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func add<T: Real>(
    _ x: UnsafePointer<T>, _ xStrides: StridedWalk.Extents, _ y: UnsafeMutablePointer<T>,
    _ yStrides: StridedWalk.Extents, rank: Int, sizes: StridedWalk.Extents
  ) {
    walk(x, xStrides, y, yStrides, rank, sizes) { from, fromStep, to, toStep, count in
      if fromStep == 1 && toStep == 1 {
        for i in 0..<count { to[i] = to[i] + from[i] }
      } else {
        for i in 0..<count { to[i &* toStep] = to[i &* toStep] + from[i &* fromStep] }
      }
    }
  }

  @inline(__always)
  private static func walk<T>(
    _ x: UnsafePointer<T>, _ xStrides: StridedWalk.Extents, _ y: UnsafeMutablePointer<T>,
    _ yStrides: StridedWalk.Extents, _ rank: Int, _ sizes: StridedWalk.Extents,
    _ run: (UnsafePointer<T>, Int, UnsafeMutablePointer<T>, Int, Int) -> Void
  ) {
    for d in 0..<rank where sizes[d] == 0 { return }
    let walk = StridedWalk(rank: rank, sizes: sizes, xStrides, yStrides)
    let (length, xStep, yStep) = (walk.runLength, walk.step(of: 0), walk.step(of: 1))
    if walk.runs == 1 {
      Parallel.forEachRange(length) { start, count in run(x + start * xStep, xStep, y + start * yStep, yStep, count) }
      return
    }
    Parallel.forEachRange(walk.runs, grain: Parallel.rowsPerTile(width: length)) { first, count in
      walk.forEachRun(from: first, count: count) { _, at in run(x + at[0], xStep, y + at[1], yStep, length) }
    }
  }
}
