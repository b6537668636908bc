/// The updates of RMSprop, Adagrad and Lion, one pass each.
public enum AdaptiveKernels {
  /// RMSprop. `mean` is given for the centered form, `velocity` with momentum.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func rmsprop<T: Real>(
    _ p: UnsafeMutablePointer<T>, _ g: UnsafePointer<T>, square v: UnsafeMutablePointer<T>,
    mean: UnsafeMutablePointer<T>?,
    velocity: UnsafeMutablePointer<T>?, _ count: Int, rate: T, penalty: T, alpha: T, rest: T, epsilon: T, momentum: T
  ) {
    Parallel.forEachRange(count) { start, length in
      for i in start..<(start &+ length) {
        let slope = g[i] + penalty * p[i]
        v[i] = alpha * v[i] + rest * slope * slope
        var spread = v[i]
        if let mean {
          mean[i] = alpha * mean[i] + rest * slope
          spread -= mean[i] * mean[i]
        }
        let scaled = slope / (spread.squareRoot() + epsilon)
        if let velocity {
          velocity[i] = momentum * velocity[i] + scaled
          p[i] -= rate * velocity[i]
        } else {
          p[i] -= rate * scaled
        }
      }
    }
  }

  /// Adagrad.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func adagrad<T: Real>(
    _ p: UnsafeMutablePointer<T>, _ g: UnsafePointer<T>, sum s: UnsafeMutablePointer<T>, _ count: Int, rate: T,
    penalty: T,
    epsilon: T
  ) {
    Parallel.forEachRange(count) { start, length in
      for i in start..<(start &+ length) {
        let slope = g[i] + penalty * p[i]
        s[i] += slope * slope
        p[i] -= rate * slope / (s[i].squareRoot() + epsilon)
      }
    }
  }

  /// Lion. The sign of a NaN is NaN.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func lion<T: Real>(
    _ p: UnsafeMutablePointer<T>, _ g: UnsafePointer<T>, mean m: UnsafeMutablePointer<T>, _ count: Int, rate: T,
    shrink: T,
    beta1: T, rest1: T, beta2: T, rest2: T
  ) {
    Parallel.forEachRange(count) { start, length in
      for i in start..<(start &+ length) {
        let direction = Sign.apply(beta1 * m[i] + rest1 * g[i])
        p[i] = shrink * p[i] - rate * direction
        m[i] = beta2 * m[i] + rest2 * g[i]
      }
    }
  }

  /// `average = decay * average + rest * x`: the exponential moving average.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func average<T: Real>(
    _ average: UnsafeMutablePointer<T>, _ x: UnsafePointer<T>, _ count: Int, decay: T, rest: T
  ) {
    Parallel.forEachRange(count) { start, length in
      for i in start..<(start &+ length) { average[i] = decay * average[i] + rest * x[i] }
    }
  }

  /// `x = min(max(x, -limit), limit)`; NaN stays.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func clamp<T: Real>(_ x: UnsafeMutablePointer<T>, _ count: Int, limit: T) {
    Parallel.forEachRange(count) { start, length in
      for i in start..<(start &+ length) {
        let value = x[i]
        x[i] = value > limit ? limit : (value < -limit ? -limit : value)
      }
    }
  }

  /// `x *= factor`
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func scale<T: Real>(_ x: UnsafeMutablePointer<T>, _ count: Int, by factor: T) {
    Parallel.forEachRange(count) { start, length in
      for i in start..<(start &+ length) { x[i] *= factor }
    }
  }
}
