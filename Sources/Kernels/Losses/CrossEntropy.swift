/// Softmax and negative log-likelihood of class ids in one pass over each row of logits.
///
/// With the coefficient `a_c = (1 - s) w_t [c = t] + s w_c / C` of class `c` for target `t` and smoothing `s`, a row's
/// loss is `sum_c a_c (logsumexp(z) - z_c)` and its gradient `sum(a) softmax(z) - a` (Szegedy et al. 2016, for smoothing).
public enum CrossEntropy {
  /// Losses of `rows` rows, and the logarithm of each row's sum of exponentials, which the gradient needs.
  ///
  /// - Parameters:
  ///   - ids: one for each row, from 1; 0 marks a row that gives no loss.
  ///   - weight: one for each class, or `nil` for ones.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func losses<T: Real>(
    _ logits: UnsafePointer<T>, _ ids: UnsafePointer<Int64>, weight: UnsafePointer<T>?, smoothing: T,
    _ losses: UnsafeMutablePointer<T>, _ logSums: UnsafeMutablePointer<T>, rows: Int, classes: Int
  ) {
    let grain = Parallel.rowsPerTile(width: classes)
    let shared = smoothing / T(classes)
    Parallel.forEachRange(rows, grain: grain) { first, count in
      let scratch = UnsafeMutablePointer<T>.allocate(capacity: classes)
      defer { scratch.deallocate() }
      for r in first..<(first + count) {
        let z = logits + r * classes
        var top = T.zero
        Reduce.middle(.maximum, z, &top, outer: 1, length: classes, inner: 1)
        for c in 0..<classes { scratch[c] = T.exp(z[c] - top) }
        let logSum = top + T.log(Sum.lanes(scratch, classes))
        logSums[r] = logSum
        if ids[r] == 0 {
          losses[r] = 0
          continue
        }
        let target = Int(ids[r]) - 1
        var loss = (1 - smoothing) * (weight?[target] ?? 1) * (logSum - z[target])
        if smoothing > 0 {
          for c in 0..<classes { scratch[c] = (weight?[c] ?? 1) * (logSum - z[c]) }
          loss += shared * Sum.lanes(scratch, classes)
        }
        losses[r] = loss
      }
    }
  }

  /// The gradient of the logits from the losses' gradients `slopes`.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func gradient<T: Real>(
    _ logits: UnsafePointer<T>, _ ids: UnsafePointer<Int64>, weight: UnsafePointer<T>?, smoothing: T,
    logSums: UnsafePointer<T>, slopes: UnsafePointer<T>, _ out: UnsafeMutablePointer<T>, rows: Int, classes: Int
  ) {
    let shared = smoothing / T(classes)
    let weightSum = weight.map { Sum.lanes($0, classes) } ?? T(classes)
    Parallel.forEachRange(rows, grain: Parallel.rowsPerTile(width: classes)) { first, count in
      for r in first..<(first + count) {
        let z = logits + r * classes
        let to = out + r * classes
        if ids[r] == 0 {
          for c in 0..<classes { to[c] = 0 }
          continue
        }
        let target = Int(ids[r]) - 1
        let own = (1 - smoothing) * (weight?[target] ?? 1)
        let slope = slopes[r]
        let logSum = logSums[r]
        let total = slope * (own + shared * weightSum)
        for c in 0..<classes { to[c] = total * T.exp(z[c] - logSum) }
        if smoothing > 0 {
          if let weight {
            for c in 0..<classes { to[c] -= slope * shared * weight[c] }
          } else {
            for c in 0..<classes { to[c] -= slope * shared }
          }
        }
        to[target] -= slope * own
      }
    }
  }
}
