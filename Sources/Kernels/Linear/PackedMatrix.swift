/// A matrix laid out for many products with few rows: panels of 16 columns, in each the rows one after another.
///
/// A product with it adds along the rows in their order, element by element with fused multiply-add, so the bits of a
/// result do not depend on how the left operand's rows are grouped. BLAS lays a matrix out anew in each call, which
/// costs as much as the product itself when the left operand has only a few rows.
public struct PackedMatrix<T: Real> {
  static var panelColumns: Int { 16 }
  /// Rows of a panel that stay in the first cache while all rows of the left operand pass.
  static var blockRows: Int { 256 }

  public let rows: Int
  public let columns: Int
  let memory: UnsafeMutablePointer<T>
  private let count: Int

  /// Lays out `rows x columns` numbers, stored row by row, or column by column when `transposed`.
  ///
  /// The memory belongs to the caller, who must call ``deallocate()``.
  public init(_ source: UnsafePointer<T>, rows: Int, columns: Int, transposed: Bool) {
    self.rows = rows
    self.columns = columns
    let panels = (columns + Self.panelColumns - 1) / Self.panelColumns
    count = panels * Self.panelColumns * rows
    memory = .allocate(capacity: max(1, count))
    PackedProduct.pack(source, into: memory, rows: rows, columns: columns, transposed: transposed)
  }

  public func deallocate() { memory.deallocate() }
}

/// Products with packed matrices, on the calling thread.
public enum PackedProduct {
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  static func pack<T: Real>(
    _ source: UnsafePointer<T>, into memory: UnsafeMutablePointer<T>, rows: Int, columns: Int, transposed: Bool
  ) {
    let width = PackedMatrix<T>.panelColumns
    let (rowStep, columnStep) = transposed ? (1, rows) : (columns, 1)
    for panel in 0..<((columns + width - 1) / width) {
      let to = memory + panel * width * rows
      let filled = min(width, columns - panel * width)
      for k in 0..<rows {
        let from = source + k * rowStep + panel * width * columnStep
        for j in 0..<filled { to[k * width + j] = from[j * columnStep] }
        for j in filled..<width { to[k * width + j] = 0 }
      }
    }
  }

  /// `c += a b` for `count` rows of `a` (`aStride` apart) and of `c` (`cStride` apart).
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func accumulate<T: Real>(
    _ a: UnsafePointer<T>, stride aStride: Int, rows count: Int, _ b: PackedMatrix<T>, _ c: UnsafeMutablePointer<T>,
    stride cStride: Int
  ) {
    let width = PackedMatrix<T>.panelColumns
    for panel in 0..<((b.columns + width - 1) / width) {
      let columns = min(width, b.columns - panel * width)
      var k = 0
      while k < b.rows {
        let length = min(PackedMatrix<T>.blockRows, b.rows - k)
        let block = UnsafePointer(b.memory + (panel * b.rows + k) * width)
        var row = 0
        while row + 4 <= count {
          fourRows(
            a + row * aStride + k, aStride, block, length, c + row * cStride + panel * width, cStride, columns)
          row += 4
        }
        while row < count {
          oneRow(a + row * aStride + k, block, length, c + row * cStride + panel * width, columns)
          row += 1
        }
        k += length
      }
    }
  }

  @inline(__always)
  private static func load<T: Real>(_ p: UnsafePointer<T>, _ columns: Int) -> SIMD8<T> {
    if columns >= 8 { return UnsafeRawPointer(p).loadUnaligned(as: SIMD8<T>.self) }
    var y = SIMD8<T>(repeating: 0)
    for j in 0..<max(0, columns) { y[j] = p[j] }
    return y
  }

  @inline(__always)
  private static func store<T: Real>(_ y: SIMD8<T>, _ p: UnsafeMutablePointer<T>, _ columns: Int) {
    if columns >= 8 {
      UnsafeMutableRawPointer(p).storeBytes(of: y, as: SIMD8<T>.self)
    } else {
      for j in 0..<max(0, columns) { p[j] = y[j] }
    }
  }

  @inline(__always)
  private static func fourRows<T: Real>(
    _ a: UnsafePointer<T>, _ aStride: Int, _ b: UnsafePointer<T>, _ length: Int, _ c: UnsafeMutablePointer<T>,
    _ cStride: Int, _ columns: Int
  ) {
    let (a1, a2, a3) = (a + aStride, a + 2 * aStride, a + 3 * aStride)
    let (c1, c2, c3) = (c + cStride, c + 2 * cStride, c + 3 * cStride)
    var s00 = load(c, columns)
    var s01 = load(c + 8, columns - 8)
    var s10 = load(c1, columns)
    var s11 = load(c1 + 8, columns - 8)
    var s20 = load(c2, columns)
    var s21 = load(c2 + 8, columns - 8)
    var s30 = load(c3, columns)
    var s31 = load(c3 + 8, columns - 8)
    let panel = UnsafeRawPointer(b)
    let half = 8 &* MemoryLayout<T>.stride
    for k in 0..<length {
      let b0 = panel.loadUnaligned(fromByteOffset: 2 &* k &* half, as: SIMD8<T>.self)
      let b1 = panel.loadUnaligned(fromByteOffset: 2 &* k &* half &+ half, as: SIMD8<T>.self)
      let x0 = SIMD8<T>(repeating: a[k])
      s00.addProduct(x0, b0)
      s01.addProduct(x0, b1)
      let x1 = SIMD8<T>(repeating: a1[k])
      s10.addProduct(x1, b0)
      s11.addProduct(x1, b1)
      let x2 = SIMD8<T>(repeating: a2[k])
      s20.addProduct(x2, b0)
      s21.addProduct(x2, b1)
      let x3 = SIMD8<T>(repeating: a3[k])
      s30.addProduct(x3, b0)
      s31.addProduct(x3, b1)
    }
    store(s00, c, columns)
    store(s01, c + 8, columns - 8)
    store(s10, c1, columns)
    store(s11, c1 + 8, columns - 8)
    store(s20, c2, columns)
    store(s21, c2 + 8, columns - 8)
    store(s30, c3, columns)
    store(s31, c3 + 8, columns - 8)
  }

  @inline(__always)
  private static func oneRow<T: Real>(
    _ a: UnsafePointer<T>, _ b: UnsafePointer<T>, _ length: Int, _ c: UnsafeMutablePointer<T>, _ columns: Int
  ) {
    var s0 = load(c, columns)
    var s1 = load(c + 8, columns - 8)
    let panel = UnsafeRawPointer(b)
    let half = 8 &* MemoryLayout<T>.stride
    for k in 0..<length {
      let x = SIMD8<T>(repeating: a[k])
      s0.addProduct(x, panel.loadUnaligned(fromByteOffset: 2 &* k &* half, as: SIMD8<T>.self))
      s1.addProduct(x, panel.loadUnaligned(fromByteOffset: 2 &* k &* half &+ half, as: SIMD8<T>.self))
    }
    store(s0, c, columns)
    store(s1, c + 8, columns - 8)
  }
}
