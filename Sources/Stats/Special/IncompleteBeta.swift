import Glibc

/// Both sides of a distribution at one point, each accurate relative to itself.
struct Tails {
  var lower: Double
  var upper: Double

  static let undefined = Tails(lower: .nan, upper: .nan)
  var swapped: Tails { Tails(lower: upper, upper: lower) }
}

/// The regularised incomplete beta function I_x(a, b).
///
/// Continued fraction evaluated by Lentz's method on the side where it converges fast (Abramowitz & Stegun 26.5.8; DLMF
/// 8.17.22); the factor before it follows DiDonato & Morris 1992 (algorithm 708), so large a and b keep their digits.
enum IncompleteBeta {
  /// I_x(a, b) and 1 - I_x(a, b), for a, b > 0 and x in 0...1; `complement` is 1 - x, given apart because callers often
  /// know it exactly.
  static func tails(_ x: Double, complement y: Double, _ a: Double, _ b: Double) -> Tails {
    guard a > 0, b > 0, a.isFinite, b.isFinite, x >= 0, y >= 0 else { return .undefined }
    if x == 0 { return Tails(lower: 0, upper: 1) }
    if y == 0 { return Tails(lower: 1, upper: 0) }
    guard x <= (a + 1) / (a + b + 2) else { return tails(y, complement: x, b, a, front: front(x, y, a, b)).swapped }
    return tails(x, complement: y, a, b, front: front(x, y, a, b))
  }

  private static func tails(_ x: Double, complement y: Double, _ a: Double, _ b: Double, front: Double) -> Tails {
    let lower = min(1, front * continuedFraction(x, a, b) / a)
    return Tails(lower: lower, upper: 1 - lower)
  }

  /// x^a y^b / B(a, b).
  static func front(_ x: Double, _ y: Double, _ a: Double, _ b: Double) -> Double {
    if min(a, b) >= 12 {
      let distance = a > b ? (a + b) * y - b : a - (a + b) * x
      let exponent = a * excess(-distance / a) + b * excess(distance / b)
      let remainder =
        LogGamma.stirlingRemainder(a) + LogGamma.stirlingRemainder(b) - LogGamma.stirlingRemainder(a + b)
      return exp(-exponent - remainder - LogGamma.halfLogTwoPi) * (a / (a + b) * b).squareRoot()
    }
    let logX = x < 0.5 ? log(x) : log1p(-y)
    let logY = y < 0.5 ? log(y) : log1p(-x)
    return exp(a * logX + b * logY - LogGamma.beta(a, b))
  }

  /// e - ln(1 + e), which is about e²/2 near zero.
  static func excess(_ e: Double) -> Double {
    guard abs(e) < 0.01 else { return e - log1p(e) }
    // Taylor: e²/2 - e³/3 + e⁴/4 - ...
    var sum = 0.0
    for k in stride(from: 10, through: 2, by: -1) { sum = 1 / Double(k) - e * sum }
    return e * e * sum
  }

  private static func continuedFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    let tiny = 1e-300
    func keptFromZero(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
    var c = 1.0
    var d = 1 / keptFromZero(1 - (a + b) * x / (a + 1))
    var fraction = d
    for m in 1...200_000 {
      let k = Double(m)
      let even = k * (b - k) * x / ((a + 2 * k - 1) * (a + 2 * k))
      d = 1 / keptFromZero(1 + even * d)
      c = keptFromZero(1 + even / c)
      fraction *= d * c
      let odd = -(a + k) * (a + b + k) * x / ((a + 2 * k) * (a + 2 * k + 1))
      d = 1 / keptFromZero(1 + odd * d)
      c = keptFromZero(1 + odd / c)
      let factor = d * c
      fraction *= factor
      if abs(factor - 1) < 2e-16 { break }
    }
    return fraction
  }
}
