/// One pass of Stockham's transform: parts `x[(q + count j) stride + k]` of each block become
/// `y[(radix q + r) stride + k] = w^(q r) sum over j of x_j e^(-2 pi i j r / radix)`.
struct FourierPass<T: Real> {
  let count: Int
  let stride: Int
  let x: UnsafeMutablePointer<T>
  let xi: UnsafeMutablePointer<T>
  let y: UnsafeMutablePointer<T>
  let yi: UnsafeMutablePointer<T>
  let cosines: UnsafePointer<T>
  let sines: UnsafePointer<T>

  /// Writes part `r`, multiplied with its twiddle `w`.
  @inline(__always)
  private func put(_ at: Int, _ real: T, _ imaginary: T, _ w: (T, T)) {
    y[at] = real * w.0 - imaginary * w.1
    yi[at] = real * w.1 + imaginary * w.0
  }

  @inline(__always)
  private func twiddle(_ q: Int, _ r: Int, _ radix: Int) -> (T, T) {
    (cosines[q * (radix - 1) + r - 1], sines[q * (radix - 1) + r - 1])
  }

  func radix2() {
    for q in 0..<count {
      let w = twiddle(q, 1, 2)
      let (from, next, to) = (q * stride, (q + count) * stride, 2 * q * stride)
      for k in 0..<stride {
        let (a, ai, b, bi) = (x[from + k], xi[from + k], x[next + k], xi[next + k])
        y[to + k] = a + b
        yi[to + k] = ai + bi
        put(to + stride + k, a - b, ai - bi, w)
      }
    }
  }

  func radix3() {
    let half: T = 0.5
    let height = T(0.866_025_403_784_438_646_763_7)
    for q in 0..<count {
      let (w1, w2) = (twiddle(q, 1, 3), twiddle(q, 2, 3))
      let step = count * stride
      let (from, to) = (q * stride, 3 * q * stride)
      for k in 0..<stride {
        let (a, ai) = (x[from + k], xi[from + k])
        let (b, bi, c, ci) = (x[from + step + k], xi[from + step + k], x[from + 2 * step + k], xi[from + 2 * step + k])
        let (sum, sumI) = (b + c, bi + ci)
        let (middle, middleI) = (a - half * sum, ai - half * sumI)
        // -i height (b - c)
        let (turn, turnI) = (height * (bi - ci), height * (c - b))
        y[to + k] = a + sum
        yi[to + k] = ai + sumI
        put(to + stride + k, middle + turn, middleI + turnI, w1)
        put(to + 2 * stride + k, middle - turn, middleI - turnI, w2)
      }
    }
  }

  func radix4() {
    for q in 0..<count {
      let (w1, w2, w3) = (twiddle(q, 1, 4), twiddle(q, 2, 4), twiddle(q, 3, 4))
      let step = count * stride
      let (from, to) = (q * stride, 4 * q * stride)
      for k in 0..<stride {
        let at = from + k
        let (s02, s02I) = (x[at] + x[at + 2 * step], xi[at] + xi[at + 2 * step])
        let (d02, d02I) = (x[at] - x[at + 2 * step], xi[at] - xi[at + 2 * step])
        let (s13, s13I) = (x[at + step] + x[at + 3 * step], xi[at + step] + xi[at + 3 * step])
        // -i (x1 - x3)
        let (d13, d13I) = (xi[at + step] - xi[at + 3 * step], x[at + 3 * step] - x[at + step])
        y[to + k] = s02 + s13
        yi[to + k] = s02I + s13I
        put(to + stride + k, d02 + d13, d02I + d13I, w1)
        put(to + 2 * stride + k, s02 - s13, s02I - s13I, w2)
        put(to + 3 * stride + k, d02 - d13, d02I - d13I, w3)
      }
    }
  }

  func radix5() {
    // Cosines and sines of 72 and 144 degrees.
    let (c1, c2) = (T(0.309_016_994_374_947_424_102_3), T(-0.809_016_994_374_947_424_102_3))
    let (s1, s2) = (T(0.951_056_516_295_153_572_116_4), T(0.587_785_252_292_473_129_168_7))
    for q in 0..<count {
      let (w1, w2, w3, w4) = (twiddle(q, 1, 5), twiddle(q, 2, 5), twiddle(q, 3, 5), twiddle(q, 4, 5))
      let step = count * stride
      let (from, to) = (q * stride, 5 * q * stride)
      for k in 0..<stride {
        let at = from + k
        let (a, ai) = (x[at], xi[at])
        let (s14, s14I) = (x[at + step] + x[at + 4 * step], xi[at + step] + xi[at + 4 * step])
        let (d14, d14I) = (x[at + step] - x[at + 4 * step], xi[at + step] - xi[at + 4 * step])
        let (s23, s23I) = (x[at + 2 * step] + x[at + 3 * step], xi[at + 2 * step] + xi[at + 3 * step])
        let (d23, d23I) = (x[at + 2 * step] - x[at + 3 * step], xi[at + 2 * step] - xi[at + 3 * step])
        let (m1, m1I) = (a + c1 * s14 + c2 * s23, ai + c1 * s14I + c2 * s23I)
        let (m2, m2I) = (a + c2 * s14 + c1 * s23, ai + c2 * s14I + c1 * s23I)
        // -i (s1 d14 + s2 d23) and -i (s2 d14 - s1 d23)
        let (t1, t1I) = (s1 * d14I + s2 * d23I, 0 - (s1 * d14 + s2 * d23))
        let (t2, t2I) = (s2 * d14I - s1 * d23I, s1 * d23 - s2 * d14)
        y[to + k] = a + s14 + s23
        yi[to + k] = ai + s14I + s23I
        put(to + stride + k, m1 + t1, m1I + t1I, w1)
        put(to + 2 * stride + k, m2 + t2, m2I + t2I, w2)
        put(to + 3 * stride + k, m2 - t2, m2I - t2I, w3)
        put(to + 4 * stride + k, m1 - t1, m1I - t1I, w4)
      }
    }
  }
}
