/// Normalisation of the channels of `{batch, channels, places}` over batch and places: batch norm, with its gradients.
///
/// With `n = (x - mean) / sqrt(variance + eps)` the result is `n * weight + bias`.
public enum ChannelNormalization {
  /// Also leaves the mean and the variance (divided by their number) of each channel.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func forward<T: Real>(
    _ x: UnsafePointer<T>, weight: UnsafePointer<T>?, bias: UnsafePointer<T>?, epsilon: T, _ y: UnsafeMutablePointer<T>,
    means: UnsafeMutablePointer<T>, variances: UnsafeMutablePointer<T>, batch: Int, channels: Int, places: Int
  ) {
    let number = T(batch * places)
    Parallel.forEachRange(channels, grain: Parallel.rowsPerTile(width: batch * places)) { first, count in
      for c in first..<(first + count) {
        var sum = T.zero
        for b in 0..<batch { sum += Sum.lanes(x + (b * channels + c) * places, places) }
        let mean = sum / number
        var spread = T.zero
        for b in 0..<batch { spread += squares(x + (b * channels + c) * places, mean, places) }
        let variance = spread / number
        means[c] = mean
        variances[c] = variance
        let scale = (weight?[c] ?? 1) / (variance + epsilon).squareRoot()
        let level = bias?[c] ?? 0
        for b in 0..<batch {
          let from = x + (b * channels + c) * places
          let to = y + (b * channels + c) * places
          for i in 0..<places { to[i] = (from[i] - mean) * scale + level }
        }
      }
    }
  }

  @inline(__always)
  private static func squares<T: Real>(_ x: UnsafePointer<T>, _ mean: T, _ count: Int) -> T {
    var lanes = SIMD8<T>(repeating: 0)
    let middle = SIMD8<T>(repeating: mean)
    var i = 0
    while i &+ 8 <= count {
      let d = Lanes.load(x + i) - middle
      lanes += d * d
      i &+= 8
    }
    var total = Lanes.sum(lanes)
    while i < count {
      total += (x[i] - mean) * (x[i] - mean)
      i &+= 1
    }
    return total
  }

  /// The gradients of input (`nil`: not wanted), weight and bias: with the sums of `g` and `g n` over a channel of N
  /// numbers, `weight / sqrt(variance + eps) * (g - sum(g) / N - n sum(g n) / N)`, `sum(g n)` and `sum(g)`.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func backward<T: Real>(
    _ x: UnsafePointer<T>, _ g: UnsafePointer<T>, weight: UnsafePointer<T>?, means: UnsafePointer<T>,
    variances: UnsafePointer<T>, epsilon: T, input: UnsafeMutablePointer<T>?, weightGradient: UnsafeMutablePointer<T>,
    biasGradient: UnsafeMutablePointer<T>, batch: Int, channels: Int, places: Int
  ) {
    let number = T(batch * places)
    Parallel.forEachRange(channels, grain: Parallel.rowsPerTile(width: batch * places)) { first, count in
      for c in first..<(first + count) {
        let mean = means[c]
        let scale = 1 / (variances[c] + epsilon).squareRoot()
        var (level, along) = (T.zero, T.zero)
        for b in 0..<batch {
          let at = (b * channels + c) * places
          level += Sum.lanes(g + at, places)
          along += products(x + at, mean, g + at, places)
        }
        along *= scale
        weightGradient[c] = along
        biasGradient[c] = level
        guard let input else { continue }
        let factor = (weight?[c] ?? 1) * scale
        let (shift, slope) = (level / number, along / number * scale)
        for b in 0..<batch {
          let at = (b * channels + c) * places
          let (from, rise, to) = (x + at, g + at, input + at)
          for i in 0..<places { to[i] = factor * (rise[i] - shift - (from[i] - mean) * slope) }
        }
      }
    }
  }

  @inline(__always)
  private static func products<T: Real>(_ x: UnsafePointer<T>, _ mean: T, _ g: UnsafePointer<T>, _ count: Int) -> T {
    var lanes = SIMD8<T>(repeating: 0)
    let middle = SIMD8<T>(repeating: mean)
    var i = 0
    while i &+ 8 <= count {
      lanes += (Lanes.load(x + i) - middle) * Lanes.load(g + i)
      i &+= 8
    }
    var total = Lanes.sum(lanes)
    while i < count {
      total += (x[i] - mean) * g[i]
      i &+= 1
    }
    return total
  }
}
