import Glibc

/// The discrete Fourier transform of one length, prepared once: `X[k] = sum over t of x[t] e^(-2 pi i k t / n)`.
///
/// Lengths whose prime factors are 2, 3 and 5 go through Stockham's self-sorting passes of radix 4, 2, 3 and 5 (Van Loan,
/// "Computational Frameworks for the Fast Fourier Transform", 1992); other lengths become a convolution of a length that
/// is a power of two (Bluestein, 1970). Every length takes time in proportion to n log n.
public struct FourierPlan<T: Real>: Sendable {
  /// The number of complex points; at least 1.
  public let length: Int
  private let passes: [Pass]
  private let chirp: Chirp?

  /// One pass: `radix` parts of a block become one, for `count` twiddles (1 for the first part).
  private struct Pass: Sendable {
    let radix: Int
    /// Points in a block before the pass, divided by the radix.
    let count: Int
    /// e^(-2 pi i q r / (radix count)) at `[q * (radix - 1) + r - 1]`.
    let real: [T]
    let imaginary: [T]
  }

  /// Bluestein's: multiply by a chirp, convolve with its conjugate, multiply again.
  private struct Chirp: Sendable {
    let size: Int
    let passes: [Pass]
    /// e^(-pi i t^2 / n)
    let real: [T]
    let imaginary: [T]
    /// The transform of the conjugate chirp, divided by `size`.
    let kernelReal: [T]
    let kernelImaginary: [T]
  }

  /// `length` is at least 1 and at most 2^40.
  public init(length: Int) {
    self.length = length
    if let factors = Self.factors(length) {
      passes = Self.passes(length, factors)
      chirp = nil
    } else {
      passes = []
      chirp = Self.chirp(length)
    }
  }

  /// How many numbers of scratch memory a transform needs.
  public var scratchCount: Int { chirp.map { 4 * $0.size } ?? 2 * length }

  /// Transforms `real + i imaginary` in place; scratch memory does not overlap with them.
  ///
  /// The inverse is not divided by the length: exchange `real` and `imaginary` in the call.
  public func transform(
    _ real: UnsafeMutablePointer<T>, _ imaginary: UnsafeMutablePointer<T>, scratch: UnsafeMutablePointer<T>
  ) {
    guard let chirp else {
      Self.run(passes, length, real, imaginary, scratch, scratch + length)
      return
    }
    let size = chirp.size
    let (a, b) = (scratch, scratch + size)
    for t in 0..<length {
      a[t] = real[t] * chirp.real[t] - imaginary[t] * chirp.imaginary[t]
      b[t] = real[t] * chirp.imaginary[t] + imaginary[t] * chirp.real[t]
    }
    for t in length..<size { (a[t], b[t]) = (0, 0) }
    Self.run(chirp.passes, size, a, b, scratch + 2 * size, scratch + 3 * size)
    for k in 0..<size {
      let product = a[k] * chirp.kernelReal[k] - b[k] * chirp.kernelImaginary[k]
      b[k] = a[k] * chirp.kernelImaginary[k] + b[k] * chirp.kernelReal[k]
      a[k] = product
    }
    Self.run(chirp.passes, size, b, a, scratch + 3 * size, scratch + 2 * size)
    for t in 0..<length {
      real[t] = a[t] * chirp.real[t] - b[t] * chirp.imaginary[t]
      imaginary[t] = a[t] * chirp.imaginary[t] + b[t] * chirp.real[t]
    }
  }

  // MARK: Preparation

  /// Factors 4, 2, 3 and 5 whose product is `length`; nil if there are others.
  private static func factors(_ length: Int) -> [Int]? {
    var (rest, factors): (Int, [Int]) = (length, [])
    for factor in [4, 2, 3, 5] {
      while rest % factor == 0 {
        factors.append(factor)
        rest /= factor
      }
    }
    return rest == 1 ? factors : nil
  }

  /// cos and -sin of 2 pi k / n, k reduced first so that large products stay exact.
  private static func root(_ k: Int, _ n: Int) -> (real: Double, imaginary: Double) {
    let angle = 2 * Double.pi * Double(k % n) / Double(n)
    return (Glibc.cos(angle), -Glibc.sin(angle))
  }

  private static func passes(_ length: Int, _ factors: [Int]) -> [Pass] {
    var block = length
    return factors.map { radix in
      let count = block / radix
      var (real, imaginary): ([T], [T]) = ([], [])
      for q in 0..<count {
        for r in 1..<radix {
          let w = root(q * r, block)
          real.append(T(w.real))
          imaginary.append(T(w.imaginary))
        }
      }
      block = count
      return Pass(radix: radix, count: count, real: real, imaginary: imaginary)
    }
  }

  private static func chirp(_ length: Int) -> Chirp {
    var size = 1
    while size < 2 * length - 1 { size *= 2 }
    let passes = passes(size, factors(size) ?? [])
    // t^2 modulo 2n, by steps, so that nothing overflows.
    var (square, cosines, sines): (Int, [Double], [Double]) = (0, [], [])
    for t in 0..<length {
      let w = root(square, 2 * length)
      cosines.append(w.real)
      sines.append(w.imaginary)
      square = (square + 2 * t + 1) % (2 * length)
    }
    var kernelReal = [T](repeating: 0, count: size)
    var kernelImaginary = kernelReal
    let scale = 1 / Double(size)
    for t in 0..<length {
      let mirrored = (size - t) % size
      kernelReal[t] = T(cosines[t] * scale)
      kernelImaginary[t] = T(-sines[t] * scale)
      (kernelReal[mirrored], kernelImaginary[mirrored]) = (kernelReal[t], kernelImaginary[t])
    }
    var scratch = [T](repeating: 0, count: 2 * size)
    kernelReal.withUnsafeMutableBufferPointer { a in
      kernelImaginary.withUnsafeMutableBufferPointer { b in
        scratch.withUnsafeMutableBufferPointer { c in
          guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
          run(passes, size, a, b, c, c + size)
        }
      }
    }
    return Chirp(
      size: size, passes: passes, real: cosines.map { T($0) }, imaginary: sines.map { T($0) }, kernelReal: kernelReal,
      kernelImaginary: kernelImaginary)
  }

  // MARK: Passes

  /// All passes, to and fro between the data and the scratch memory; the result ends in the data.
  private static func run(
    _ passes: [Pass], _ length: Int, _ real: UnsafeMutablePointer<T>, _ imaginary: UnsafeMutablePointer<T>,
    _ scratchReal: UnsafeMutablePointer<T>, _ scratchImaginary: UnsafeMutablePointer<T>
  ) {
    var (a, b) = ((real, imaginary), (scratchReal, scratchImaginary))
    var stride = 1
    for pass in passes {
      pass.real.withUnsafeBufferPointer { cosines in
        pass.imaginary.withUnsafeBufferPointer { sines in
          guard let c = cosines.baseAddress, let s = sines.baseAddress else { return }
          let step = FourierPass(
            count: pass.count, stride: stride, x: a.0, xi: a.1, y: b.0, yi: b.1, cosines: c, sines: s)
          switch pass.radix {
          case 2: step.radix2()
          case 3: step.radix3()
          case 4: step.radix4()
          default: step.radix5()
          }
        }
      }
      stride *= pass.radix
      swap(&a, &b)
    }
    if a.0 != real {
      real.update(from: a.0, count: length)
      imaginary.update(from: a.1, count: length)
    }
  }
}
