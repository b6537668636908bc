/// Copies between strided and contiguous memory.
public enum StridedCopy {
  /// `y` (contiguous) receives the elements of a strided view of `x` in row-major order.
  @_specialize(where T == Float)
  @_specialize(where T == Int64)
  @_specialize(where T == UInt8)
  public static func gather<T: BitwiseCopyable>(
    _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, rank: Int, sizes: StridedWalk.Extents,
    strides: StridedWalk.Extents
  ) {
    transfer(rank, sizes, strides) { position, length, offset, stride in
      let from = x + offset
      let to = y + position
      if stride == 1 {
        to.update(from: from, count: length)
      } else if stride == 0 {
        let value = from[0]
        for i in 0..<length { to[i] = value }
      } else {
        for i in 0..<length { to[i] = from[i &* stride] }
      }
    }
  }

  /// The strided view of `y` receives the contiguous elements of `x`.
  @_specialize(where T == Float)
  @_specialize(where T == Int64)
  @_specialize(where T == UInt8)
  public static func scatter<T: BitwiseCopyable>(
    _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, rank: Int, sizes: StridedWalk.Extents,
    strides: StridedWalk.Extents
  ) {
    transfer(rank, sizes, strides) { position, length, offset, stride in
      let from = x + position
      let to = y + offset
      if stride == 1 { to.update(from: from, count: length) } else { for i in 0..<length { to[i &* stride] = from[i] } }
    }
  }

  /// Calls `body` with runs: their place in contiguous memory, length, and place and stride in strided memory.
  @inline(__always)
  private static func transfer(
    _ rank: Int, _ sizes: StridedWalk.Extents, _ strides: StridedWalk.Extents,
    _ body: (_ position: Int, _ length: Int, _ offset: Int, _ stride: Int) -> Void
  ) {
    for d in 0..<rank where sizes[d] == 0 { return }
    let walk = StridedWalk(rank: rank, sizes: sizes, strides)
    let length = walk.runLength
    let stride = walk.step(of: 0)
    if walk.runs == 1 {
      Parallel.forEachRange(length) { start, count in body(start, count, start * stride, stride) }
      return
    }
    Parallel.forEachRange(walk.runs, grain: Parallel.rowsPerTile(width: length)) { first, count in
      walk.forEachRun(from: first, count: count) { run, offsets in body(run * length, length, offsets[0], stride) }
    }
  }
}
