/// Products of small matrices whose right operand is packed in panels of sixteen columns.
///
/// A panel holds `depth` rows of sixteen numbers one after another. Six rows by one panel is what fits in the vector
/// registers, so that the inner loop does nothing but multiply and add. For tiles of attention, whose sides are 32 to a
/// few hundred, this is faster than calls of BLAS, and it lets a caller leave out what a mask excludes.
enum PanelProduct {
  /// Columns of a panel.
  static let width = 16
  /// Rows that are computed together.
  static let height = 6

  /// How many panels hold `columns` columns.
  @inline(__always) static func panels(_ columns: Int) -> Int { (columns + width - 1) / width }

  /// `c = a b` (or `c += a b` when `accumulate`) for `rows` (1 to 6) rows of `a` and one panel.
  ///
  /// - Parameters:
  ///   - a: element `(i, p)` stands at `i * aRow + p * aColumn`.
  ///   - c: row-major with `cRow`; sixteen columns are written.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  @inline(never)
  static func strip<T: Real>(
    _ a: UnsafePointer<T>, _ aRow: Int, _ aColumn: Int, _ panel: UnsafePointer<T>, depth: Int,
    _ c: UnsafeMutablePointer<T>, _ cRow: Int, rows: Int, accumulate: Bool
  ) {
    // Rows that do not exist repeat the last one and are not stored.
    let last = rows - 1
    let a0 = a
    let a1 = a + min(1, last) * aRow
    let a2 = a + min(2, last) * aRow
    let a3 = a + min(3, last) * aRow
    let a4 = a + min(4, last) * aRow
    let a5 = a + min(5, last) * aRow
    let zero = SIMD8<T>(repeating: 0)
    var (s0, s1, s2, s3, s4, s5) = (zero, zero, zero, zero, zero, zero)
    var (t0, t1, t2, t3, t4, t5) = (zero, zero, zero, zero, zero, zero)
    var from = UnsafeRawPointer(panel)
    var at = 0
    for _ in 0..<depth {
      let left = from.loadUnaligned(as: SIMD8<T>.self)
      let right = from.loadUnaligned(fromByteOffset: 8 &* MemoryLayout<T>.stride, as: SIMD8<T>.self)
      let x0 = SIMD8<T>(repeating: a0[at])
      s0 = s0.addingProduct(x0, left)
      t0 = t0.addingProduct(x0, right)
      let x1 = SIMD8<T>(repeating: a1[at])
      s1 = s1.addingProduct(x1, left)
      t1 = t1.addingProduct(x1, right)
      let x2 = SIMD8<T>(repeating: a2[at])
      s2 = s2.addingProduct(x2, left)
      t2 = t2.addingProduct(x2, right)
      let x3 = SIMD8<T>(repeating: a3[at])
      s3 = s3.addingProduct(x3, left)
      t3 = t3.addingProduct(x3, right)
      let x4 = SIMD8<T>(repeating: a4[at])
      s4 = s4.addingProduct(x4, left)
      t4 = t4.addingProduct(x4, right)
      let x5 = SIMD8<T>(repeating: a5[at])
      s5 = s5.addingProduct(x5, left)
      t5 = t5.addingProduct(x5, right)
      at &+= aColumn
      from += width &* MemoryLayout<T>.stride
    }
    store(s0, t0, c, accumulate)
    if rows > 1 { store(s1, t1, c + cRow, accumulate) }
    if rows > 2 { store(s2, t2, c + 2 * cRow, accumulate) }
    if rows > 3 { store(s3, t3, c + 3 * cRow, accumulate) }
    if rows > 4 { store(s4, t4, c + 4 * cRow, accumulate) }
    if rows > 5 { store(s5, t5, c + 5 * cRow, accumulate) }
  }

  @inline(__always)
  private static func store<T: Real>(
    _ left: SIMD8<T>, _ right: SIMD8<T>, _ c: UnsafeMutablePointer<T>, _ accumulate: Bool
  ) {
    let to = UnsafeMutableRawPointer(c)
    let step = 8 &* MemoryLayout<T>.stride
    if accumulate {
      to.storeBytes(of: to.loadUnaligned(as: SIMD8<T>.self) + left, as: SIMD8<T>.self)
      to.storeBytes(
        of: to.loadUnaligned(fromByteOffset: step, as: SIMD8<T>.self) + right, toByteOffset: step, as: SIMD8<T>.self)
    } else {
      to.storeBytes(of: left, as: SIMD8<T>.self)
      to.storeBytes(of: right, toByteOffset: step, as: SIMD8<T>.self)
    }
  }
}
