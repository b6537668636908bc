extension RowNormalization {
  /// Blocks of rows whose sums for the gradients of weight and bias are added up in their order.
  private static let mostBlocks = 64

  /// The gradients of `forward` in one pass over `x` and the gradient `g` of its result; those that are `nil` are left out.
  ///
  /// With `h = g * weight` and `n` the normalised numbers, the input's is `scale * (h - mean(h) - n * mean(h * n))` (without
  /// `mean(h)` when not centered), the weight's the sum over rows of `g * n`, the bias's that of `g`.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func gradients<T: Real>(
    _ x: UnsafePointer<T>, _ g: UnsafePointer<T>, weight: UnsafePointer<T>?, means: UnsafePointer<T>,
    scales: UnsafePointer<T>, centered: Bool, input: UnsafeMutablePointer<T>?,
    weightGradient: UnsafeMutablePointer<T>?, biasGradient: UnsafeMutablePointer<T>?, rows: Int, width: Int
  ) {
    let grain = max(Parallel.rowsPerTile(width: width), (rows + mostBlocks - 1) / mostBlocks)
    let blocks = (rows + grain - 1) / grain
    let scratch = Scratch<T>(2 * blocks * width)
    defer { scratch.free() }
    let sums = scratch.pointer
    Parallel.forEach(tiles: blocks) { block in
      let row = Scratch<T>(width)
      defer { row.free() }
      let normal = row.pointer
      let weightSum = sums + 2 * block * width
      let biasSum = weightSum + width
      weightSum.update(repeating: 0, count: 2 * width)
      for r in (block * grain)..<min(rows, (block + 1) * grain) {
        let from = x + r * width
        let slope = g + r * width
        let (mean, scale) = (means[r], scales[r])
        for i in 0..<width { normal[i] = (from[i] - mean) * scale }
        if weightGradient != nil { for i in 0..<width { weightSum[i] += slope[i] * normal[i] } }
        if biasGradient != nil { for i in 0..<width { biasSum[i] += slope[i] } }
        guard let input else { continue }
        let to = input + r * width
        if let weight {
          for i in 0..<width { to[i] = slope[i] * weight[i] }
        } else {
          to.update(from: slope, count: width)
        }
        let along = Sum.products(to, normal, width) / T(width)
        let level = centered ? Sum.lanes(to, width) / T(width) : 0
        for i in 0..<width { to[i] = scale * (to[i] - level - normal[i] * along) }
      }
    }
    if let weightGradient { add(sums, step: 2 * width, blocks, into: weightGradient, width) }
    if let biasGradient { add(sums + width, step: 2 * width, blocks, into: biasGradient, width) }
  }

  /// The sum of `count` rows that stand `step` elements apart.
  @inline(__always)
  private static func add<T: Real>(
    _ x: UnsafePointer<T>, step: Int, _ count: Int, into y: UnsafeMutablePointer<T>, _ width: Int
  ) {
    Parallel.forEachRange(width, grain: max(64, Parallel.elementsPerTile / max(1, count))) { first, length in
      for i in first..<(first + length) { y[i] = 0 }
      for row in 0..<count {
        let from = x + row * step
        for i in first..<(first + length) { y[i] += from[i] }
      }
    }
  }
}
