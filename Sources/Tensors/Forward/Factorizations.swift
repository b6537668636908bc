import Basics
import Kernels

/// Decompositions of matrices, and of batches of them in the leading dimensions.
extension Forward {
  /// The thin singular value decomposition `a = u diag(s) vh`, singular values falling. In each column of `u`, the first
  /// component of at least half the largest magnitude is positive, which makes the signs unique.
  public static func svd(_ a: Tensor) throws -> (u: Tensor, s: Tensor, vh: Tensor) {
    let (lead, m, n) = try matrixSizes(a)
    let k = min(m, n)
    let u = try Tensor(uninitialized: Shape(lead + [m, k]), a.dtype)
    let s = try Tensor(uninitialized: Shape(lead + [k]), a.dtype)
    let vh = try Tensor(uninitialized: Shape(lead + [k, n]), a.dtype)
    let work = try finiteCopy(a)
    func run<T: LapackReal>(_: T.Type) throws {
      let (p, pu, ps, pv) = (
        work.pointer(as: T.self), u.pointer(as: T.self), s.pointer(as: T.self), vh.pointer(as: T.self)
      )
      let statuses = forEachMatrix(s.count == 0 ? 0 : s.count / k, cost: m * n * k) { i in
        let (own, rows) = (pu + i * m * k, pv + i * k * n)
        let status = Lapack.svd(p + i * m * n, m: m, n: n, u: own, s: ps + i * k, vh: rows)
        for j in 0..<k where LeadingSign.isNegative(own + j, step: k, count: m) {
          LeadingSign.flip(own + j, step: k, count: m)
          LeadingSign.flip(rows + j * n, step: 1, count: n)
        }
        return status
      }
      try requireSuccess(statuses, a) { _ in "the singular values did not converge" }
    }
    try a.dtype == .float32 ? run(Float.self) : run(Double.self)
    return (u, s, vh)
  }

  /// Eigenvalues, rising, and eigenvectors (in columns) of the symmetric part of `a`, `(a + a^T) / 2`; signs as in `svd`.
  public static func eigh(_ a: Tensor) throws -> (values: Tensor, vectors: Tensor) {
    let (lead, n) = try squareSizes(a)
    let values = try Tensor(uninitialized: Shape(lead + [n]), a.dtype)
    let work = try symmetricPart(finiteCopy(a))
    func run<T: LapackReal>(_: T.Type) throws {
      let (p, w) = (work.pointer(as: T.self), values.pointer(as: T.self))
      let statuses = forEachMatrix(n == 0 ? 0 : values.count / n, cost: n * n * n) { i in
        let rows = p + i * n * n
        let status = Lapack.eigenvectors(rows, n: n, values: w + i * n)
        for j in 0..<n where LeadingSign.isNegative(rows + j * n, step: 1, count: n) {
          LeadingSign.flip(rows + j * n, step: 1, count: n)
        }
        return status
      }
      try requireSuccess(statuses, a) { _ in "the eigenvalues did not converge" }
    }
    try a.dtype == .float32 ? run(Float.self) : run(Double.self)
    return (values, try work.transposedView(a.rank - 2, a.rank - 1).contiguous())
  }

  /// The thin QR decomposition `a = q r`; the diagonal of `r` is not negative.
  public static func qr(_ a: Tensor) throws -> (q: Tensor, r: Tensor) {
    let (lead, m, n) = try matrixSizes(a)
    let k = min(m, n)
    let r = try Tensor(uninitialized: Shape(lead + [k, n]), a.dtype)
    // Column-major order: the columns of each matrix one after another.
    let work = try finiteCopy(a.transposedView(a.rank - 2, a.rank - 1))
    func run<T: LapackReal>(_: T.Type) throws {
      let (p, pr) = (work.pointer(as: T.self), r.pointer(as: T.self))
      let statuses = forEachMatrix(m * n == 0 ? 0 : work.count / (m * n), cost: m * n * k) { i in
        let status = Lapack.qr(p + i * m * n, m: m, n: n, r: pr + i * k * n)
        for j in 0..<k where pr[i * k * n + j * n + j] < 0 {
          LeadingSign.flip(pr + i * k * n + j * n, step: 1, count: n)
          LeadingSign.flip(p + i * m * n + j * m, step: 1, count: m)
        }
        return status
      }
      try requireSuccess(statuses, a) { _ in "the decomposition failed" }
    }
    try a.dtype == .float32 ? run(Float.self) : run(Double.self)
    let columns = work.narrowedView(a.rank - 2, start: 0, length: k)
    return (try columns.transposedView(a.rank - 2, a.rank - 1).contiguous(), r)
  }

  /// The lower factor of `(a + a^T) / 2 = l l^T`.
  public static func cholesky(_ a: Tensor) throws -> Tensor {
    let (_, n) = try squareSizes(a)
    let work = try symmetricPart(finiteCopy(a))
    func run<T: LapackReal>(_: T.Type) throws {
      let p = work.pointer(as: T.self)
      let statuses = forEachMatrix(n == 0 ? 0 : work.count / (n * n), cost: n * n * n) {
        Lapack.cholesky(p + $0 * n * n, n: n)
      }
      try requireSuccess(statuses, a) {
        "the matrix is not positive definite (its leading minor of order \($0) is not positive)"
      }
    }
    try a.dtype == .float32 ? run(Float.self) : run(Double.self)
    return work
  }

  /// `x` with `a x = b`: square `a`, leading dimensions of both equal.
  public static func solve(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    let (_, n) = try squareSizes(a)
    let columns = b.shape[b.rank - 1]
    let factors = try finiteCopy(a)
    let x = try b.transposedView(b.rank - 2, b.rank - 1).copy()
    func run<T: LapackReal>(_: T.Type) throws {
      let (p, q) = (factors.pointer(as: T.self), x.pointer(as: T.self))
      let statuses = forEachMatrix(n == 0 ? 0 : a.count / (n * n), cost: n * n * (n + columns)) { i in
        Lapack.solve(p + i * n * n, n: n, q + i * n * columns, columns: columns)
      }
      try requireSuccess(statuses, a) { _ in "the matrix is singular" }
    }
    try a.dtype == .float32 ? run(Float.self) : run(Double.self)
    return try x.transposedView(b.rank - 2, b.rank - 1).contiguous()
  }

  /// The determinant, its sign (-1, 0 or 1) and the logarithm of its magnitude (-inf for 0), from the pivots of an LU
  /// decomposition.
  public static func determinant(_ a: Tensor) throws -> (value: Tensor, sign: Tensor, logarithm: Tensor) {
    let (lead, n) = try squareSizes(a)
    let results = try (0..<3).map { _ in try Tensor(uninitialized: Shape(lead), a.dtype) }
    let factors = try finiteCopy(a)
    func run<T: LapackReal>(_: T.Type) throws {
      let p = factors.pointer(as: T.self)
      let (values, signs, logarithms) = (
        results[0].pointer(as: T.self), results[1].pointer(as: T.self), results[2].pointer(as: T.self)
      )
      let statuses = forEachMatrix(results[0].count, cost: n * n * n) { i in
        var pivots = [Int32](repeating: 0, count: n)
        if n > 0 { _ = Lapack.lu(p + i * n * n, n: n, pivots: &pivots) }
        var (value, sign, logarithm): (T, T, T) = (1, 1, 0)
        for j in 0..<n {
          let pivot = Int(pivots[j]) == j + 1 ? p[i * n * n + j * n + j] : -p[i * n * n + j * n + j]
          value *= pivot
          sign *= pivot > 0 ? 1 : (pivot < 0 ? -1 : 0)
          logarithm += T.log(pivot.magnitude)
        }
        (values[i], signs[i], logarithms[i]) = (value, sign, logarithm)
        return 0
      }
      try requireSuccess(statuses, a) { _ in "the decomposition failed" }
    }
    try a.dtype == .float32 ? run(Float.self) : run(Double.self)
    return (results[0], results[1], results[2])
  }
}

/// Makes the sign of a vector unique: its first component of at least half the largest magnitude shall be positive.
private enum LeadingSign {
  static func isNegative<T: LapackReal>(_ x: UnsafePointer<T>, step: Int, count: Int) -> Bool {
    var largest: T = 0
    for i in 0..<count { largest = max(largest, x[i * step].magnitude) }
    for i in 0..<count where x[i * step].magnitude * 2 >= largest { return x[i * step] < 0 }
    return false
  }

  static func flip<T: LapackReal>(_ x: UnsafeMutablePointer<T>, step: Int, count: Int) {
    for i in 0..<count { x[i * step] = 0 - x[i * step] }
  }
}
