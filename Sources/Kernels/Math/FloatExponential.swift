/// The reduction shared by the exponentials of `Float`: x + correction = n ln 2 + r, |r| <= 0.35.
struct ExponentialReduction {
  /// n + 254 in the low nine bits; of any value where x is NaN.
  let biasedExponent: UInt32
  let remainder: Float

  /// `x` must lie within about +-200 or be NaN.
  @inline(__always) init(_ x: Float) {
    // Adding 1.5 * 2^23 rounds to an integer, which then stands in the low bits; 254 is twice the exponent bias.
    let magic: Float = 12_582_912 + 254
    let shifted = magic.addingProduct(x, 1.44269504)
    let n = shifted - magic
    biasedExponent = shifted.bitPattern
    // ln 2 in two parts; n times the first is exact.
    remainder = x.addingProduct(n, -0.693145752).addingProduct(n, -1.42860677e-06)
  }

  /// Of x + correction, where `correction` is a small term that `x` could not hold.
  @inline(__always) init(_ x: Float, correction: Float) {
    let main = ExponentialReduction(x)
    biasedExponent = main.biasedExponent
    remainder = main.remainder + correction
  }

  /// (e^r - 1 - r) / r^2, by a polynomial fitted for the smallest relative error of e^r - 1 (2^-28.7).
  @inline(__always) private var curvature: Float {
    let r = remainder
    var q: Float = 0.000198459558
    q = Float(0.00139416417).addingProduct(q, r)
    q = Float(0.00833339151).addingProduct(q, r)
    q = Float(0.0416663475).addingProduct(q, r)
    q = Float(0.166666657).addingProduct(q, r)
    return Float(0.5).addingProduct(q, r)
  }

  /// e^r - 1.
  @inline(__always) var expm1: Float { remainder.addingProduct(remainder * remainder, curvature) }

  /// e^r, in fewer steps than `1 + expm1` and less exact.
  @inline(__always) var expOfRemainder: Float {
    Float(1).addingProduct(Float(1).addingProduct(curvature, remainder), remainder)
  }

  /// 2^n for -126 <= n <= 127, and infinity for n = 128.
  @inline(__always) var power: Float { Float(bitPattern: (biasedExponent &- 127) << 23) }

  /// e^x times `factor`, rounded once more when the result is denormal.
  @inline(__always) func exp(times factor: Float) -> Float {
    // 2^n as a product of two normal powers, so that denormal results come out right.
    let half = biasedExponent >> 1
    let first = Float(bitPattern: half << 23)
    let second = Float(bitPattern: (biasedExponent &- half) << 23)
    return factor.addingProduct(factor, expm1) * first * second
  }
}

extension Float {
  @inline(__always) static func clamped(_ x: Float, _ low: Float, _ high: Float) -> Float {
    // In this order NaN passes through.
    let y = x > high ? high : x
    return y < low ? low : y
  }

  /// Error at most 1 ulp.
  @inline(__always) public static func exp(_ x: Float) -> Float {
    ExponentialReduction(clamped(x, -105, 89)).exp(times: 1)
  }

  /// Error at most 1 ulp down to -87, below 0. The same bits as `exp` there; one power of two is enough, so it is faster.
  @inline(__always) public static func expOfNonPositive(_ x: Float) -> Float {
    let reduction = ExponentialReduction(x)
    let scale = reduction.power
    return x < -87 ? 0 : scale.addingProduct(scale, reduction.expm1)
  }

  /// Error at most 1.5 ulp.
  @inline(__always) public static func expm1(_ x: Float) -> Float {
    let y = expm1Reduced(clamped(x, -20, 89))
    return x == 0 ? x : y
  }

  /// e^x - 1 for -20 <= x <= 89, without the sign of zero.
  @inline(__always) static func expm1Reduced(_ x: Float) -> Float {
    let reduction = ExponentialReduction(x)
    // Half of 2^n, because 2^128 is not a Float.
    let scale = Float(bitPattern: (reduction.biasedExponent &- 128) << 23)
    return 2 * (scale - 0.5).addingProduct(scale, reduction.expm1)
  }

  /// Error at most 2.3 ulp.
  @inline(__always) public static func sigmoid(_ x: Float) -> Float {
    let e = ExponentialReduction(clamped(-x.magnitude, -105, 0)).exp(times: 1)
    return (x < 0 ? e : 1) / (1 + e)
  }

  /// Error at most 2.6 ulp.
  @inline(__always) public static func tanh(_ x: Float) -> Float {
    // tanh(a) = -e / (2 + e) with e = e^-2a - 1
    let e = expm1Reduced(clamped(-2 * x.magnitude, -20, 0))
    let y = -e / (2 + e)
    let signed = Float(bitPattern: y.magnitude.bitPattern | (x.bitPattern & 0x8000_0000))
    return x.magnitude < 1e-4 ? x : signed
  }

  /// Error at most 2.5 ulp.
  @inline(__always) public static func silu(_ x: Float) -> Float {
    // From x >= 0 subtract x sigmoid(-x).
    let reduction = ExponentialReduction(clamped(-x.magnitude, -115, 0))
    let a = clamped(x.magnitude, 0, 110)
    let tail = reduction.exp(times: a / (1 + reduction.exp(times: 1)))
    return (x < 0 ? -0.0 : x) - tail
  }

  /// Error at most 3 ulp above -1, and an absolute error below 1e-7 below that.
  /// x / 2 (1 + tanh(u)) is computed as x / (1 + e^-2u), which does not cancel for negative u.
  @inline(__always) public static func geluTanh(_ x: Float) -> Float {
    let logit = clamped(x * Float(-1.59576912).addingProduct(x * x, -0.0713548163), -87, 89)
    let reduction = ExponentialReduction(logit)
    // From 88.4 on e^logit is infinite and the result -0, if x is not; it is -0 long before x is -13.
    return (x < -13 ? -13 : x) / (1 + reduction.expOfRemainder * reduction.power)
  }
}
