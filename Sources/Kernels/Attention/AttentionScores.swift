extension AttentionProblem {
  /// Rows of scores that a tile holds at a time: enough to use a panel of keys often, few enough for the cache.
  @inline(__always) static func rowsPerBlock(keys: Int) -> Int {
    min(66, max(24, 16_384 / max(1, keys))) / PanelProduct.height * PanelProduct.height
  }

  /// The elements from one row of scores to the next: panels of keys, and a line more so that columns spread over the
  /// cache.
  @inline(__always) static func scoreStride(keys: Int) -> Int { (PanelProduct.panels(keys) + 1) * PanelProduct.width }

  /// Products of `rows` rows at `x` with panels that stand for keys from `base`, for those panels that the rows see.
  @inline(__always)
  func products(
    _ x: UnsafePointer<T>, _ stride: Int, first t: Int, rows: Int, _ panels: UnsafePointer<T>, depth: Int, base: Int,
    keys: Int, into scores: UnsafeMutablePointer<T>, _ scoreStride: Int
  ) {
    let width = PanelProduct.width
    let (low, high) = columns(t, rows, base, keys)
    for panel in Swift.stride(from: low, to: high, by: width) {
      for r in Swift.stride(from: 0, to: rows, by: PanelProduct.height) {
        let count = min(PanelProduct.height, rows - r)
        let (from, to) = columns(t + r, count, base, keys)
        if panel < from || panel >= to { continue }
        PanelProduct.strip(
          x + r * stride, stride, 1, panels + panel * depth, depth: depth, scores + r * scoreStride + panel,
          scoreStride, rows: count, accumulate: false)
      }
    }
  }

  /// The columns of scores, in whole panels from key `base`, that hold all keys seen by `rows` queries from `t`.
  @inline(__always)
  func columns(_ t: Int, _ rows: Int, _ base: Int, _ keys: Int) -> (low: Int, high: Int) {
    let width = PanelProduct.width
    let from = min(keys, max(0, firstKey(t) - base))
    let to = min(keys, max(0, lastKey(t + rows - 1) - base))
    if to <= from { return (0, 0) }
    return (from / width * width, (to + width - 1) / width * width)
  }

  /// Turns products in columns `low..<high` of query `t` into scores, with -infinity where it may not look.
  ///
  /// - Returns: the factor by which they are still to be multiplied.
  @inline(__always)
  func finish(
    _ scores: UnsafeMutablePointer<T>, _ n: Int, _ h: Int, _ t: Int, _ base: Int, _ keys: Int, _ low: Int, _ high: Int
  ) -> T {
    let from = min(high, max(low, firstKey(t) - base))
    let to = max(from, min(high, min(keys, lastKey(t) - base)))
    for j in low..<from { scores[j] = -T.infinity }
    for j in to..<high { scores[j] = -T.infinity }
    if bias == nil && mask == nil && scale > 0 { return scale }
    if let bias {
      let row = bias.at(n, h, t) + base * bias.column
      if bias.column == 1 {
        for j in from..<to { scores[j] = scores[j] * scale + row[j] }
      } else {
        for j in from..<to { scores[j] = scores[j] * scale + row[j * bias.column] }
      }
    } else {
      for j in from..<to { scores[j] *= scale }
    }
    if let mask {
      let row = mask.at(n, h, t) + base * mask.column
      if mask.column == 1 {
        for j in from..<to { scores[j] = row[j] != 0 ? scores[j] : -T.infinity }
      } else {
        for j in from..<to { scores[j] = row[j * mask.column] != 0 ? scores[j] : -T.infinity }
      }
    }
    return 1
  }
}
