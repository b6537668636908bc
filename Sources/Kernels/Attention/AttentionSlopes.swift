/// What the gradient needs of keys and values: those from `base` on, packed for products with rows.
struct AttentionKeyPanels<T: Real> {
  let base: Int
  let keys: Int
  let keyPanels: UnsafeMutablePointer<T>
  let valuePanels: UnsafeMutablePointer<T>

  /// Elements of scratch memory for at most `keys` keys.
  static func count(_ p: AttentionProblem<T>, keys: Int) -> Int {
    PanelPacking.count(depth: p.width, columns: keys) + PanelPacking.count(depth: p.valueWidth, columns: keys)
  }

  @inline(__always)
  init(
    _ p: AttentionProblem<T>, _ k: AttentionRows<T>, _ v: AttentionRows<T>, _ n: Int, _ keyHead: Int, base: Int,
    keys: Int, scratch: UnsafeMutablePointer<T>
  ) {
    self.base = base
    self.keys = keys
    keyPanels = scratch
    valuePanels = scratch + PanelPacking.count(depth: p.width, columns: keys)
    PanelPacking.transposed(k.at(n, keyHead, base), stride: k.row, rows: keys, columns: p.width, into: keyPanels)
    PanelPacking.transposed(v.at(n, keyHead, base), stride: v.row, rows: keys, columns: p.valueWidth, into: valuePanels)
  }
}

extension AttentionProblem {
  /// Computes anew the weights of `rows` queries from `t` for some keys, and the gradients of their scores.
  ///
  /// Columns of a block that a strip of rows does not see are set to 0 in both.
  ///
  /// - Parameters:
  ///   - g: the gradient of the result `y`.
  ///   - sums: as `Attention.forward` left them.
  @inline(__always)
  func slopes(
    _ q: AttentionRows<T>, _ y: AttentionRows<T>, _ g: AttentionRows<T>, sums: UnsafePointer<T>,
    _ panels: AttentionKeyPanels<T>, _ n: Int, _ h: Int, first: Int, rows: Int,
    weights: UnsafeMutablePointer<T>, slopes: UnsafeMutablePointer<T>, _ stride: Int
  ) {
    let (base, keys) = (panels.base, panels.keys)
    products(
      q.at(n, h, first), q.row, first: first, rows: rows, panels.keyPanels, depth: width, base: base, keys: keys,
      into: weights, stride)
    products(
      g.at(n, h, first), g.row, first: first, rows: rows, panels.valuePanels, depth: valueWidth, base: base, keys: keys,
      into: slopes, stride)
    let (blockLow, blockHigh) = columns(first, rows, base, keys)
    for r in Swift.stride(from: 0, to: rows, by: PanelProduct.height) {
      let count = min(PanelProduct.height, rows - r)
      let (low, high) = columns(first + r, count, base, keys)
      for i in r..<(r + count) {
        let weight = weights + i * stride
        let slope = slopes + i * stride
        let t = first + i
        if low == high {
          for j in blockLow..<blockHigh { weight[j] = 0 }
          for j in blockLow..<blockHigh { slope[j] = 0 }
          continue
        }
        let factor = finish(weight, n, h, t, base, keys, low, high)
        let sum = sums[(n * heads + h) * queries + t]
        // The mean of the gradients of this row's weights, by the weights: sum over e of g y.
        let mean = Sum.products(g.at(n, h, t), y.at(n, h, t), valueWidth)
        AttentionWeights.exponentials(weight + low, high - low, shift: 0, factor: factor, less: sum)
        for j in low..<high { slope[j] = weight[j] * (slope[j] - mean) }
        for j in blockLow..<low { weight[j] = 0 }
        for j in blockLow..<low { slope[j] = 0 }
        for j in high..<max(high, blockHigh) { weight[j] = 0 }
        for j in high..<max(high, blockHigh) { slope[j] = 0 }
      }
    }
  }
}
