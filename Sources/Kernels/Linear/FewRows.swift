/// Products of a few rows with a matrix whose columns lie one behind the other in memory, as the weights of layers do: what
/// decoding one token needs. Every weight is read once and used at once, without the packing of larger products.
enum FewRows {
  /// Above so many rows packing pays.
  static let greatest = 4
  /// Weights of one tile: what the second-level cache holds, so that further rows find them there.
  private static let weightsPerTile = 1 << 15

  /// Rows of weights that make one tile, all of about the same size.
  private static func tileColumns(n: Int, k: Int) -> Int {
    let tiles = (n * k) / weightsPerTile
    if tiles < 2 { return n }
    return max(4, ((n + tiles - 1) / tiles + 3) / 4 * 4)
  }

  /// `c = a b + beta c` for `m x k` times `k x n`, `a` row-major, `b` stored as `n` rows of `k` numbers. The columns of `c`
  /// stand `cStep` apart.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  static func multiply<T: Real>(
    _ a: UnsafePointer<T>, stride aStride: Int, _ b: UnsafePointer<T>, stride bStride: Int,
    _ c: UnsafeMutablePointer<T>, stride cStride: Int, step cStep: Int = 1, m: Int, n: Int, k: Int, beta: T
  ) {
    Parallel.forEachRange(n, grain: tileColumns(n: n, k: k)) { first, count in
      // Four rows far from each other: memory that is read in four places at once comes almost twice as fast as from one.
      let quarter = count / 4
      for row in 0..<m {
        let (x, y) = (a + row * aStride, c + row * cStride)
        for column in first..<(first &+ quarter) {
          let sums = dots(x, b + column &* bStride, quarter &* bStride, k)
          for lane in 0..<4 {
            let place = (column &+ lane &* quarter) &* cStep
            y[place] = beta == 0 ? sums[lane] : sums[lane] + beta * y[place]
          }
        }
        var column = first &+ 4 &* quarter
        while column < first &+ count {
          let sum = dots(x, b + column &* bStride, 0, k)[0]
          y[column &* cStep] = beta == 0 ? sum : sum + beta * y[column &* cStep]
          column &+= 1
        }
      }
    }
  }

  /// The inner products of `x` with four rows, each in sixteen lanes.
  @inline(__always)
  private static func dots<T: Real>(_ x: UnsafePointer<T>, _ rows: UnsafePointer<T>, _ stride: Int, _ count: Int)
    -> SIMD4<T>
  {
    let raw = UnsafeRawPointer(x)
    let (r0, r1) = (UnsafeRawPointer(rows), UnsafeRawPointer(rows + stride))
    let (r2, r3) = (UnsafeRawPointer(rows + 2 &* stride), UnsafeRawPointer(rows + 3 &* stride))
    let width = MemoryLayout<T>.stride
    var a0 = SIMD8<T>(repeating: 0)
    var (a1, a2, a3) = (a0, a0, a0)
    var (b0, b1, b2, b3) = (a0, a0, a0, a0)
    var i = 0
    while i &+ 16 <= count {
      let (at, next) = (i &* width, (i &+ 8) &* width)
      let (u, v) = (
        raw.loadUnaligned(fromByteOffset: at, as: SIMD8<T>.self),
        raw.loadUnaligned(fromByteOffset: next, as: SIMD8<T>.self)
      )
      a0.addProduct(u, r0.loadUnaligned(fromByteOffset: at, as: SIMD8<T>.self))
      a1.addProduct(u, r1.loadUnaligned(fromByteOffset: at, as: SIMD8<T>.self))
      a2.addProduct(u, r2.loadUnaligned(fromByteOffset: at, as: SIMD8<T>.self))
      a3.addProduct(u, r3.loadUnaligned(fromByteOffset: at, as: SIMD8<T>.self))
      b0.addProduct(v, r0.loadUnaligned(fromByteOffset: next, as: SIMD8<T>.self))
      b1.addProduct(v, r1.loadUnaligned(fromByteOffset: next, as: SIMD8<T>.self))
      b2.addProduct(v, r2.loadUnaligned(fromByteOffset: next, as: SIMD8<T>.self))
      b3.addProduct(v, r3.loadUnaligned(fromByteOffset: next, as: SIMD8<T>.self))
      i &+= 16
    }
    var sums = SIMD4<T>(total(a0 + b0), total(a1 + b1), total(a2 + b2), total(a3 + b3))
    while i < count {
      sums.addProduct(
        SIMD4<T>(repeating: x[i]),
        SIMD4<T>(rows[i], rows[stride &+ i], rows[2 &* stride &+ i], rows[3 &* stride &+ i]))
      i &+= 1
    }
    return sums
  }

  @inline(__always)
  private static func total<T: Real>(_ s: SIMD8<T>) -> T {
    ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]))
  }
}
