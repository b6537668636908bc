import COpenBLAS

/// Matrix products over single-threaded BLAS calls, cut into tiles by shape alone.
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

  /// Rows and columns of one tile: large enough that packing the operands pays.
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
    if let bias { return multiply(a, b, c, cStride: cStride, m: m, n: n, k: k, from: bias) }
    if m <= FewRows.greatest && !a.transposed && b.transposed && k > 0 {
      return FewRows.multiply(
        a.pointer, stride: a.stride, b.pointer, stride: b.stride, c, stride: cStride, m: m, n: n, k: k, beta: beta)
    }
    let grid = TileGrid(m: m, n: n, k: k)
    Parallel.forEach(tiles: grid.count) { tile in
      let (row, rows, column, columns) = grid.tile(tile)
      block(
        a.at(row: row, column: 0), a, b.at(row: 0, column: column), b, c + row * cStride + column, cStride, rows,
        columns, k, beta)
    }
  }

  /// `c = a b + bias` with a row of biases: every tile starts from it.
  @inline(__always)
  private static func multiply<T: Real>(
    _ a: Operand<T>, _ b: Operand<T>, _ c: UnsafeMutablePointer<T>, cStride: Int, m: Int, n: Int, k: Int,
    from bias: UnsafePointer<T>
  ) {
    if m <= FewRows.greatest && !a.transposed && b.transposed && k > 0 {
      for row in 0..<m { (c + row * cStride).update(from: bias, count: n) }
      return FewRows.multiply(
        a.pointer, stride: a.stride, b.pointer, stride: b.stride, c, stride: cStride, m: m, n: n, k: k, beta: 1)
    }
    let grid = TileGrid(m: m, n: n, k: k)
    Parallel.forEach(tiles: grid.count) { tile in
      let (row, rows, column, columns) = grid.tile(tile)
      let start = c + row * cStride + column
      for r in 0..<rows { (start + r * cStride).update(from: bias + column, count: columns) }
      block(
        a.at(row: row, column: 0), a, b.at(row: 0, column: column), b, start, cStride, rows, columns, k, 1)
    }
  }

  /// `batch` products of equal shape, `aStep`, `bStep`, `cStep` elements apart (0 repeats an operand).
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func multiplyBatch<T: Real>(
    _ a: Operand<T>, aOffsets: [Int], _ b: Operand<T>, bOffsets: [Int], _ c: UnsafeMutablePointer<T>, m: Int, n: Int,
    k: Int
  ) {
    if m == 0 || n == 0 { return }
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
      cblas_sgemm(
        CblasRowMajor, aOrder, bOrder, Int32(m), Int32(n), Int32(k), 1,
        UnsafeRawPointer(aPointer).assumingMemoryBound(to: Float.self),
        Int32(a.stride), UnsafeRawPointer(bPointer).assumingMemoryBound(to: Float.self), Int32(b.stride), Float(beta),
        UnsafeMutableRawPointer(c).assumingMemoryBound(to: Float.self), Int32(cStride))
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
