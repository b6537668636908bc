/// The complementary error function for a >= 0 without its factor e^(-a^2): P((a - 1.75) / (a + 1.75)) / (a + 1.75)
/// with a polynomial P fitted on [0, 10.2] for the smallest relative error (2^-25.2).
@inline(__always) private func scaledErfc(_ a: Float) -> Float {
  let r = 1 / (a + 1.75)
  let u = (a - 1.75) * r
  var p: Float = -0.000229005978
  p = Float(-0.000395749783).addingProduct(p, u)
  p = Float(0.00109575095).addingProduct(p, u)
  p = Float(0.00343822408).addingProduct(p, u)
  p = Float(-0.00293741608).addingProduct(p, u)
  p = Float(-0.0226956923).addingProduct(p, u)
  p = Float(0.0162251014).addingProduct(p, u)
  p = Float(0.179347456).addingProduct(p, u)
  p = Float(-0.607057393).addingProduct(p, u)
  p = Float(0.997402847).addingProduct(p, u)
  return p * r
}

extension Float {
  /// Error at most 1.1 ulp.
  @inline(__always) public static func erf(_ x: Float) -> Float {
    let a = clamped(x.magnitude, 0, 4)
    // |x| <= 1: x + x P(x^2)
    let square = a * a
    var p: Float = 7.85402663e-05
    p = Float(-0.000801024784).addingProduct(p, square)
    p = Float(0.00518833473).addingProduct(p, square)
    p = Float(-0.0268538166).addingProduct(p, square)
    p = Float(0.112835854).addingProduct(p, square)
    p = Float(-0.37612626).addingProduct(p, square)
    p = Float(0.128379166).addingProduct(p, square)
    let small = x.addingProduct(x, p)
    // |x| > 1: 1 - e^-Q(|x|)
    var q: Float = -0.000186777615
    q = Float(0.00295188278).addingProduct(q, a)
    q = Float(-0.0218563341).addingProduct(q, a)
    q = Float(0.103148013).addingProduct(q, a)
    q = Float(0.638093531).addingProduct(q, a)
    q = Float(1.12712252).addingProduct(q, a)
    q = Float(0.000332682364).addingProduct(q, a)
    let large = 1 - ExponentialReduction(-q).exp(times: 1)
    let signed = Float(bitPattern: large.bitPattern | (x.bitPattern & 0x8000_0000))
    return a > 1 ? signed : small
  }

  /// Error at most 5 ulp.
  @inline(__always) public static func erfc(_ x: Float) -> Float {
    let a = clamped(x.magnitude, 0, 10.5)
    let square = a * a
    let squareLow = (-square).addingProduct(a, a)
    let tail = ExponentialReduction(-square, correction: -squareLow).exp(times: scaledErfc(a))
    return x < 0 ? 2 - tail : tail
  }

  /// Error at most 4.5 ulp, in the negative tail too.
  @inline(__always) public static func gelu(_ x: Float) -> Float {
    let a = clamped(x.magnitude, 0, 15)
    let square = a * a
    let squareLow = (-square).addingProduct(a, a)
    // x >= 0 loses x times the tail, x < 0 is all tail.
    let tail = ExponentialReduction(-0.5 * square, correction: -0.5 * squareLow)
      .exp(times: 0.5 * a * scaledErfc(a * 0.707106769))
    return (x < 0 ? -0.0 : x) - tail
  }
}
