extension Attention {
  /// Adds the gradient of a bias that was added to the scores, summed where the bias repeats.
  ///
  /// - Parameters:
  ///   - out: zeros of the bias's own sizes; a step of 0 is a dimension in which it repeats.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func biasGradient<T: Real>(
    _ problem: AttentionProblem<T>, _ q: AttentionRows<T>, _ k: AttentionRows<T>, _ v: AttentionRows<T>,
    _ y: AttentionRows<T>, _ g: AttentionRows<T>, sums: UnsafePointer<T>, _ out: AttentionGrid<T>
  ) {
    let p = problem
    if p.batch * p.heads * p.queries * p.keys == 0 { return }
    let batches = out.batch == 0 ? 1 : p.batch
    let heads = out.head == 0 ? 1 : p.heads
    let perTile = out.row == 0 ? p.queries : queriesPerTile
    let chunks = (p.queries + perTile - 1) / perTile
    Parallel.forEach(tiles: batches * heads * chunks) { tile in
      let (place, start) = (tile / chunks, tile % chunks * perTile)
      let end = min(p.queries, start + perTile)
      for n in out.batch == 0 ? 0..<p.batch : (place / heads)..<(place / heads + 1) {
        for h in out.head == 0 ? 0..<p.heads : (place % heads)..<(place % heads + 1) {
          biasTile(p, q, k, v, y, g, sums: sums, out, n, h, start, end)
        }
      }
    }
  }

  @inline(__always)
  private static func biasTile<T: Real>(
    _ p: AttentionProblem<T>, _ q: AttentionRows<T>, _ k: AttentionRows<T>, _ v: AttentionRows<T>,
    _ y: AttentionRows<T>, _ g: AttentionRows<T>, sums: UnsafePointer<T>, _ out: AttentionGrid<T>, _ n: Int, _ h: Int,
    _ start: Int, _ end: Int
  ) {
    let most = min(p.keys, keysPerChunk)
    let stride = AttentionProblem<T>.scoreStride(keys: most)
    let rowsPerBlock = min(end - start, AttentionProblem<T>.rowsPerBlock(keys: most))
    let panelCount = AttentionKeyPanels<T>.count(p, keys: most)
    let scratch = Scratch<T>(panelCount + 2 * rowsPerBlock * stride)
    defer { scratch.free() }
    let weights = scratch.pointer + panelCount
    let slopes = weights + rowsPerBlock * stride
    let (low, high) = (p.firstKey(start), p.lastKey(end - 1))
    for base in Swift.stride(from: 0, to: p.keys, by: keysPerChunk) where base < high && base + keysPerChunk > low {
      let panels = AttentionKeyPanels(
        p, k, v, n, h / (p.heads / p.keyHeads), base: base, keys: min(keysPerChunk, p.keys - base),
        scratch: scratch.pointer)
      for first in Swift.stride(from: start, to: end, by: rowsPerBlock) {
        let rows = min(rowsPerBlock, end - first)
        let (low, high) = p.columns(first, rows, base, panels.keys)
        if low == high { continue }
        p.slopes(
          q, y, g, sums: sums, panels, n, h, first: first, rows: rows, weights: weights, slopes: slopes, stride)
        for i in 0..<rows {
          let from = slopes + i * stride
          let to = out.at(n, h, first + i)
          if out.column == 0 {
            to[0] += Sum.lanes(from + low, high - low)
          } else {
            for j in low..<min(high, panels.keys) { to[base + j] += from[j] }
          }
        }
      }
    }
  }
}
