/// The updates of gradient descent, with and without momentum, one pass each.
public enum SGDKernel {
  /// `p -= rate * (g + penalty * p)`
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func plain<T: Real>(
    _ p: UnsafeMutablePointer<T>, _ g: UnsafePointer<T>, _ count: Int, rate: T, penalty: T
  ) {
    Parallel.forEachRange(count) { start, length in
      for i in start..<(start &+ length) { p[i] -= rate * (g[i] + penalty * p[i]) }
    }
  }

  /// `b = momentum * b + fresh * d` with `d = g + penalty * p`, then `p -= rate * b`, or with Nesterov's look-ahead
  /// `p -= rate * (d + momentum * b)`.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func momentum<T: Real>(
    _ p: UnsafeMutablePointer<T>, _ g: UnsafePointer<T>, _ b: UnsafeMutablePointer<T>, _ count: Int, rate: T,
    penalty: T,
    momentum: T, fresh: T, nesterov: Bool
  ) {
    let ahead: T = nesterov ? momentum : 1
    let direct: T = nesterov ? 1 : 0
    Parallel.forEachRange(count) { start, length in
      for i in start..<(start &+ length) {
        let slope = g[i] + penalty * p[i]
        let velocity = momentum * b[i] + fresh * slope
        b[i] = velocity
        p[i] -= rate * (direct * slope + ahead * velocity)
      }
    }
  }
}
