/// Bringing the operands of products of Floats into the order in which ``ProductKernel`` reads them.
enum ProductPacking {
  /// Numbers behind a packed left operand that whole vectors may write.
  static let slack = 8

  /// Rows `row` to `row + rows` and columns `first` to `first + depth` of `a`: strips of rows, as ``ProductKernel/strip(_:)``
  /// cuts them, the strip that begins at row `r` from `r * depth` on, its columns one after another.
  static func left(
    _ a: Gemm.Operand<Float>, row: Int, rows: Int, first: Int, depth: Int, into packed: UnsafeMutablePointer<Float>
  ) {
    let start = a.at(row: row, column: first)
    if a.transposed {
      leftTransposed(start, a.stride, rows, depth, packed)
    } else {
      leftStraight(start, a.stride, rows, depth, packed)
    }
  }

  /// Stored columns: each goes to all strips, so that memory is read in its order.
  private static func leftTransposed(
    _ a: UnsafePointer<Float>, _ stride: Int, _ rows: Int, _ depth: Int, _ packed: UnsafeMutablePointer<Float>
  ) {
    var whole = 0
    while whole < rows, ProductKernel.strip(rows - whole) == 6 { whole += 6 }
    // Eight numbers at once, of which two are overwritten by the next; the last of a strip must not reach into the next.
    for p in 0..<max(0, depth - 1) {
      var from = a + p &* stride
      var to = packed + p &* 6
      for _ in 0..<(whole / 6) {
        Lanes.store(Lanes.load(from), to)
        from += 6
        to += 6 &* depth
      }
    }
    for r in Swift.stride(from: 0, to: whole, by: 6) {
      for i in 0..<6 { packed[r * depth + (depth - 1) * 6 + i] = a[(depth - 1) * stride + r + i] }
    }
    var r = whole
    while r < rows {
      let height = ProductKernel.strip(rows - r)
      var to = packed + r * depth
      for p in 0..<depth {
        for i in 0..<height { to[i] = a[p &* stride &+ r &+ i] }
        to += height
      }
      r += height
    }
  }

  private static func leftStraight(
    _ a: UnsafePointer<Float>, _ stride: Int, _ rows: Int, _ depth: Int, _ packed: UnsafeMutablePointer<Float>
  ) {
    var r = 0
    while r < rows {
      let height = ProductKernel.strip(rows - r)
      let from = a + r * stride
      let to = packed + r * depth
      var p = 0
      if height == 6 {
        // Vectors of eight, of which two numbers are overwritten by the next; the slack takes the last.
        while p &+ 8 <= depth {
          block(from + p, stride, to + p &* 6)
          p &+= 8
        }
      }
      while p < depth {
        for i in 0..<height { to[p &* height &+ i] = from[i &* stride &+ p] }
        p &+= 1
      }
      r += height
    }
  }

  /// Six rows of eight numbers as eight rows of six, each written with two numbers too many.
  @inline(__always)
  private static func block(_ x: UnsafePointer<Float>, _ stride: Int, _ y: UnsafeMutablePointer<Float>) {
    let (r0, r1, r2) = (Lanes.load(x), Lanes.load(x + stride), Lanes.load(x + 2 &* stride))
    let (r3, r4, r5) = (Lanes.load(x + 3 &* stride), Lanes.load(x + 4 &* stride), Lanes.load(x + 5 &* stride))
    let (a0, a1) = (low(r0, r1), high(r0, r1))
    let (a2, a3) = (low(r2, r3), high(r2, r3))
    let (a4, a5) = (low(r4, r5), high(r4, r5))
    let (b0, b1) = (evenPairs(a0, a2), oddPairs(a0, a2))
    let (b2, b3) = (evenPairs(a1, a3), oddPairs(a1, a3))
    Lanes.store(SIMD8(lowHalf: b0.lowHalf, highHalf: a4.lowHalf), y)
    Lanes.store(SIMD8(lowHalf: b1.lowHalf, highHalf: swapped(a4.lowHalf)), y + 6)
    Lanes.store(SIMD8(lowHalf: b2.lowHalf, highHalf: a5.lowHalf), y + 12)
    Lanes.store(SIMD8(lowHalf: b3.lowHalf, highHalf: swapped(a5.lowHalf)), y + 18)
    Lanes.store(SIMD8(lowHalf: b0.highHalf, highHalf: a4.highHalf), y + 24)
    Lanes.store(SIMD8(lowHalf: b1.highHalf, highHalf: swapped(a4.highHalf)), y + 30)
    Lanes.store(SIMD8(lowHalf: b2.highHalf, highHalf: a5.highHalf), y + 36)
    Lanes.store(SIMD8(lowHalf: b3.highHalf, highHalf: swapped(a5.highHalf)), y + 42)
  }

  @inline(__always) private static func swapped(_ v: SIMD4<Float>) -> SIMD4<Float> { SIMD4(v[2], v[3], v[0], v[1]) }
  @inline(__always) private static func low(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> {
    SIMD8(a[0], b[0], a[1], b[1], a[4], b[4], a[5], b[5])
  }
  @inline(__always) private static func high(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> {
    SIMD8(a[2], b[2], a[3], b[3], a[6], b[6], a[7], b[7])
  }
  @inline(__always) private static func evenPairs(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> {
    SIMD8(a[0], a[1], b[0], b[1], a[4], a[5], b[4], b[5])
  }
  @inline(__always) private static func oddPairs(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> {
    SIMD8(a[2], a[3], b[2], b[3], a[6], a[7], b[6], b[7])
  }

  /// Rows `first` to `first + depth` and `columns` columns of `b` from `column` on, as panels of sixteen columns; missing
  /// columns are 0.
  static func right(
    _ b: Gemm.Operand<Float>, first: Int, depth: Int, column: Int, columns: Int,
    into panels: UnsafeMutablePointer<Float>
  ) {
    let start = b.at(row: first, column: column)
    if b.transposed {
      PanelPacking.transposed(start, stride: b.stride, rows: columns, columns: depth, into: panels)
    } else {
      rightStraight(start, b.stride, depth, columns, panels)
    }
  }

  /// Several panels at a time, so that memory is read in longer runs.
  private static func rightStraight(
    _ b: UnsafePointer<Float>, _ stride: Int, _ depth: Int, _ columns: Int, _ panels: UnsafeMutablePointer<Float>
  ) {
    let size = depth * 16
    var panel = 0
    while (panel + 4) * 16 <= columns {
      var from = b + panel * 16
      var to = panels + panel * size
      for _ in 0..<depth {
        for j in 0..<4 {
          Lanes.store(Lanes.load(from + j &* 16), to + j &* size)
          Lanes.store(Lanes.load(from + (j &* 16 &+ 8)), to + (j &* size &+ 8))
        }
        from += stride
        to += 16
      }
      panel += 4
    }
    if panel * 16 < columns {
      PanelPacking.rows(
        b + panel * 16, stride: stride, rows: depth, columns: columns - panel * 16, into: panels + panel * size)
    }
  }
}
