/// Factorizations of one dense matrix. Sizes are positive and below 2^31; pointers do not overlap; elements are finite.
///
/// Results are LAPACK's `info`: 0 for success, positive when the method has no answer for this matrix.
public enum Lapack {
  /// The thin singular value decomposition of a row-major `m x n` matrix, which is overwritten: `u` is `m x k`, `s` has
  /// `k` numbers in falling order, `vh` is `k x n`, all row-major, `k = min(m, n)`. Divide and conquer (gesdd).
  public static func svd<T: LapackReal>(
    _ a: UnsafeMutablePointer<T>, m: Int, n: Int, u: UnsafeMutablePointer<T>, s: UnsafeMutablePointer<T>,
    vh: UnsafeMutablePointer<T>
  ) -> Int {
    // The memory is column-major A^T = V S U^T, so the roles of U and V are exchanged.
    let (rows, columns, k) = (Int32(n), Int32(m), Int32(min(m, n)))
    return withWorkspace(T.self, integers: 8 * min(m, n)) { work, length, integers in
      var info: Int32 = 0
      T.lapack.gesdd(
        [letter("S")], [rows], [columns], a, [rows], s, vh, [rows], u, [k], work, [length], integers, &info)
      return info
    }
  }

  /// Eigenvalues in rising order and eigenvectors of a symmetric `n x n` matrix, which is overwritten: its row `j`
  /// becomes the eigenvector of `values[j]`. Divide and conquer (syevd).
  public static func eigenvectors<T: LapackReal>(
    _ a: UnsafeMutablePointer<T>, n: Int, values: UnsafeMutablePointer<T>
  ) -> Int {
    let size = Int32(n)
    let integerCount = Int32(3 + 5 * n)
    return withWorkspace(T.self, integers: Int(integerCount)) { work, length, integers in
      var info: Int32 = 0
      T.lapack.syevd(
        [letter("V")], [letter("L")], [size], a, [size], values, work, [length], integers, [integerCount], &info)
      return info
    }
  }

  /// The thin QR decomposition of an `m x n` matrix in column-major order, which is overwritten by `q` (`m x k`,
  /// column-major, `k = min(m, n)`); `r` is `k x n`, row-major.
  public static func qr<T: LapackReal>(
    _ a: UnsafeMutablePointer<T>, m: Int, n: Int, r: UnsafeMutablePointer<T>
  ) -> Int {
    let k = min(m, n)
    let (rows, columns, reflectors) = (Int32(m), Int32(n), Int32(k))
    return withUnsafeTemporaryAllocation(of: T.self, capacity: k) { tau in
      let factored = withWorkspace(T.self) { work, length, _ in
        var info: Int32 = 0
        T.lapack.geqrf([rows], [columns], a, [rows], tau.baseAddress, work, [length], &info)
        return info
      }
      if factored != 0 { return factored }
      for i in 0..<k { for j in 0..<n { r[i * n + j] = j >= i ? a[j * m + i] : 0 } }
      return withWorkspace(T.self) { work, length, _ in
        var info: Int32 = 0
        T.lapack.orgqr(
          [rows], [reflectors], [reflectors], a, [rows], UnsafePointer(tau.baseAddress), work, [length], &info)
        return info
      }
    }
  }

  /// The lower Cholesky factor of a symmetric row-major `n x n` matrix, in its place; the upper triangle becomes 0.
  /// Positive: the order of the first leading minor that is not positive.
  public static func cholesky<T: LapackReal>(_ a: UnsafeMutablePointer<T>, n: Int) -> Int {
    var info: Int32 = 0
    T.lapack.potrf([letter("U")], [Int32(n)], a, [Int32(n)], &info)
    for i in 0..<n { for j in (i + 1)..<max(n, i + 1) { a[i * n + j] = 0 } }
    return Int(info)
  }

  /// LU factors with partial pivoting of the `n x n` matrix whose column-major order the memory is, in its place.
  /// `pivots` has `n` row numbers from 1. Positive: that element of U's diagonal is exactly 0.
  public static func lu<T: LapackReal>(_ a: UnsafeMutablePointer<T>, n: Int, pivots: UnsafeMutablePointer<Int32>) -> Int
  {
    var info: Int32 = 0
    T.lapack.getrf([Int32(n)], [Int32(n)], a, [Int32(n)], pivots, &info)
    return Int(info)
  }

  /// Solves `A X = B` for a row-major `n x n` matrix `a`, which is overwritten by its factors; `b` holds `B` in
  /// column-major order and becomes `X`. Positive: the matrix is singular.
  public static func solve<T: LapackReal>(
    _ a: UnsafeMutablePointer<T>, n: Int, _ b: UnsafeMutablePointer<T>, columns: Int
  ) -> Int {
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: n) { pivots in
      guard let places = pivots.baseAddress else { return 0 }
      let factored = lu(a, n: n, pivots: places)
      if factored != 0 { return factored }
      var info: Int32 = 0
      T.lapack.getrs(
        [letter("T")], [Int32(n)], [Int32(columns)], UnsafePointer(a), [Int32(n)], UnsafePointer(places), b, [Int32(n)],
        &info)
      return Int(info)
    }
  }

  private static func letter(_ name: Unicode.Scalar) -> CChar { CChar(name.value) }

  /// Asks a routine for its best workspace, and runs it with that.
  private static func withWorkspace<T: LapackReal>(
    _: T.Type, integers: Int = 1,
    _ run: (_ work: UnsafeMutablePointer<T>?, _ length: Int32, _ integers: UnsafeMutablePointer<Int32>?) -> Int32
  ) -> Int {
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: max(1, integers)) { places in
      var best: T = 1
      let asked = run(&best, -1, places.baseAddress)
      if asked != 0 { return Int(asked) }
      // Sizes come back as floating-point numbers; a Float above 2^24 may be rounded down.
      let length = min(max(1, Int(best.nextUp)), Int(Int32.max))
      return withUnsafeTemporaryAllocation(of: T.self, capacity: length) { work in
        Int(run(work.baseAddress, Int32(length), places.baseAddress))
      }
    }
  }
}
