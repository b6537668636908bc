extension Float {
  /// Error at most 0.6 ulp: the logarithm and the exponential are evaluated in Double, still in a vectorised loop.
  @inline(__always) public static func pow(_ x: Float, _ y: Float) -> Float {
    let a = x.magnitude
    let exponent = Double(y)
    let product = exponent * log2InDouble(a)
    let power = Float(exp2InDouble(product))

    // Parity of y; every Float from 2^24 on is even, and so is an infinite one.
    let isInteger = y.rounded(.towardZero) == y
    let half = y * 0.5
    let isOdd = isInteger && half.rounded(.towardZero) != half
    let signed = Float(bitPattern: power.bitPattern | (isOdd ? x.bitPattern & 0x8000_0000 : 0))

    let undefined = x < 0 && a < .infinity && !isInteger
    let defined = undefined ? .nan : signed
    let one = y == 0 || x == 1 || (a == 1 && y.magnitude == .infinity)
    return one ? 1 : defined
  }

  /// log2(a) for a >= 0 with a relative error of 2^-42; -infinity at 0.
  @inline(__always) private static func log2InDouble(_ a: Float) -> Double {
    let wide = Double(a)
    let bits = wide.bitPattern
    // The bits of 2/3, so that the significand lies in 2/3 ..< 4/3; 2048 keeps the shifted difference positive.
    let offset = bits &- 0x3fe5_5555_5555_5555 &+ (2048 << 52)
    let biased = (offset >> 52) & 0xfff
    let significand = Double(bitPattern: bits &- (biased << 52) &+ (2048 << 52))
    // An integer below 2^52 in the low bits of 2^52 is that sum.
    let e = Double(bitPattern: biased | 0x4330_0000_0000_0000) - (0x1p52 + 2048)
    let s = (significand - 1) / (significand + 1)
    let square = s * s
    var p = 0.291194980948194507
    p = 0.319251904548652329.addingProduct(p, square)
    p = 0.412227218224099758.addingProduct(p, square)
    p = 0.577077742330943838.addingProduct(p, square)
    p = 0.961796694883325216.addingProduct(p, square)
    p = 2.88539008177737933.addingProduct(p, square)
    let y = e.addingProduct(s, p)
    let finite = a < .infinity ? y : wide
    return a == 0 ? -.infinity : finite
  }

  /// 2^x with a relative error of 2^-34, for every x.
  @inline(__always) private static func exp2InDouble(_ x: Double) -> Double {
    let upper = x > 200 ? 200 : x
    let t = upper < -200 ? -200 : upper
    let magic = 0x1.8p52
    let shifted = magic + t
    let r = t - (shifted - magic)
    var p = 0.0000152017132639356669
    p = 0.000154695532241938385.addingProduct(p, r)
    p = 0.00133339255047714537.addingProduct(p, r)
    p = 0.0096180264418134947.addingProduct(p, r)
    p = 0.0555041034724811553.addingProduct(p, r)
    p = 0.240226512041602364.addingProduct(p, r)
    p = 0.693147180731160577.addingProduct(p, r)
    p = 0.999999999961072881.addingProduct(p, r)
    let scale = Double(bitPattern: (shifted.bitPattern &+ 1023) << 52)
    return p * scale
  }
}
