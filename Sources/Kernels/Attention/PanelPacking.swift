/// Bringing matrices into the panels that `PanelProduct` reads.
enum PanelPacking {
  /// Elements that the panels of a matrix with these columns take.
  @inline(__always) static func count(depth: Int, columns: Int) -> Int {
    PanelProduct.panels(columns) * depth * PanelProduct.width
  }

  /// The rows of a matrix as the depth of panels: panel `c / 16` holds columns `c` of all rows; missing columns are 0.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  static func rows<T: Real>(
    _ x: UnsafePointer<T>, stride: Int, rows: Int, columns: Int, into panels: UnsafeMutablePointer<T>
  ) {
    let width = PanelProduct.width
    for panel in 0..<PanelProduct.panels(columns) {
      let first = panel * width
      let whole = columns - first >= width
      var to = panels + panel * rows * width
      var from = x + first
      for _ in 0..<rows {
        if whole {
          let raw = UnsafeRawPointer(from)
          let out = UnsafeMutableRawPointer(to)
          let step = 8 &* MemoryLayout<T>.stride
          out.storeBytes(of: raw.loadUnaligned(as: SIMD8<T>.self), as: SIMD8<T>.self)
          out.storeBytes(
            of: raw.loadUnaligned(fromByteOffset: step, as: SIMD8<T>.self), toByteOffset: step, as: SIMD8<T>.self)
        } else {
          for i in 0..<width { to[i] = i < columns - first ? from[i] : 0 }
        }
        to += width
        from += stride
      }
    }
  }

  /// The rows of a matrix as the columns of panels: panel `r / 16` holds, for each column, that column of sixteen rows;
  /// missing rows are 0.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  static func transposed<T: Real>(
    _ x: UnsafePointer<T>, stride: Int, rows: Int, columns: Int, into panels: UnsafeMutablePointer<T>
  ) {
    let width = PanelProduct.width
    for panel in 0..<PanelProduct.panels(rows) {
      let first = panel * width
      let to = panels + panel * columns * width
      let from = x + first * stride
      if rows - first < width {
        for c in 0..<columns {
          for i in 0..<width { to[c * width + i] = i < rows - first ? from[i * stride + c] : 0 }
        }
        continue
      }
      let whole = columns & ~7
      for half in 0..<2 {
        for c in Swift.stride(from: 0, to: whole, by: 8) {
          block(from + half * 8 * stride + c, stride, to + c * width + half * 8)
        }
      }
      for c in whole..<columns {
        for i in 0..<width { to[c * width + i] = from[i * stride + c] }
      }
    }
  }

  /// Transposes eight by eight numbers, whose rows then stand sixteen apart.
  @inline(__always)
  private static func block<T: Real>(_ x: UnsafePointer<T>, _ stride: Int, _ y: UnsafeMutablePointer<T>) {
    @inline(__always) func load(_ row: Int) -> SIMD8<T> {
      UnsafeRawPointer(x + row &* stride).loadUnaligned(as: SIMD8<T>.self)
    }
    @inline(__always) func store(_ v: SIMD8<T>, _ row: Int) {
      UnsafeMutableRawPointer(y + row &* PanelProduct.width).storeBytes(of: v, as: SIMD8<T>.self)
    }
    let (r0, r1, r2, r3) = (load(0), load(1), load(2), load(3))
    let (r4, r5, r6, r7) = (load(4), load(5), load(6), load(7))
    let (a0, a1) = (low(r0, r1), high(r0, r1))
    let (a2, a3) = (low(r2, r3), high(r2, r3))
    let (a4, a5) = (low(r4, r5), high(r4, r5))
    let (a6, a7) = (low(r6, r7), high(r6, r7))
    let (b0, b1) = (evenPairs(a0, a2), oddPairs(a0, a2))
    let (b2, b3) = (evenPairs(a1, a3), oddPairs(a1, a3))
    let (b4, b5) = (evenPairs(a4, a6), oddPairs(a4, a6))
    let (b6, b7) = (evenPairs(a5, a7), oddPairs(a5, a7))
    store(SIMD8(lowHalf: b0.lowHalf, highHalf: b4.lowHalf), 0)
    store(SIMD8(lowHalf: b1.lowHalf, highHalf: b5.lowHalf), 1)
    store(SIMD8(lowHalf: b2.lowHalf, highHalf: b6.lowHalf), 2)
    store(SIMD8(lowHalf: b3.lowHalf, highHalf: b7.lowHalf), 3)
    store(SIMD8(lowHalf: b0.highHalf, highHalf: b4.highHalf), 4)
    store(SIMD8(lowHalf: b1.highHalf, highHalf: b5.highHalf), 5)
    store(SIMD8(lowHalf: b2.highHalf, highHalf: b6.highHalf), 6)
    store(SIMD8(lowHalf: b3.highHalf, highHalf: b7.highHalf), 7)
  }

  // Interleavings within each half of a vector, which are single instructions.
  @inline(__always) private static func low<T: Real>(_ a: SIMD8<T>, _ b: SIMD8<T>) -> SIMD8<T> {
    SIMD8(a[0], b[0], a[1], b[1], a[4], b[4], a[5], b[5])
  }
  @inline(__always) private static func high<T: Real>(_ a: SIMD8<T>, _ b: SIMD8<T>) -> SIMD8<T> {
    SIMD8(a[2], b[2], a[3], b[3], a[6], b[6], a[7], b[7])
  }
  @inline(__always) private static func evenPairs<T: Real>(_ a: SIMD8<T>, _ b: SIMD8<T>) -> SIMD8<T> {
    SIMD8(a[0], a[1], b[0], b[1], a[4], a[5], b[4], b[5])
  }
  @inline(__always) private static func oddPairs<T: Real>(_ a: SIMD8<T>, _ b: SIMD8<T>) -> SIMD8<T> {
    SIMD8(a[2], a[3], b[2], b[3], a[6], a[7], b[6], b[7])
  }
}
