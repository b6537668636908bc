/// What Muon does with the momentum of a matrix.
public enum MuonKernel {
  /// The coefficients of the quintic iteration of Jordan et al. 2024: steep near 0, and near 1 within about 0.3.
  static let quintic = (3.4445, -4.7750, 2.0315)

  /// The matrix nearest to being orthogonal, roughly: singular values between 0.7 and 1.2, singular vectors kept.
  ///
  /// With `X` divided by its Frobenius norm, repeats `X = a X + (b A + c A A) X` where `A = X X^T`, on the wide side.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func orthogonalize<T: Real>(
    _ x: UnsafeMutablePointer<T>, rows: Int, columns: Int, iterations: Int, epsilon: T
  ) {
    let count = rows * columns
    if count == 0 { return }
    let isTall = rows > columns
    let (m, n) = isTall ? (columns, rows) : (rows, columns)
    let memory = UnsafeMutablePointer<T>.allocate(capacity: 2 * count + 2 * m * m)
    defer { memory.deallocate() }
    var (now, next) = (memory, memory + count)
    let gram = memory + 2 * count
    let mix = gram + m * m
    for i in 0..<count { next[i] = x[i] * x[i] }
    let norm = Sum.contiguous(next, count).squareRoot()
    let scale = 1 / (norm > epsilon ? norm : epsilon)
    for i in 0..<m {
      for j in 0..<n { now[i * n + j] = (isTall ? x[j * m + i] : x[i * n + j]) * scale }
    }
    let (a, b, c) = (T(quintic.0), T(quintic.1), T(quintic.2))
    func plain(_ pointer: UnsafeMutablePointer<T>, _ stride: Int) -> Gemm.Operand<T> {
      Gemm.Operand(UnsafePointer(pointer), stride: stride, transposed: false)
    }
    for _ in 0..<iterations {
      let right = Gemm.Operand(UnsafePointer(now), stride: n, transposed: true)
      Gemm.multiply(plain(now, n), right, gram, cStride: m, m: m, n: m, k: n)
      Gemm.multiply(plain(gram, m), plain(gram, m), mix, cStride: m, m: m, n: m, k: m)
      for i in 0..<(m * m) { mix[i] = b * gram[i] + c * mix[i] }
      Gemm.multiply(plain(mix, m), plain(now, n), next, cStride: n, m: m, n: n, k: m)
      for i in 0..<count { next[i] = a * now[i] + next[i] }
      swap(&now, &next)
    }
    for i in 0..<m {
      for j in 0..<n { x[isTall ? j * m + i : i * n + j] = now[i * n + j] }
    }
  }

  /// `b = momentum b + (1 - momentum) g`, and into `direction` the momentum, or with Nesterov's look-ahead
  /// `(1 - momentum) g + momentum b`.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func momentum<T: Real>(
    _ g: UnsafePointer<T>, _ b: UnsafeMutablePointer<T>, _ direction: UnsafeMutablePointer<T>, _ count: Int,
    momentum: T, nesterov: Bool
  ) {
    let fresh = 1 - momentum
    Parallel.forEachRange(count) { start, length in
      for i in start..<(start &+ length) {
        let mean = momentum * b[i] + fresh * g[i]
        b[i] = mean
        direction[i] = nesterov ? fresh * g[i] + momentum * mean : mean
      }
    }
  }

  /// `p = shrink p - rate d`
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func step<T: Real>(
    _ p: UnsafeMutablePointer<T>, _ d: UnsafePointer<T>, _ count: Int, shrink: T, rate: T
  ) {
    Parallel.forEachRange(count) { start, length in
      for i in start..<(start &+ length) { p[i] = shrink * p[i] - rate * d[i] }
    }
  }
}
