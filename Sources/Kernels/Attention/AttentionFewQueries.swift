extension Attention {
  /// Up to this many queries of a head, packing the keys would cost more than it saves.
  static let fewQueries = 3

  /// `forward` for few queries, as when text is generated with a cache: keys and values are read where they stand.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  static func forwardFew<T: Real>(
    _ p: AttentionProblem<T>, _ q: AttentionRows<T>, _ k: AttentionRows<T>, _ v: AttentionRows<T>,
    _ y: AttentionRows<T>, sums: UnsafeMutablePointer<T>
  ) {
    let work = p.queries * p.keys * (p.width + p.valueWidth)
    let count = p.batch * p.heads
    Parallel.forEachRange(count, grain: max(1, 4 * Parallel.elementsPerTile / max(1, work))) { start, length in
      let scratch = Scratch<T>((PanelProduct.panels(p.keys) + 1) * PanelProduct.width)
      defer { scratch.free() }
      for head in start..<(start + length) {
        let (n, h) = (head / p.heads, head % p.heads)
        for t in 0..<p.queries {
          sums[head * p.queries + t] = query(
            p, q.at(n, h, t), k, v, y.at(n, h, t), scores: scratch.pointer, n, h, t)
        }
      }
    }
  }

  /// One query; answers the logarithm of its sum of exponentials.
  @inline(__always)
  private static func query<T: Real>(
    _ p: AttentionProblem<T>, _ q: UnsafePointer<T>, _ k: AttentionRows<T>, _ v: AttentionRows<T>,
    _ y: UnsafeMutablePointer<T>, scores: UnsafeMutablePointer<T>, _ n: Int, _ h: Int, _ t: Int
  ) -> T {
    let keyHead = h / (p.heads / p.keyHeads)
    let base = min(p.firstKey(t), p.lastKey(t))
    let keys = p.lastKey(t) - base
    if keys <= 0 {
      y.update(repeating: 0, count: p.valueWidth)
      return T.infinity
    }
    for j in 0..<keys { scores[j] = Sum.products(q, k.at(n, keyHead, base + j), p.width) }
    let high = PanelProduct.panels(keys) * PanelProduct.width
    let factor = p.finish(scores, n, h, t, base, keys, 0, high)
    let top = GreatestScore.of(scores, high)
    let shift = top == -T.infinity ? 0 : top
    AttentionWeights.exponentials(scores, high, shift: shift, factor: factor, less: 0)
    let sum = Sum.lanes(scores, high)
    let scale: T = sum == 0 ? 0 : 1 / sum
    mix(v.at(n, keyHead, base), v.row, scores, keys, scale, y, p.valueWidth)
    return sum == 0 ? T.infinity : shift * factor + T.log(sum)
  }

  /// `scale` times the sum of rows, each times its weight.
  @inline(__always)
  private static func mix<T: Real>(
    _ rows: UnsafePointer<T>, _ stride: Int, _ weights: UnsafePointer<T>, _ count: Int, _ scale: T,
    _ y: UnsafeMutablePointer<T>, _ width: Int
  ) {
    let step = MemoryLayout<T>.stride
    let zero = SIMD8<T>(repeating: 0)
    var e = 0
    while e &+ 32 <= width {
      var (a, b, c, d) = (zero, zero, zero, zero)
      for j in 0..<count {
        let from = UnsafeRawPointer(rows + (j &* stride &+ e))
        let weight = SIMD8<T>(repeating: weights[j])
        a = a.addingProduct(weight, from.loadUnaligned(as: SIMD8<T>.self))
        b = b.addingProduct(weight, from.loadUnaligned(fromByteOffset: 8 &* step, as: SIMD8<T>.self))
        c = c.addingProduct(weight, from.loadUnaligned(fromByteOffset: 16 &* step, as: SIMD8<T>.self))
        d = d.addingProduct(weight, from.loadUnaligned(fromByteOffset: 24 &* step, as: SIMD8<T>.self))
      }
      let to = UnsafeMutableRawPointer(y + e)
      to.storeBytes(of: a * scale, as: SIMD8<T>.self)
      to.storeBytes(of: b * scale, toByteOffset: 8 &* step, as: SIMD8<T>.self)
      to.storeBytes(of: c * scale, toByteOffset: 16 &* step, as: SIMD8<T>.self)
      to.storeBytes(of: d * scale, toByteOffset: 24 &* step, as: SIMD8<T>.self)
      e &+= 32
    }
    while e &+ 8 <= width {
      var a = zero
      for j in 0..<count {
        let from = UnsafeRawPointer(rows + (j &* stride &+ e))
        a = a.addingProduct(SIMD8<T>(repeating: weights[j]), from.loadUnaligned(as: SIMD8<T>.self))
      }
      UnsafeMutableRawPointer(y + e).storeBytes(of: a * scale, as: SIMD8<T>.self)
      e &+= 8
    }
    while e < width {
      var a: T = 0
      for j in 0..<count { a.addProduct(weights[j], rows[j &* stride &+ e]) }
      y[e] = a * scale
      e &+= 1
    }
  }
}
