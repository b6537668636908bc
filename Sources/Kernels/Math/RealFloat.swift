import Glibc

/// Functions of `Float`. Those that training spends its time in are polynomials in files of their own
/// (`FloatExponential`, `FloatLogarithm`, `FloatPower`, `FloatTrigonometry`, `FloatError`); the rest is here.
extension Float: Real {
  /// Error 0.5 ulp.
  @inline(__always) public static func sqrt(_ x: Float) -> Float { x.squareRoot() }
  /// Error at most 1.5 ulp.
  @inline(__always) public static func rsqrt(_ x: Float) -> Float { 1 / x.squareRoot() }

  /// Through Double, error at most 0.501 ulp.
  public static func erfInverse(_ x: Float) -> Float { Float(Double.erfInverse(Double(x))) }
  /// Through Double, error at most 0.501 ulp.
  public static func lgamma(_ x: Float) -> Float { Float(Double.lgamma(Double(x))) }
  /// Through Double.
  public static func digamma(_ x: Float) -> Float { Float(Double.digamma(Double(x))) }
  /// Through Double, error at most 0.501 ulp.
  public static func trigamma(_ x: Float) -> Float { Float(Double.trigamma(Double(x))) }

  // Rarely used in loops: the C library's functions of Double, rounded, error at most 0.501 ulp.
  public static func tan(_ x: Float) -> Float { Float(Glibc.tan(Double(x))) }
  public static func asin(_ x: Float) -> Float { Float(Glibc.asin(Double(x))) }
  public static func acos(_ x: Float) -> Float { Float(Glibc.acos(Double(x))) }
  public static func atan(_ x: Float) -> Float { Float(Glibc.atan(Double(x))) }
  public static func sinh(_ x: Float) -> Float { Float(Glibc.sinh(Double(x))) }
  public static func cosh(_ x: Float) -> Float { Float(Glibc.cosh(Double(x))) }
}
