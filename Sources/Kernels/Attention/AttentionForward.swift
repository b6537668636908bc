/// Attention: each query's mean of the values, weighted by the softmax of its scores with the keys.
///
/// Scores exist for a block of queries at a time (Dao, Fu, Ermon, Rudra and Re 2022, FlashAttention); what stays for the
/// gradient is the logarithm of each row's sum of exponentials. Keys that causality or the window exclude for a whole
/// strip of queries are not computed. A query that sees nothing gives zeros.
public enum Attention {
  /// Queries of one head that make a tile.
  static let queriesPerTile = 256

  /// - Parameters:
  ///   - y: the result.
  ///   - sums: for each sequence, head and query the logarithm of the sum of exponentials; infinity where nothing is seen.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func forward<T: Real>(
    _ problem: AttentionProblem<T>, _ q: AttentionRows<T>, _ k: AttentionRows<T>, _ v: AttentionRows<T>,
    _ y: AttentionRows<T>, sums: UnsafeMutablePointer<T>
  ) {
    if problem.queries <= fewQueries { return forwardFew(problem, q, k, v, y, sums: sums) }
    let chunks = (problem.queries + queriesPerTile - 1) / queriesPerTile
    Parallel.forEach(tiles: problem.batch * problem.heads * chunks) { tile in
      let (head, chunk) = (tile / chunks, tile % chunks)
      let start = chunk * queriesPerTile
      forwardTile(
        problem, q, k, v, y, sums: sums, head / problem.heads, head % problem.heads, start,
        min(problem.queries, start + queriesPerTile))
    }
  }

  @inline(__always)
  private static func forwardTile<T: Real>(
    _ p: AttentionProblem<T>, _ q: AttentionRows<T>, _ k: AttentionRows<T>, _ v: AttentionRows<T>,
    _ y: AttentionRows<T>, sums: UnsafeMutablePointer<T>, _ n: Int, _ h: Int, _ start: Int, _ end: Int
  ) {
    let width = PanelProduct.width
    let keyHead = h / (p.heads / p.keyHeads)
    let base = min(p.firstKey(start), p.lastKey(end - 1)) / width * width
    let keys = p.lastKey(end - 1) - base
    let stride = AttentionProblem<T>.scoreStride(keys: keys)
    let rowsPerBlock = min(end - start, AttentionProblem<T>.rowsPerBlock(keys: keys))
    let valueColumns = PanelProduct.panels(p.valueWidth) * width
    let keyCount = PanelPacking.count(depth: p.width, columns: keys)
    let valueCount = PanelPacking.count(depth: keys, columns: p.valueWidth)
    let scratch = Scratch<T>(
      keyCount + valueCount + rowsPerBlock * (stride + valueColumns + 2))
    defer { scratch.free() }
    let keyPanels = scratch.pointer
    let valuePanels = keyPanels + keyCount
    let scores = valuePanels + valueCount
    let means = scores + rowsPerBlock * stride
    let totals = means + rowsPerBlock * valueColumns
    let logarithms = totals + rowsPerBlock
    PanelPacking.transposed(k.at(n, keyHead, base), stride: k.row, rows: keys, columns: p.width, into: keyPanels)
    PanelPacking.rows(v.at(n, keyHead, base), stride: v.row, rows: keys, columns: p.valueWidth, into: valuePanels)
    for first in Swift.stride(from: start, to: end, by: rowsPerBlock) {
      let rows = min(rowsPerBlock, end - first)
      p.products(
        q.at(n, h, first), q.row, first: first, rows: rows, keyPanels, depth: p.width, base: base, keys: keys,
        into: scores, stride)
      for r in Swift.stride(from: 0, to: rows, by: PanelProduct.height) {
        let count = min(PanelProduct.height, rows - r)
        let (low, high) = p.columns(first + r, count, base, keys)
        for i in r..<(r + count) {
          let row = scores + i * stride
          let t = first + i
          let factor = p.finish(row, n, h, t, base, keys, low, high)
          let top = GreatestScore.of(row + low, high - low)
          let shift = top == -T.infinity ? 0 : top
          AttentionWeights.exponentials(row + low, high - low, shift: shift, factor: factor, less: 0)
          totals[i] = Sum.lanes(row + low, high - low)
          logarithms[i] = shift * factor
        }
      }
      for i in 0..<rows { logarithms[i] += T.log(totals[i]) }
      let kept = sums + ((n * p.heads + h) * p.queries + first)
      for i in 0..<rows { kept[i] = totals[i] == 0 ? T.infinity : logarithms[i] }
      for panel in 0..<PanelProduct.panels(p.valueWidth) {
        for r in Swift.stride(from: 0, to: rows, by: PanelProduct.height) {
          let count = min(PanelProduct.height, rows - r)
          let (low, high) = p.columns(first + r, count, base, keys)
          PanelProduct.strip(
            scores + r * stride + low, stride, 1, valuePanels + (panel * keys + low) * width,
            depth: min(high, keys) - low, means + r * valueColumns + panel * width, valueColumns, rows: count,
            accumulate: false)
        }
      }
      for i in 0..<rows {
        let scale: T = totals[i] == 0 ? 0 : 1 / totals[i]
        let from = means + i * valueColumns
        let to = y.at(n, h, first + i)
        for e in 0..<p.valueWidth { to[e] = from[e] * scale }
      }
    }
  }
}
