import Glibc

/// Functions of `Double`, by the C library: at most about 1 ulp each, except where noted.
extension Double: Real {
  @inline(__always) public static func exp(_ x: Double) -> Double { Glibc.exp(x) }
  @inline(__always) public static func expOfNonPositive(_ x: Double) -> Double { Glibc.exp(x) }
  @inline(__always) public static func expm1(_ x: Double) -> Double { Glibc.expm1(x) }
  @inline(__always) public static func log(_ x: Double) -> Double { Glibc.log(x) }
  @inline(__always) public static func log1p(_ x: Double) -> Double { Glibc.log1p(x) }
  @inline(__always) public static func log2(_ x: Double) -> Double { Glibc.log2(x) }
  @inline(__always) public static func sqrt(_ x: Double) -> Double { x.squareRoot() }
  @inline(__always) public static func rsqrt(_ x: Double) -> Double { 1 / x.squareRoot() }
  @inline(__always) public static func pow(_ x: Double, _ y: Double) -> Double { Glibc.pow(x, y) }

  @inline(__always) public static func sin(_ x: Double) -> Double { Glibc.sin(x) }
  @inline(__always) public static func cos(_ x: Double) -> Double { Glibc.cos(x) }
  @inline(__always) public static func tan(_ x: Double) -> Double { Glibc.tan(x) }
  @inline(__always) public static func asin(_ x: Double) -> Double { Glibc.asin(x) }
  @inline(__always) public static func acos(_ x: Double) -> Double { Glibc.acos(x) }
  @inline(__always) public static func atan(_ x: Double) -> Double { Glibc.atan(x) }
  @inline(__always) public static func sinh(_ x: Double) -> Double { Glibc.sinh(x) }
  @inline(__always) public static func cosh(_ x: Double) -> Double { Glibc.cosh(x) }
  @inline(__always) public static func tanh(_ x: Double) -> Double { Glibc.tanh(x) }

  public static func sin(_ source: UnsafePointer<Double>, into destination: UnsafeMutablePointer<Double>, count: Int) {
    for i in 0..<Swift.max(0, count) { destination[i] = Glibc.sin(source[i]) }
  }

  public static func cos(_ source: UnsafePointer<Double>, into destination: UnsafeMutablePointer<Double>, count: Int) {
    for i in 0..<Swift.max(0, count) { destination[i] = Glibc.cos(source[i]) }
  }

  @inline(__always) public static func erf(_ x: Double) -> Double { Glibc.erf(x) }
  @inline(__always) public static func erfc(_ x: Double) -> Double { Glibc.erfc(x) }

  @inline(__always) public static func lgamma(_ x: Double) -> Double {
    var sign: Int32 = 0
    return lgamma_r(x, &sign)
  }

  public static func sigmoid(_ x: Double) -> Double {
    let e = Glibc.exp(-x.magnitude)
    return (x < 0 ? e : 1) / (1 + e)
  }

  public static func softplus(_ x: Double) -> Double {
    (x > 0 ? x : 0) + Glibc.log1p(Glibc.exp(-x.magnitude)) + (x.isNaN ? x : 0)
  }

  public static func gelu(_ x: Double) -> Double {
    let tail = 0.5 * Glibc.erfc(x.magnitude * 0.5.squareRoot())
    if tail == 0 { return x > 0 ? x : -0.0 }
    return x <= 0 ? x * tail : x - x * tail
  }

  /// Through the logistic function, because 0.5 (1 + tanh(u)) = sigmoid(2u) loses nothing for negative u.
  public static func geluTanh(_ x: Double) -> Double {
    let weight = sigmoid(2 * 0.797884560802865355880 * (x + 0.044715 * x * x * x))
    return weight == 0 ? -0.0 : x * weight
  }

  public static func silu(_ x: Double) -> Double {
    let weight = sigmoid(x)
    return weight == 0 ? -0.0 : x * weight
  }
}
