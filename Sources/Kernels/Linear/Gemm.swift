import COpenBLAS

/// Matrix products, cut into tiles by shape alone: of Floats by kernels of our own, of Doubles over single-threaded BLAS
/// calls.
public enum Gemm {
  /// A matrix in memory: `rows x columns` after the optional transposition, `stride` elements between stored rows.
  public struct Operand<T> {
    public let pointer: UnsafePointer<T>
    public let stride: Int
    public let transposed: Bool

    public init(_ pointer: UnsafePointer<T>, stride: Int, transposed: Bool) {
      self.pointer = pointer
      self.stride = stride
      self.transposed = transposed
    }

    @inline(__always)
    func at(row: Int, column: Int) -> UnsafePointer<T> {
      transposed ? pointer + column * stride + row : pointer + row * stride + column
    }
  }

  /// Rows and columns of one tile of Doubles: large enough that packing the operands pays.
  static let tileRows = 256
  static let tileColumns = 512
  /// Products below this many multiplications are one tile.
  static let smallest = 1 << 18

  /// `c = a b + beta c`, or `a b + bias` where a row of biases is given, for `m x k` times `k x n`, `c` row-major with
  /// `cStride`.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func multiply<T: Real>(
    _ a: Operand<T>, _ b: Operand<T>, _ c: UnsafeMutablePointer<T>, cStride: Int, m: Int, n: Int, k: Int, beta: T = 0,
    bias: UnsafePointer<T>? = nil
  ) {
    if m == 0 || n == 0 { return }
    if k > 0 && few(a, b, c, cStride, m, n, k, beta, bias) { return }
    if T.self == Float.self && k > 0 {
      return FloatProduct(
        float(a), float(b), float(c), cStride: cStride, ProductPlan(m: m, n: n, k: k), beta: Float(beta),
        bias: bias.map { float($0) }
      ).run()
    }
    let grid = TileGrid(m: m, n: n, k: k)
    Parallel.forEach(tiles: grid.count) { tile in
      let (row, rows, column, columns) = grid.tile(tile)
      let start = c + row * cStride + column
      if let bias { fill(start, cStride, rows, columns, bias + column) }
      block(
        a.at(row: row, column: 0), a, b.at(row: 0, column: column), b, start, cStride, rows, columns, k,
        bias == nil ? beta : 1)
    }
  }

  /// Products of a few rows, or of a few columns, as inner products; answers whether this was one.
  @inline(__always)
  private static func few<T: Real>(
    _ a: Operand<T>, _ b: Operand<T>, _ c: UnsafeMutablePointer<T>, _ cStride: Int, _ m: Int, _ n: Int, _ k: Int,
    _ beta: T, _ bias: UnsafePointer<T>?
  ) -> Bool {
    if a.transposed { return false }
    if m <= FewRows.greatest && b.transposed {
      if let bias { fill(c, cStride, m, n, bias) }
      FewRows.multiply(
        a.pointer, stride: a.stride, b.pointer, stride: b.stride, c, stride: cStride, m: m, n: n, k: k,
        beta: bias == nil ? beta : 1)
      return true
    }
    if n > FewRows.greatest { return false }
    // c^T = b^T a^T, whose left operand is brought into rows.
    if let bias { fill(c, cStride, m, n, bias) }
    let isStored = b.transposed || (n == 1 && b.stride == 1)
    let scratch = Scratch<T>(isStored ? 1 : n * k)
    defer { scratch.free() }
    if !isStored { for j in 0..<n { for p in 0..<k { scratch.pointer[j * k + p] = b.pointer[p * b.stride + j] } } }
    FewRows.multiply(
      isStored ? b.pointer : UnsafePointer(scratch.pointer), stride: b.transposed ? b.stride : k, a.pointer,
      stride: a.stride, c, stride: 1, step: cStride, m: n, n: m, k: k, beta: bias == nil ? beta : 1)
    return true
  }

  /// Starts `rows` rows of `c` from a row of biases.
  @inline(__always)
  private static func fill<T: Real>(
    _ c: UnsafeMutablePointer<T>, _ cStride: Int, _ rows: Int, _ columns: Int, _ bias: UnsafePointer<T>
  ) {
    for r in 0..<rows { (c + r * cStride).update(from: bias, count: columns) }
  }

  // For code that knows `T` to be Float.
  @inline(__always)
  private static func float<T>(_ p: UnsafePointer<T>) -> UnsafePointer<Float> {
    UnsafeRawPointer(p).assumingMemoryBound(to: Float.self)
  }
  @inline(__always)
  private static func float<T>(_ p: UnsafeMutablePointer<T>) -> UnsafeMutablePointer<Float> {
    UnsafeMutableRawPointer(p).assumingMemoryBound(to: Float.self)
  }
  @inline(__always)
  private static func float<T>(_ x: Operand<T>) -> Operand<Float> {
    Operand(float(x.pointer), stride: x.stride, transposed: x.transposed)
  }

  /// `batch` products of equal shape, `aStep`, `bStep`, `cStep` elements apart (0 repeats an operand).
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func multiplyBatch<T: Real>(
    _ a: Operand<T>, aOffsets: [Int], _ b: Operand<T>, bOffsets: [Int], _ c: UnsafeMutablePointer<T>, m: Int, n: Int,
    k: Int
  ) {
    if m == 0 || n == 0 { return }
    if T.self == Float.self && k > 0 {
      let plan = ProductPlan(m: m, n: n, k: k)
      let perTile = max(1, smallest / max(1, m * n * k))
      let (left, right, result) = (float(a), float(b), float(c))
      return Parallel.forEachRange(aOffsets.count * plan.tiles, grain: perTile) { first, count in
        for piece in first..<(first + count) {
          let which = piece / plan.tiles
          FloatProduct(
            .init(left.pointer + aOffsets[which], stride: left.stride, transposed: left.transposed),
            .init(right.pointer + bOffsets[which], stride: right.stride, transposed: right.transposed),
            result + which * m * n, cStride: n, plan
          ).runTile(piece % plan.tiles)
        }
      }
    }
    let grid = TileGrid(m: m, n: n, k: k)
    let perTile = max(1, smallest / max(1, m * n * k))
    Parallel.forEachRange(aOffsets.count * grid.count, grain: perTile) { first, count in
      for piece in first..<(first + count) {
        let which = piece / grid.count
        let (row, rows, column, columns) = grid.tile(piece % grid.count)
        block(
          a.at(row: row, column: 0) + aOffsets[which], a, b.at(row: 0, column: column) + bOffsets[which], b,
          c + which * m * n + row * n + column, n, rows, columns, k, 0)
      }
    }
  }

  /// One product on the calling thread: what a tile does.
  @inline(__always)
  static func block<T: Real>(
    _ a: UnsafePointer<T>, stride aStride: Int, transposed aTransposed: Bool, _ b: UnsafePointer<T>,
    stride bStride: Int, transposed bTransposed: Bool, _ c: UnsafeMutablePointer<T>, _ cStride: Int, _ m: Int, _ n: Int,
    _ k: Int, _ beta: T
  ) {
    block(
      a, Operand(a, stride: aStride, transposed: aTransposed), b,
      Operand(b, stride: bStride, transposed: bTransposed), c, cStride, m, n, k, beta)
  }

  @inline(__always)
  private static func block<T: Real>(
    _ aPointer: UnsafePointer<T>, _ a: Operand<T>, _ bPointer: UnsafePointer<T>, _ b: Operand<T>,
    _ c: UnsafeMutablePointer<T>, _ cStride: Int, _ m: Int, _ n: Int, _ k: Int, _ beta: T
  ) {
    if k == 0 {
      for i in 0..<m { for j in 0..<n { c[i * cStride + j] = beta == 0 ? 0 : beta * c[i * cStride + j] } }
      return
    }
    let aOrder = a.transposed ? CblasTrans : CblasNoTrans
    let bOrder = b.transposed ? CblasTrans : CblasNoTrans
    if T.self == Float.self {
      FloatProduct(
        .init(float(aPointer), stride: a.stride, transposed: a.transposed),
        .init(float(bPointer), stride: b.stride, transposed: b.transposed), float(c), cStride: cStride,
        ProductPlan(m: m, n: n, k: k), beta: Float(beta)
      ).runAlone()
    } else {
      cblas_dgemm(
        CblasRowMajor, aOrder, bOrder, Int32(m), Int32(n), Int32(k), 1,
        UnsafeRawPointer(aPointer).assumingMemoryBound(to: Double.self),
        Int32(a.stride), UnsafeRawPointer(bPointer).assumingMemoryBound(to: Double.self), Int32(b.stride), Double(beta),
        UnsafeMutableRawPointer(c).assumingMemoryBound(to: Double.self), Int32(cStride))
    }
  }
}

/// How a product is cut: a function of its shape and of nothing else.
struct TileGrid {
  let m: Int, n: Int
  let rows: Int, columns: Int
  let tileRows: Int, tileColumns: Int
  var count: Int { rows * columns }

  init(m: Int, n: Int, k: Int) {
    self.m = m
    self.n = n
    let work = m.multipliedReportingOverflow(by: n).partialValue.multipliedReportingOverflow(by: max(1, k))
    if !work.overflow && work.partialValue <= Gemm.smallest {
      (tileRows, tileColumns) = (m, n)
    } else {
      tileRows = m <= Gemm.tileRows ? (m >= 64 && n < 128 ? (m + 1) / 2 : m) : Gemm.tileRows
      tileColumns = n <= Gemm.tileColumns ? (m <= Gemm.tileRows && n >= 128 ? (n + 1) / 2 : n) : Gemm.tileColumns
    }
    rows = (m + tileRows - 1) / tileRows
    columns = (n + tileColumns - 1) / tileColumns
  }

  @inline(__always)
  func tile(_ index: Int) -> (row: Int, rows: Int, column: Int, columns: Int) {
    let row = (index / columns) * tileRows
    let column = (index % columns) * tileColumns
    return (row, min(tileRows, m - row), column, min(tileColumns, n - column))
  }
}
