/// Many products of matrices so small that the call of a BLAS routine, which packs both operands, costs more than the
/// product: one network for each task, one small matrix for each head or element of a batch.
///
/// Every element is one chain of fused multiply-adds in the order of the shared dimension (or eight such chains where both
/// operands lie along it), whatever stands beside it, so its bits depend on the shapes alone.
public enum SmallProducts {
  /// Above so many multiplications packing pays.
  static let most = 1 << 15

  /// Whether `m x k` times `k x n` is small in this sense; two transposed operands are left to BLAS.
  @inline(__always)
  public static func suit<T>(_ a: Gemm.Operand<T>, _ b: Gemm.Operand<T>, m: Int, n: Int, k: Int) -> Bool {
    m > 0 && n > 0 && k > 0 && m <= most && n <= most && k <= most && m &* n <= most && m &* n &* k <= most
      && !(a.transposed && b.transposed && n > 1)
  }

  /// `count` products; the pieces of the result lie one behind the other.
  ///
  /// - Parameter walk: over the batch, where its first two operands are `a` and `b`.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func multiply<T: Real>(
    _ a: Gemm.Operand<T>, _ b: Gemm.Operand<T>, _ c: UnsafeMutablePointer<T>, count: Int, m: Int, n: Int, k: Int,
    over walk: StridedWalk
  ) {
    Parallel.forEachRange(count, grain: max(1, (1 << 18) / (m &* n &* k))) { first, length in
      for which in first..<(first &+ length) {
        let at = walk.offsets(at: which)
        one(
          a.pointer + at[0], a.stride, a.transposed, b.pointer + at[1], b.stride, b.transposed, c + which &* m &* n, m,
          n, k)
      }
    }
  }

  @inline(__always)
  private static func one<T: Real>(
    _ a: UnsafePointer<T>, _ aStride: Int, _ aTransposed: Bool, _ b: UnsafePointer<T>, _ bStride: Int,
    _ bTransposed: Bool, _ c: UnsafeMutablePointer<T>, _ m: Int, _ n: Int, _ k: Int
  ) {
    if n == 1 && aTransposed {
      // A column of results, as the row that it is the transpose of.
      columns(b, 0, bTransposed ? 1 : bStride, a, aStride, c, m, 1, m, k)
    } else if bTransposed || (n == 1 && bStride == 1) {
      dots(a, aStride, b, bStride, c, m, n, k)
    } else {
      columns(a, aTransposed ? 1 : aStride, aTransposed ? aStride : 1, b, bStride, c, n, m, n, k)
    }
  }

  /// Rows of `b` times single numbers of `a`, element `(i, p)` of which stands at `i * aRow + p * aColumn`.
  @inline(__always)
  private static func columns<T: Real>(
    _ a: UnsafePointer<T>, _ aRow: Int, _ aColumn: Int, _ b: UnsafePointer<T>, _ bStride: Int,
    _ c: UnsafeMutablePointer<T>, _ cStride: Int, _ m: Int, _ n: Int, _ k: Int
  ) {
    // The last block of four rows, and that of eight columns, is moved back to end with the matrix: what it shares with
    // the block before is computed twice, to the same bits.
    var row = 0
    while row < m {
      let rows = m < 4 ? 1 : 4
      let first = rows == 4 ? min(row, m &- 4) : row
      let (x, y) = (a + first &* aRow, c + first &* cStride)
      let step = rows == 4 ? aRow : 0
      let yStep = rows == 4 ? cStride : 0
      var column = 0
      while rows == 4 && column &+ 16 <= n {
        wideStrip(x, step, aColumn, b + column, bStride, y + column, yStep, k)
        column &+= 16
      }
      while column &+ 8 <= n {
        strip(x, step, aColumn, b + column, bStride, y + column, yStep, k)
        column &+= 8
      }
      if column < n && n >= 8 {
        strip(x, step, aColumn, b + (n &- 8), bStride, y + (n &- 8), yStep, k)
      } else {
        while column < n {
          single(x, step, aColumn, b + column, bStride, y + column, yStep, k)
          column &+= 1
        }
      }
      row &+= rows
    }
  }

  /// Four rows and sixteen columns.
  @inline(__always)
  private static func wideStrip<T: Real>(
    _ a: UnsafePointer<T>, _ aRow: Int, _ aColumn: Int, _ b: UnsafePointer<T>, _ bStride: Int,
    _ c: UnsafeMutablePointer<T>, _ cStride: Int, _ k: Int
  ) {
    let (a1, a2, a3) = (a + aRow, a + 2 &* aRow, a + 3 &* aRow)
    var s0 = SIMD8<T>(repeating: 0)
    var (s1, s2, s3, t0, t1, t2, t3) = (s0, s0, s0, s0, s0, s0, s0)
    var (from, at) = (UnsafeRawPointer(b), 0)
    let bytes = bStride &* MemoryLayout<T>.stride
    let half = 8 &* MemoryLayout<T>.stride
    for _ in 0..<k {
      let v = from.loadUnaligned(as: SIMD8<T>.self)
      let w = from.loadUnaligned(fromByteOffset: half, as: SIMD8<T>.self)
      let (x0, x1) = (SIMD8<T>(repeating: a[at]), SIMD8<T>(repeating: a1[at]))
      s0.addProduct(x0, v)
      t0.addProduct(x0, w)
      s1.addProduct(x1, v)
      t1.addProduct(x1, w)
      let (x2, x3) = (SIMD8<T>(repeating: a2[at]), SIMD8<T>(repeating: a3[at]))
      s2.addProduct(x2, v)
      t2.addProduct(x2, w)
      s3.addProduct(x3, v)
      t3.addProduct(x3, w)
      at &+= aColumn
      from += bytes
    }
    store(s0, t0, c)
    store(s1, t1, c + cStride)
    store(s2, t2, c + 2 &* cStride)
    store(s3, t3, c + 3 &* cStride)
  }

  @inline(__always)
  private static func store<T: Real>(_ s: SIMD8<T>, _ t: SIMD8<T>, _ c: UnsafeMutablePointer<T>) {
    UnsafeMutableRawPointer(c).storeBytes(of: s, as: SIMD8<T>.self)
    UnsafeMutableRawPointer(c + 8).storeBytes(of: t, as: SIMD8<T>.self)
  }

  /// Four rows and eight columns; a step of 0 between rows makes them the same one.
  @inline(__always)
  private static func strip<T: Real>(
    _ a: UnsafePointer<T>, _ aRow: Int, _ aColumn: Int, _ b: UnsafePointer<T>, _ bStride: Int,
    _ c: UnsafeMutablePointer<T>, _ cStride: Int, _ k: Int
  ) {
    let (a1, a2, a3) = (a + aRow, a + 2 &* aRow, a + 3 &* aRow)
    var s0 = SIMD8<T>(repeating: 0)
    var (s1, s2, s3) = (s0, s0, s0)
    var (from, at) = (UnsafeRawPointer(b), 0)
    let bytes = bStride &* MemoryLayout<T>.stride
    if aRow == 0 {
      for _ in 0..<k {
        s0.addProduct(SIMD8<T>(repeating: a[at]), from.loadUnaligned(as: SIMD8<T>.self))
        at &+= aColumn
        from += bytes
      }
      return UnsafeMutableRawPointer(c).storeBytes(of: s0, as: SIMD8<T>.self)
    }
    for _ in 0..<k {
      let v = from.loadUnaligned(as: SIMD8<T>.self)
      s0.addProduct(SIMD8<T>(repeating: a[at]), v)
      s1.addProduct(SIMD8<T>(repeating: a1[at]), v)
      s2.addProduct(SIMD8<T>(repeating: a2[at]), v)
      s3.addProduct(SIMD8<T>(repeating: a3[at]), v)
      at &+= aColumn
      from += bytes
    }
    UnsafeMutableRawPointer(c).storeBytes(of: s0, as: SIMD8<T>.self)
    UnsafeMutableRawPointer(c + cStride).storeBytes(of: s1, as: SIMD8<T>.self)
    UnsafeMutableRawPointer(c + 2 &* cStride).storeBytes(of: s2, as: SIMD8<T>.self)
    UnsafeMutableRawPointer(c + 3 &* cStride).storeBytes(of: s3, as: SIMD8<T>.self)
  }

  /// Four rows of one column.
  @inline(__always)
  private static func single<T: Real>(
    _ a: UnsafePointer<T>, _ aRow: Int, _ aColumn: Int, _ b: UnsafePointer<T>, _ bStride: Int,
    _ c: UnsafeMutablePointer<T>, _ cStride: Int, _ k: Int
  ) {
    var sums = SIMD4<T>(repeating: 0)
    for p in 0..<k {
      let x = a + p &* aColumn
      sums.addProduct(
        SIMD4<T>(x[0], x[aRow], x[2 &* aRow], x[3 &* aRow]), SIMD4<T>(repeating: b[p &* bStride]))
    }
    for lane in 0..<4 { c[lane &* cStride] = sums[lane] }
  }

  /// Inner products of rows of `a` and of `b`, two and four at a time, each in eight lanes.
  @inline(__always)
  private static func dots<T: Real>(
    _ a: UnsafePointer<T>, _ aStride: Int, _ b: UnsafePointer<T>, _ bStride: Int, _ c: UnsafeMutablePointer<T>,
    _ m: Int, _ n: Int, _ k: Int
  ) {
    let width = MemoryLayout<T>.stride
    var row = 0
    while row < m {
      let next = row &+ 1 < m ? 1 : 0
      let (x0, x1) = (a + row &* aStride, a + (row &+ next) &* aStride)
      let (raw0, raw1) = (UnsafeRawPointer(x0), UnsafeRawPointer(x1))
      let (y0, y1) = (c + row &* n, c + (row &+ next) &* n)
      var column = 0
      while column < n {
        let first = n < 4 ? column : min(column, n &- 4)
        let step = n < 4 ? 0 : bStride
        let w = b + first &* bStride
        let (r0, r1) = (UnsafeRawPointer(w), UnsafeRawPointer(w + step))
        let (r2, r3) = (UnsafeRawPointer(w + 2 &* step), UnsafeRawPointer(w + 3 &* step))
        var s0 = SIMD8<T>(repeating: 0)
        var (s1, s2, s3, t0, t1, t2, t3) = (s0, s0, s0, s0, s0, s0, s0)
        var i = 0
        while i &+ 8 <= k {
          let at = i &* width
          let u = raw0.loadUnaligned(fromByteOffset: at, as: SIMD8<T>.self)
          let v = raw1.loadUnaligned(fromByteOffset: at, as: SIMD8<T>.self)
          let b0 = r0.loadUnaligned(fromByteOffset: at, as: SIMD8<T>.self)
          let b1 = r1.loadUnaligned(fromByteOffset: at, as: SIMD8<T>.self)
          let b2 = r2.loadUnaligned(fromByteOffset: at, as: SIMD8<T>.self)
          let b3 = r3.loadUnaligned(fromByteOffset: at, as: SIMD8<T>.self)
          s0.addProduct(u, b0)
          s1.addProduct(u, b1)
          s2.addProduct(u, b2)
          s3.addProduct(u, b3)
          t0.addProduct(v, b0)
          t1.addProduct(v, b1)
          t2.addProduct(v, b2)
          t3.addProduct(v, b3)
          i &+= 8
        }
        var s = SIMD4<T>(total(s0), total(s1), total(s2), total(s3))
        var t = SIMD4<T>(total(t0), total(t1), total(t2), total(t3))
        while i < k {
          let tail = SIMD4<T>(w[i], w[step &+ i], w[2 &* step &+ i], w[3 &* step &+ i])
          s.addProduct(SIMD4<T>(repeating: x0[i]), tail)
          t.addProduct(SIMD4<T>(repeating: x1[i]), tail)
          i &+= 1
        }
        if n < 4 {
          y0[first] = s[0]
          y1[first] = t[0]
        } else {
          UnsafeMutableRawPointer(y0 + first).storeBytes(of: s, as: SIMD4<T>.self)
          UnsafeMutableRawPointer(y1 + first).storeBytes(of: t, as: SIMD4<T>.self)
        }
        column &+= n < 4 ? 1 : 4
      }
      row &+= 1 &+ next
    }
  }

  @inline(__always)
  private static func total<T: Real>(_ s: SIMD8<T>) -> T {
    let half = s.lowHalf + s.highHalf
    let quarter = half.lowHalf + half.highHalf
    return quarter[0] + quarter[1]
  }
}
