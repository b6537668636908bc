/// From one strided view to another, element by element in the order of their common shape. The views must not overlap.
public enum StridedTransfer {
  /// `y = x`
  @_specialize(where T == Float)
  @_specialize(where T == Int64)
  @_specialize(where T == UInt8)
  public static func copy<T: BitwiseCopyable>(
    _ x: UnsafePointer<T>, _ xStrides: [Int], _ y: UnsafeMutablePointer<T>, _ yStrides: [Int], sizes: [Int]
  ) {
    walk(x, xStrides, y, yStrides, sizes) { from, fromStep, to, toStep, count in
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
    _ x: UnsafePointer<T>, _ xStrides: [Int], _ y: UnsafeMutablePointer<T>, _ yStrides: [Int], sizes: [Int]
  ) {
    walk(x, xStrides, y, yStrides, sizes) { from, fromStep, to, toStep, count in
      if fromStep == 1 && toStep == 1 {
        for i in 0..<count { to[i] = to[i] + from[i] }
      } else {
        for i in 0..<count { to[i &* toStep] = to[i &* toStep] + from[i &* fromStep] }
      }
    }
  }

  @inline(__always)
  private static func walk<T>(
    _ x: UnsafePointer<T>, _ xStrides: [Int], _ y: UnsafeMutablePointer<T>, _ yStrides: [Int], _ sizes: [Int],
    _ run: (UnsafePointer<T>, Int, UnsafeMutablePointer<T>, Int, Int) -> Void
  ) {
    if sizes.contains(0) { return }
    let walk = StridedWalk(sizes: sizes, strides: [xStrides, yStrides])
    let inner = walk.sizes.count - 1
    let (length, xStep, yStep) = (walk.runLength, walk.strides[0][inner], walk.strides[1][inner])
    if walk.runs == 1 {
      Parallel.forEachRange(length) { start, count in run(x + start * xStep, xStep, y + start * yStep, yStep, count) }
      return
    }
    Parallel.forEachRange(walk.runs, grain: Parallel.rowsPerTile(width: length)) { first, count in
      walk.forEachRun(from: first, count: count) { _, at in run(x + at[0], xStep, y + at[1], yStep, length) }
    }
  }
}
