/// From scores to weights: powers of e of numbers that are 0 or below.
enum AttentionWeights {
  /// `x = exp((x - shift) * factor - less)` for `count` numbers, a multiple of sixteen.
  ///
  /// In runs of sixteen, because what a loop over vectors leaves over would cost more than they do.
  @inline(__always)
  static func exponentials<T: Real>(_ x: UnsafeMutablePointer<T>, _ count: Int, shift: T, factor: T, less: T) {
    var run = x
    for _ in 0..<(count / PanelProduct.width) {
      for j in 0..<PanelProduct.width { run[j] = power((run[j] - shift) * factor - less) }
      run += PanelProduct.width
    }
  }

  /// e^x with 0 for what would be denormal, on which processors are slow and which no weight needs.
  @inline(__always)
  private static func power<T: Real>(_ x: T) -> T {
    if T.self != Float.self { return T.exp(x) }
    let x = unsafeBitCast(x, to: Float.self)
    let reduction = ExponentialReduction(Float.clamped(x, -87, 88))
    let scale = Float(bitPattern: (reduction.biasedExponent &- 127) << 23)
    let y = scale.addingProduct(scale, reduction.expm1)
    return unsafeBitCast(x < -87 ? 0 : y, to: T.self)
  }
}
