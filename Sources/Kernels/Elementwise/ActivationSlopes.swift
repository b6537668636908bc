/// Gradients of activations in one pass: the slope at the first number (the input or, where said, the result) times the
/// second (the gradient of the result).
extension BinaryKernel {
  /// The first number is the result.
  public static let tanhSlope = binaryKernel(TanhSlope.self, integer: false)
  /// The first number is the result.
  public static let sigmoidSlope = binaryKernel(SigmoidSlope.self, integer: false)
  public static let softplusSlope = binaryKernel(SoftplusSlope.self, integer: false)
  public static let siluSlope = binaryKernel(SiluSlope.self, integer: false)
  public static let geluSlope = binaryKernel(GeluSlope.self, integer: false)
  public static let geluTanhSlope = binaryKernel(GeluTanhSlope.self, integer: false)
}

protocol SlopeFunction: BinaryFunction {}

extension SlopeFunction {
  /// Slopes are for floating-point numbers only.
  @inline(__always) static func whole(_ a: Int64, _ b: Int64) -> Int64 { 0 }
}

enum TanhSlope: SlopeFunction {
  @inline(__always) static func apply<T: Real>(_ y: T, _ g: T) -> T { g * (1 - y * y) }
}
enum SigmoidSlope: SlopeFunction {
  @inline(__always) static func apply<T: Real>(_ y: T, _ g: T) -> T { g * y * (1 - y) }
}
enum SoftplusSlope: SlopeFunction {
  @inline(__always) static func apply<T: Real>(_ x: T, _ g: T) -> T { g * T.sigmoid(x) }
}
enum SiluSlope: SlopeFunction {
  @inline(__always) static func apply<T: Real>(_ x: T, _ g: T) -> T {
    let s = T.sigmoid(x)
    // Beyond 110 the sigmoid is 0 or 1, and infinity times 0 must not come up.
    return g * (s + bounded(x, 110) * s * (1 - s))
  }
}
enum GeluSlope: SlopeFunction {
  /// Phi(x) + x phi(x)
  @inline(__always) static func apply<T: Real>(_ x: T, _ g: T) -> T {
    let b = bounded(x, 40)
    let cumulative = T(0.5) + T(0.5) * T.erf(x * T(0.707106781186547524401))
    return g * (cumulative + b * T.exp(T(-0.5) * b * b) * T(0.398942280401432677940))
  }
}
enum GeluTanhSlope: SlopeFunction {
  /// With 0.5 (1 + tanh(u)) = sigmoid(2u) = s: the slope of x s is s + x s (1 - s) 2u'.
  @inline(__always) static func apply<T: Real>(_ x: T, _ g: T) -> T {
    let b = bounded(x, 12)
    let square = b * b
    let s = T.sigmoid(T(1.59576912160573071176) * b * (1 + T(0.044715) * square))
    return g * (s + b * s * (1 - s) * T(1.59576912160573071176) * (1 + T(0.134145) * square))
  }
}

/// `x` within +-`limit`; NaN stays NaN.
@inline(__always)
private func bounded<T: Real>(_ x: T, _ limit: T) -> T { x > limit ? limit : (x < -limit ? -limit : x) }
