/// An element type with the elementary functions that tensors need: `Float` and `Double`.
///
/// The functions of `Float` are this module's own: branch-free polynomials over a reduced range, so that a plain loop
/// over them vectorises and the bits do not depend on the version of the C library. Each states its largest error in
/// ulp (units in the last place of the exact result), which the tests measure, over all 2^32 values if asked.
/// `sin` and `cos` of one number are right for every finite number; loops should use ``Real/sin(_:into:count:)``,
/// which vectorises. A few functions that loops rarely need go through Double and the C library.
/// The functions of `Double` are the C library's, or built from them.
///
/// NaN gives NaN; outside of its domain a function gives NaN; none of them traps.
public protocol Real: BinaryFloatingPoint & SIMDScalar & Codable & Sendable {
  /// e^x.
  static func exp(_ x: Self) -> Self
  /// e^x for x <= 0; what is below e^-87, about the least normal `Float`, may be 0.
  static func expOfNonPositive(_ x: Self) -> Self
  /// e^x - 1, exact in the relative sense near 0.
  static func expm1(_ x: Self) -> Self
  /// The natural logarithm: -infinity at 0, NaN below.
  static func log(_ x: Self) -> Self
  /// log(1 + x), exact in the relative sense near 0: -infinity at -1, NaN below.
  static func log1p(_ x: Self) -> Self
  /// The logarithm to base 2.
  static func log2(_ x: Self) -> Self
  /// The square root: NaN below 0.
  static func sqrt(_ x: Self) -> Self
  /// 1 / sqrt(x): infinity of its sign at 0, NaN below.
  static func rsqrt(_ x: Self) -> Self
  /// x to the power y with the special cases of IEEE 754 (`pow(x, 0) = 1`, `pow(1, y) = 1`, a negative x with a
  /// fractional y is NaN).
  static func pow(_ x: Self, _ y: Self) -> Self

  static func sin(_ x: Self) -> Self
  static func cos(_ x: Self) -> Self
  static func tan(_ x: Self) -> Self
  static func asin(_ x: Self) -> Self
  static func acos(_ x: Self) -> Self
  static func atan(_ x: Self) -> Self
  static func sinh(_ x: Self) -> Self
  static func cosh(_ x: Self) -> Self
  static func tanh(_ x: Self) -> Self

  /// The sine of `count` numbers, fast for ordinary angles; `source` and `destination` may be the same.
  static func sin(_ source: UnsafePointer<Self>, into destination: UnsafeMutablePointer<Self>, count: Int)
  /// The cosine of `count` numbers, fast for ordinary angles; `source` and `destination` may be the same.
  static func cos(_ source: UnsafePointer<Self>, into destination: UnsafeMutablePointer<Self>, count: Int)

  /// The error function, 2/sqrt(pi) times the integral of exp(-t^2) from 0 to x.
  static func erf(_ x: Self) -> Self
  /// 1 - erf(x), exact in the relative sense for large x.
  static func erfc(_ x: Self) -> Self
  /// The inverse of `erf`: infinite at -1 and 1, NaN outside.
  static func erfInverse(_ x: Self) -> Self
  /// log |Gamma(x)|: infinity at 0, -1, -2, ...; may be called from many threads.
  static func lgamma(_ x: Self) -> Self
  /// The derivative of `log Gamma`: NaN at -1, -2, ...; -infinity at +0 and infinity at -0, as in SciPy.
  static func digamma(_ x: Self) -> Self
  /// The second derivative of `log Gamma`: infinity at 0, -1, -2, ...
  static func trigamma(_ x: Self) -> Self

  /// 1 / (1 + e^-x), the logistic function.
  static func sigmoid(_ x: Self) -> Self
  /// log(1 + e^x), without overflow.
  static func softplus(_ x: Self) -> Self
  /// x * Phi(x), where Phi is the distribution function of the normal law (Hendrycks and Gimpel, 2016).
  static func gelu(_ x: Self) -> Self
  /// The approximation of `gelu` by tanh: 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))).
  static func geluTanh(_ x: Self) -> Self
  /// x * sigmoid(x), also called swish.
  static func silu(_ x: Self) -> Self
}
