import Glibc

/// Derivatives of log Gamma, and the inverse of the error function.
extension Double {
  /// Recurrence up to x >= 10, then the asymptotic series (Abramowitz and Stegun 6.3.5, 6.3.18);
  /// reflection (6.3.7) for negative numbers. Near its zeros the error is absolute, about 1e-16.
  public static func digamma(_ x: Double) -> Double {
    if x == 0 { return x.sign == .minus ? .infinity : -.infinity }
    if x.isNaN || x == -.infinity { return .nan }
    if x == .infinity { return .infinity }
    if x < 0 {
      if x == x.rounded() { return .nan }
      // cot(pi x) has period 1, so it is computed from the exact distance to the nearest integer.
      let fraction = x - x.rounded()
      return digamma(1 - x) - .pi / Glibc.tan(.pi * fraction)
    }
    var shift = 0.0
    var z = x
    while z < 10 {
      shift += 1 / z
      z += 1
    }
    let w = 1 / (z * z)
    // B_2k / 2k: 1/12, -1/120, 1/252, -1/240, 1/132, -691/32760, 1/12
    let last = 1.0 / 132 - w * (691.0 / 32760 - w / 12)
    let series = w * (1.0 / 12 - w * (1.0 / 120 - w * (1.0 / 252 - w * (1.0 / 240 - w * last))))
    return Glibc.log(z) - 0.5 / z - series - shift
  }

  /// Recurrence up to x >= 10, then the asymptotic series (Abramowitz and Stegun 6.4.6, 6.4.12);
  /// reflection (6.4.7) for negative numbers.
  public static func trigamma(_ x: Double) -> Double {
    if x.isNaN || x == -.infinity { return .nan }
    if x == .infinity { return 0 }
    if x <= 0 {
      if x == x.rounded() { return .infinity }
      let sine = Glibc.sin(.pi * (x - x.rounded()))
      return (.pi / sine) * (.pi / sine) - trigamma(1 - x)
    }
    var shift = 0.0
    var z = x
    while z < 10 {
      shift += 1 / (z * z)
      z += 1
    }
    let w = 1 / (z * z)
    // B_2k: 1/6, -1/30, 1/42, -1/30, 5/66, -691/2730, 7/6
    let series =
      w * (1.0 / 6 - w * (1.0 / 30 - w * (1.0 / 42 - w * (1.0 / 30 - w * (5.0 / 66 - w * (691.0 / 2730 - w * 7 / 6))))))
    return shift + 1 / z + 0.5 * w + series / z
  }

  /// A closed first guess (Winitzki, 2008), then Halley's method on `erf`, or on `erfc` in the tails.
  public static func erfInverse(_ x: Double) -> Double {
    let a = x.magnitude
    if !(a <= 1) { return .nan }
    if a == 1 { return x < 0 ? -.infinity : .infinity }
    if a < 1e-8 { return x * 0.886226925452758013649 }
    let tail = 1 - a
    let logarithm = Glibc.log(tail * (1 + a))
    let c = 2 / (.pi * 0.147) + logarithm / 2
    var y = ((c * c - logarithm / 0.147).squareRoot() - c).squareRoot()
    for _ in 0..<3 {
      let difference = a < 0.5 ? Glibc.erf(y) - a : tail - Glibc.erfc(y)
      let step = difference / (1.12837916709551257390 * Glibc.exp(-y * y))
      y -= step / (1 + y * step)
    }
    return x < 0 ? -y : y
  }
}
