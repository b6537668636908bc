/// The update of Adam and AdamW, one pass over parameter, gradient and both moments.
public enum AdamKernel {
  /// Numbers that are the same for all elements of one update.
  public struct Constants<T: Real>: Sendable {
    let beta1: T, beta2: T
    let rest1: T, rest2: T
    let stepSize: T, rootScale: T, epsilon: T
    let penalty: T, shrink: T

    /// - Parameters:
    ///   - penalty: added to the gradient times the parameter (L2 regularisation, Adam).
    ///   - decay: subtracted from the parameter times the learning rate (decoupled decay, AdamW).
    ///   - step: how many updates, this one included.
    public init(
      learningRate: Double, beta1: Double, beta2: Double, epsilon: Double, penalty: Double, decay: Double, step: Int
    ) {
      self.beta1 = T(beta1)
      self.beta2 = T(beta2)
      rest1 = T(1 - beta1)
      rest2 = T(1 - beta2)
      stepSize = T(learningRate / (1 - Self.power(beta1, step)))
      rootScale = T(1 / (1 - Self.power(beta2, step)).squareRoot())
      self.epsilon = T(epsilon)
      self.penalty = T(penalty)
      shrink = T(1 - learningRate * decay)
    }

    /// By repeated squaring, so that the bits do not depend on the C library.
    private static func power(_ base: Double, _ exponent: Int) -> Double {
      var (result, square, rest) = (1.0, base, exponent)
      while rest > 0 {
        if rest & 1 == 1 { result *= square }
        square *= square
        rest >>= 1
      }
      return result
    }
  }

  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func update<T: Real>(
    _ p: UnsafeMutablePointer<T>, _ g: UnsafePointer<T>, _ m: UnsafeMutablePointer<T>, _ v: UnsafeMutablePointer<T>,
    _ count: Int, _ k: Constants<T>
  ) {
    Parallel.forEachRange(count) { start, length in
      for i in start..<(start &+ length) {
        let slope = g[i] + k.penalty * p[i]
        let mean = k.beta1 * m[i] + k.rest1 * slope
        let square = k.beta2 * v[i] + k.rest2 * slope * slope
        m[i] = mean
        v[i] = square
        p[i] = k.shrink * p[i] - k.stepSize * mean / (square.squareRoot() * k.rootScale + k.epsilon)
      }
    }
  }
}
