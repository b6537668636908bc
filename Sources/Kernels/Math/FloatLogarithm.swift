/// The reduction shared by the logarithms of `Float`: x = 2^e (1 + f), -1/3 <= f < 1/3.
struct LogarithmReduction {
  let exponent: Float
  let fraction: Float

  /// `x` must be positive and normal; `exponentOffset` undoes a scaling.
  @inline(__always) init(_ x: Float, exponentOffset: Float = 0) {
    let (e, significand) = LogarithmReduction.parts(x)
    exponent = Float(e) - exponentOffset
    fraction = significand - 1
  }

  /// Of x + correction for x >= 2^-24, where `correction` is what `x` lost by rounding.
  @inline(__always) init(_ x: Float, correction: Float) {
    let (e, significand) = LogarithmReduction.parts(x)
    exponent = Float(e)
    // 2^(3 - e) is a normal number for every e.
    let scale = Float(bitPattern: UInt32(bitPattern: (130 &- e) << 23))
    fraction = (significand - 1) + correction * scale * 0.125
  }

  @inline(__always) private static func parts(_ x: Float) -> (exponent: Int32, significand: Float) {
    // Subtracting the bits of 2/3 carries into the exponent exactly where the significand passes 4/3.
    let bits = Int32(bitPattern: x.bitPattern)
    let e = (bits &- 0x3f2a_aaab) >> 23
    return (e, Float(bitPattern: UInt32(bitPattern: bits &- (e << 23))))
  }

  /// log(1 + f) - f, by a polynomial fitted for the smallest relative error of log(1 + f) (2^-28.7).
  @inline(__always) var log1pMinusFraction: Float {
    let f = fraction
    var q: Float = 0.120070525
    q = Float(-0.128450766).addingProduct(q, f)
    q = Float(0.107542604).addingProduct(q, f)
    q = Float(-0.121957742).addingProduct(q, f)
    q = Float(0.143044546).addingProduct(q, f)
    q = Float(-0.16679579).addingProduct(q, f)
    q = Float(0.19999598).addingProduct(q, f)
    q = Float(-0.249998197).addingProduct(q, f)
    q = Float(0.333333343).addingProduct(q, f)
    q = Float(-0.5).addingProduct(q, f)
    return f * f * q
  }

  @inline(__always) var log: Float {
    // ln 2 in two parts; the exponent times the first is exact.
    let low = log1pMinusFraction.addingProduct(exponent, 1.42860677e-06)
    let high = exponent * 0.693145752
    // The larger first: what `sum` lost comes back with `low`.
    let sum = high + fraction
    let lost = fraction - (sum - high)
    return sum + (low + (exponent == 0 ? 0 : lost))
  }
}

extension Float {
  /// Error at most 1 ulp.
  @inline(__always) public static func log(_ x: Float) -> Float {
    let denormal = x < 0x1p-126
    let reduction = LogarithmReduction(denormal ? x * 0x1p24 : x, exponentOffset: denormal ? 24 : 0)
    return logarithmOfEdge(x, otherwise: reduction.log)
  }

  /// Error at most 2 ulp.
  @inline(__always) public static func log2(_ x: Float) -> Float {
    let denormal = x < 0x1p-126
    let reduction = LogarithmReduction(denormal ? x * 0x1p24 : x, exponentOffset: denormal ? 24 : 0)
    let natural = reduction.fraction + reduction.log1pMinusFraction
    let y = reduction.exponent.addingProduct(natural, 1.44269504).addingProduct(natural, 1.92596303e-08)
    return logarithmOfEdge(x, otherwise: y)
  }

  /// Error at most 1.7 ulp.
  @inline(__always) public static func log1p(_ x: Float) -> Float {
    let u = 1 + x
    let correction = x > 1 ? 1 - (u - x) : x - (u - 1)
    let y = LogarithmReduction(u, correction: x > 0x1p25 ? 0 : correction).log
    return x == 0 ? x : logarithmOfEdge(u, otherwise: y)
  }

  /// Error at most 2 ulp.
  @inline(__always) public static func softplus(_ x: Float) -> Float {
    let e = ExponentialReduction(clamped(-x.magnitude, -105, 0)).exp(times: 1)
    // 1 <= u <= 2
    let u = 1 + e
    return (x < 0 ? 0 : x) + LogarithmReduction(u, correction: e - (u - 1)).log
  }

  @inline(__always) private static func logarithmOfEdge(_ x: Float, otherwise y: Float) -> Float {
    let positive = x < .infinity ? y : x
    let edge: Float = x == 0 ? -.infinity : .nan
    return x > 0 ? positive : edge
  }
}
