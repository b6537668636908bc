import Basics
import Kernels

extension Forward {
  /// Matrix product with NumPy's rules: vectors are rows or columns, leading dimensions broadcast.
  ///
  /// - Parameters transposedA, transposedB: take the transposes of the last two dimensions; not for vectors.
  public static func matmul(
    _ a: Tensor, _ b: Tensor, transposedA: Bool = false, transposedB: Bool = false
  ) throws -> Tensor {
    let a = transposedA ? a.transposedView(a.rank - 2, a.rank - 1) : a
    let b = transposedB ? b.transposedView(b.rank - 2, b.rank - 1) : b
    guard a.dtype.isFloating else {
      throw Failure(.dtype, "needs floating-point numbers, found \(a.dtype.name); convert with :to(\"float32\")")
    }
    guard a.rank > 0, b.rank > 0 else {
      throw Failure(.shape, "needs at least one dimension on both sides, found shapes \(a.shape) and \(b.shape)")
    }
    if a.rank == 1 || b.rank == 1 {
      let left = a.rank == 1 ? try a.unsqueezedView(0) : a
      let right = b.rank == 1 ? try b.unsqueezedView(1) : b
      var y = try matrices(left, right, a, b)
      if b.rank == 1 { y = y.squeezedView(y.rank - 1) }
      if a.rank == 1 { y = y.squeezedView(y.rank - (b.rank == 1 ? 1 : 2)) }
      return y
    }
    return try matrices(a, b, a, b)
  }

  private static func matrices(_ a: Tensor, _ b: Tensor, _ shownA: Tensor, _ shownB: Tensor) throws -> Tensor {
    let (m, k, n) = (a.shape[a.rank - 2], a.shape[a.rank - 1], b.shape[b.rank - 1])
    guard k == b.shape[b.rank - 2] else {
      throw Failure(
        .shape,
        "shapes \(shownA.shape) and \(shownB.shape) do not fit: the last size of the first (\(k)) must equal the \(shownB.rank == 1 ? "size" : "second-last size") of the second (\(b.shape[b.rank - 2]))"
      )
    }
    guard max(m, max(n, k)) <= Int(Int32.max) else { throw Failure(.shape, "sizes above 2^31 - 1 are not supported") }
    let left = try a.asMatrixOperand()
    let right = try b.asMatrixOperand()
    if right.rank == 2 && left.rank > 2 && left.isContiguous {
      // One matrix on the right: all rows of the left are one tall matrix.
      let rows = left.count / max(1, k)
      var shape = left.shape
      shape[shape.rank - 1] = n
      let y = try Tensor(uninitialized: shape, a.dtype)
      product(
        left.view([left.count == 0 ? y.count / max(1, n) : rows, k], [k, 1]), right, y, y.count / max(1, n), n, k)
      return y
    }
    if left.rank == 2 && right.rank == 2 {
      let y = try Tensor(uninitialized: [m, n], a.dtype)
      product(left, right, y, m, n, k)
      return y
    }
    return try batch(left, right, m, n, k)
  }

  private static func batch(_ a: Tensor, _ b: Tensor, _ m: Int, _ n: Int, _ k: Int) throws -> Tensor {
    let (leadA, leadB) = (a.shape.withoutLast(2), b.shape.withoutLast(2))
    guard let lead = Shape.broadcast(leadA, leadB) else {
      throw Failure(.shape, "leading sizes \(leadA) and \(leadB) do not broadcast (shapes \(a.shape) and \(b.shape))")
    }
    var shape = lead
    guard shape.rank + 2 <= Shape.maximumRank else { throw Failure(.shape, "a tensor has at most 8 dimensions") }
    shape.append(m)
    shape.append(n)
    let y = try Tensor(uninitialized: shape.checked(), a.dtype)
    if y.count == 0 { return y }
    if a.dtype == .float32 {
      batch(a, b, y, lead, m, n, k, Float.self)
    } else {
      batch(a, b, y, lead, m, n, k, Double.self)
    }
    return y
  }

  private static func batch<T: Real>(
    _ a: Tensor, _ b: Tensor, _ y: Tensor, _ lead: Shape, _ m: Int, _ n: Int, _ k: Int, _: T.Type
  ) {
    let (left, right) = (a.operand(T.self), b.operand(T.self))
    products.add(lead.elementCount, m, n, k)
    guard SmallProducts.suit(left, right, m: m, n: n, k: k) else {
      return Gemm.multiplyBatch(
        left, aOffsets: a.matrixOffsets(lead), right, bOffsets: b.matrixOffsets(lead), y.pointer(as: T.self), m: m,
        n: n, k: k)
    }
    let walk = StridedWalk(
      rank: lead.rank, sizes: lead.extents, a.matrixSteps(lead).extents, b.matrixSteps(lead).extents)
    SmallProducts.multiply(left, right, y.pointer(as: T.self), count: lead.elementCount, m: m, n: n, k: k, over: walk)
  }

  private static func product(_ a: Tensor, _ b: Tensor, _ y: Tensor, _ m: Int, _ n: Int, _ k: Int) {
    products.add(1, m, n, k)
    if a.dtype == .float32 {
      Gemm.multiply(a.operand(Float.self), b.operand(Float.self), y.floats, cStride: n, m: m, n: n, k: k)
    } else {
      Gemm.multiply(a.operand(Double.self), b.operand(Double.self), y.doubles, cStride: n, m: m, n: n, k: k)
    }
  }
}

extension Tensor {
  /// Whether the last two dimensions are a stored matrix or the transpose of one, as BLAS takes them: with 32-bit strides.
  private var matrixLayout: (stride: Int, transposed: Bool)? {
    let (rows, columns) = (shape[rank - 2], shape[rank - 1])
    let (rowStep, columnStep) = (strides[rank - 2], strides[rank - 1])
    guard max(rowStep, columnStep) <= Int(Int32.max) else { return nil }
    if (columnStep == 1 || columns == 1) && (rowStep >= max(1, columns) || rows == 1) {
      return (rows == 1 ? max(1, columns) : rowStep, false)
    }
    if (rowStep == 1 || rows == 1) && (columnStep >= max(1, rows) || columns == 1) {
      return (columns == 1 ? max(1, rows) : columnStep, true)
    }
    return nil
  }

  func asMatrixOperand() throws -> Tensor { matrixLayout == nil ? try copy() : self }

  func operand<T>(_: T.Type) -> Gemm.Operand<T> {
    let layout = matrixLayout ?? (max(1, shape[rank - 1]), false)
    return Gemm.Operand(UnsafePointer(pointer(as: T.self)), stride: layout.stride, transposed: layout.transposed)
  }

  /// Where each matrix of the broadcast leading dimensions begins, relative to the first element.
  func matrixOffsets(_ lead: Shape) -> [Int] {
    let steps = matrixSteps(lead)
    var offsets = [0]
    for d in 0..<lead.rank { offsets = offsets.flatMap { base in (0..<lead[d]).map { base + $0 * steps[d] } } }
    return offsets
  }

  /// The strides of the broadcast leading dimensions.
  func matrixSteps(_ lead: Shape) -> Shape {
    let missing = lead.rank - (rank - 2)
    var steps = Shape(repeating: 0, rank: lead.rank)
    for d in max(0, missing)..<max(0, lead.rank) where shape[d - missing] != 1 { steps[d] = strides[d - missing] }
    return steps
  }
}
