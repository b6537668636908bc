/// The innermost loop of products of Floats: up to six rows by sixteen columns, which is what the vector registers hold.
///
/// Every element of a product is one chain of fused multiply-adds along the depth, whatever tile it falls into, so its
/// bits do not depend on how rows and columns are cut. Kernel shape after Goto and van de Geijn 2008, Anatomy of
/// High-Performance Matrix Multiplication.
enum ProductKernel {
  static let height = 6
  static let width = 16
  private typealias Vector = SIMD8<Float>

  /// Rows of the next strip when `left` rows remain: strips of six, the last two evened out, as strips of one or two rows
  /// wait for their own sums.
  @inline(__always)
  static func strip(_ left: Int) -> Int {
    left <= height ? left : left <= 8 ? 4 : height
  }

  /// `c = start + a b + beta c` for `rows` (1 to 6) rows and sixteen columns.
  ///
  /// - Parameters:
  ///   - a: element `(i, p)` stands at `i * aRow + p * aStep`.
  ///   - b: row `p` of sixteen numbers stands at `p * bStep`.
  ///   - start: sixteen numbers that every row starts from; zeros when `nil`.
  ///   - beta: 0 leaves the former `c` unread.
  @inline(__always)
  static func run(
    rows: Int, _ a: UnsafePointer<Float>, _ aRow: Int, _ aStep: Int, _ b: UnsafePointer<Float>, _ bStep: Int,
    depth: Int, _ c: UnsafeMutablePointer<Float>, _ cRow: Int, start: UnsafePointer<Float>?, beta: Float
  ) {
    switch rows {
    case 6: six(a, aRow, aStep, b, bStep, depth, c, cRow, start, beta)
    case 5: five(a, aRow, aStep, b, bStep, depth, c, cRow, start, beta)
    case 4: four(a, aRow, aStep, b, bStep, depth, c, cRow, start, beta)
    case 3: three(a, aRow, aStep, b, bStep, depth, c, cRow, start, beta)
    case 2: two(a, aRow, aStep, b, bStep, depth, c, cRow, start, beta)
    default: one(a, aRow, aStep, b, bStep, depth, c, cRow, start, beta)
    }
  }

  /// The same for a strip of `rows` rows that was packed: its columns one after another.
  @inline(__always)
  static func runPacked(
    rows: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ bStep: Int, depth: Int,
    _ c: UnsafeMutablePointer<Float>, _ cRow: Int, start: UnsafePointer<Float>?, beta: Float
  ) {
    if rows == 6 {
      sixPacked(a, b, bStep, depth, c, cRow, start, beta)
    } else {
      run(rows: rows, a, 1, rows, b, bStep, depth: depth, c, cRow, start: start, beta: beta)
    }
  }

  @inline(never)
  private static func sixPacked(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ bStep: Int, _ depth: Int,
    _ c: UnsafeMutablePointer<Float>, _ cRow: Int, _ start: UnsafePointer<Float>?, _ beta: Float
  ) { sums(6, a, 1, 6, b, bStep, depth, c, cRow, start, beta) }

  @inline(never)
  private static func six(
    _ a: UnsafePointer<Float>, _ aRow: Int, _ aStep: Int, _ b: UnsafePointer<Float>, _ bStep: Int, _ depth: Int,
    _ c: UnsafeMutablePointer<Float>, _ cRow: Int, _ start: UnsafePointer<Float>?, _ beta: Float
  ) { sums(6, a, aRow, aStep, b, bStep, depth, c, cRow, start, beta) }

  @inline(never)
  private static func five(
    _ a: UnsafePointer<Float>, _ aRow: Int, _ aStep: Int, _ b: UnsafePointer<Float>, _ bStep: Int, _ depth: Int,
    _ c: UnsafeMutablePointer<Float>, _ cRow: Int, _ start: UnsafePointer<Float>?, _ beta: Float
  ) { sums(5, a, aRow, aStep, b, bStep, depth, c, cRow, start, beta) }

  @inline(never)
  private static func four(
    _ a: UnsafePointer<Float>, _ aRow: Int, _ aStep: Int, _ b: UnsafePointer<Float>, _ bStep: Int, _ depth: Int,
    _ c: UnsafeMutablePointer<Float>, _ cRow: Int, _ start: UnsafePointer<Float>?, _ beta: Float
  ) { sums(4, a, aRow, aStep, b, bStep, depth, c, cRow, start, beta) }

  @inline(never)
  private static func three(
    _ a: UnsafePointer<Float>, _ aRow: Int, _ aStep: Int, _ b: UnsafePointer<Float>, _ bStep: Int, _ depth: Int,
    _ c: UnsafeMutablePointer<Float>, _ cRow: Int, _ start: UnsafePointer<Float>?, _ beta: Float
  ) { sums(3, a, aRow, aStep, b, bStep, depth, c, cRow, start, beta) }

  @inline(never)
  private static func two(
    _ a: UnsafePointer<Float>, _ aRow: Int, _ aStep: Int, _ b: UnsafePointer<Float>, _ bStep: Int, _ depth: Int,
    _ c: UnsafeMutablePointer<Float>, _ cRow: Int, _ start: UnsafePointer<Float>?, _ beta: Float
  ) { sums(2, a, aRow, aStep, b, bStep, depth, c, cRow, start, beta) }

  @inline(never)
  private static func one(
    _ a: UnsafePointer<Float>, _ aRow: Int, _ aStep: Int, _ b: UnsafePointer<Float>, _ bStep: Int, _ depth: Int,
    _ c: UnsafeMutablePointer<Float>, _ cRow: Int, _ start: UnsafePointer<Float>?, _ beta: Float
  ) { sums(1, a, aRow, aStep, b, bStep, depth, c, cRow, start, beta) }

  /// `rows` is a literal at every call, so what it excludes is not compiled.
  @inline(__always)
  private static func sums(
    _ rows: Int, _ a: UnsafePointer<Float>, _ aRow: Int, _ aStep: Int, _ b: UnsafePointer<Float>, _ bStep: Int,
    _ depth: Int, _ c: UnsafeMutablePointer<Float>, _ cRow: Int, _ start: UnsafePointer<Float>?, _ beta: Float
  ) {
    var (s0, t0) = (Vector(repeating: 0), Vector(repeating: 0))
    if let start { (s0, t0) = (Lanes.load(start), Lanes.load(start + 8)) }
    var (s1, s2, s3, s4, s5) = (s0, s0, s0, s0, s0)
    var (t1, t2, t3, t4, t5) = (t0, t0, t0, t0, t0)
    var left = a
    var right = b
    for _ in 0..<depth {
      let (low, high) = (Lanes.load(right), Lanes.load(right + 8))
      let x0 = Vector(repeating: left[0])
      s0 = s0.addingProduct(x0, low)
      t0 = t0.addingProduct(x0, high)
      if rows > 1 {
        let x1 = Vector(repeating: left[aRow])
        s1 = s1.addingProduct(x1, low)
        t1 = t1.addingProduct(x1, high)
      }
      if rows > 2 {
        let x2 = Vector(repeating: left[2 &* aRow])
        s2 = s2.addingProduct(x2, low)
        t2 = t2.addingProduct(x2, high)
      }
      if rows > 3 {
        let x3 = Vector(repeating: left[3 &* aRow])
        s3 = s3.addingProduct(x3, low)
        t3 = t3.addingProduct(x3, high)
      }
      if rows > 4 {
        let x4 = Vector(repeating: left[4 &* aRow])
        s4 = s4.addingProduct(x4, low)
        t4 = t4.addingProduct(x4, high)
      }
      if rows > 5 {
        let x5 = Vector(repeating: left[5 &* aRow])
        s5 = s5.addingProduct(x5, low)
        t5 = t5.addingProduct(x5, high)
      }
      left += aStep
      right += bStep
    }
    store(s0, t0, c, beta)
    if rows > 1 { store(s1, t1, c + cRow, beta) }
    if rows > 2 { store(s2, t2, c + 2 &* cRow, beta) }
    if rows > 3 { store(s3, t3, c + 3 &* cRow, beta) }
    if rows > 4 { store(s4, t4, c + 4 &* cRow, beta) }
    if rows > 5 { store(s5, t5, c + 5 &* cRow, beta) }
  }

  @inline(__always)
  private static func store(_ low: Vector, _ high: Vector, _ c: UnsafeMutablePointer<Float>, _ beta: Float) {
    if beta == 0 {
      Lanes.store(low, c)
      Lanes.store(high, c + 8)
    } else {
      let factor = Vector(repeating: beta)
      Lanes.store(low.addingProduct(Lanes.load(c), factor), c)
      Lanes.store(high.addingProduct(Lanes.load(c + 8), factor), c + 8)
    }
  }
}
