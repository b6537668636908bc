/// Products of Floats on panels packed for ``ProductKernel``, cut into tiles by shape.
struct FloatProduct {
  let a: Gemm.Operand<Float>
  let b: Gemm.Operand<Float>
  let c: UnsafeMutablePointer<Float>
  let cStride: Int
  let plan: ProductPlan
  let beta: Float
  let bias: UnsafePointer<Float>?
  /// Makes the panels in place of `b`, in products on one thread.
  let columns: PatchColumns?

  /// Numbers that shared panels take at most; a larger right operand is worked off in pieces.
  private static let mostShared = 1 << 22

  init(
    _ a: Gemm.Operand<Float>, _ b: Gemm.Operand<Float>, _ c: UnsafeMutablePointer<Float>, cStride: Int,
    _ plan: ProductPlan, beta: Float = 0, bias: UnsafePointer<Float>? = nil
  ) {
    (self.a, self.b, self.c, self.cStride) = (a, b, c, cStride)
    self.plan = plan
    (self.beta, self.bias) = (beta, bias)
    columns = nil
  }

  /// `c = a columns + beta c`, for ``runAlone()``.
  init(
    _ a: Gemm.Operand<Float>, _ columns: PatchColumns, _ c: UnsafeMutablePointer<Float>, cStride: Int,
    _ plan: ProductPlan, beta: Float
  ) {
    (self.a, self.c, self.cStride) = (a, c, cStride)
    b = Gemm.Operand(columns.memory, stride: plan.n, transposed: false)
    self.plan = plan
    (self.beta, bias) = (beta, nil)
    self.columns = columns
  }

  /// Computes the product on all threads.
  func run() {
    guard plan.sharesPanels else {
      return Parallel.forEach(tiles: plan.tiles) { runTile($0) }
    }
    let width = ProductKernel.width
    // Blocks of the depth whose panels fit.
    let perBlock = plan.panels * width * plan.depth
    let together = max(1, min(plan.blocks, Self.mostShared / max(1, perBlock)))
    let scratch = Scratch<Float>(together * perBlock)
    defer { scratch.free() }
    let shared = scratch.pointer
    let group = max(4, (1 << 15) / (width * plan.depth) / 4 * 4)
    let groups = (plan.panels + group - 1) / group
    var block = 0
    while block < plan.blocks {
      let now = block..<min(plan.blocks, block + together)
      Parallel.forEach(tiles: now.count * groups) { index in
        let which = now.lowerBound + index / groups
        let column = (index % groups) * group * width
        let (first, length) = depth(of: which)
        ProductPacking.right(
          b, first: first, depth: length, column: column, columns: min(group * width, plan.n - column),
          into: shared + (which - now.lowerBound) * perBlock + column * length)
      }
      Parallel.forEach(tiles: plan.tiles) { index in
        let (row, rows, column, columns) = plan.tile(index)
        compute(row, rows, column, columns, UnsafePointer(shared), blocks: now)
      }
      block = now.upperBound
    }
  }

  @inline(__always)
  private func depth(of block: Int) -> (first: Int, length: Int) {
    (block * plan.depth, min(plan.depth, plan.k - block * plan.depth))
  }

  /// Computes one tile on this thread.
  func runTile(_ index: Int) {
    let (row, rows, column, columns) = plan.tile(index)
    compute(row, rows, column, columns, nil, blocks: 0..<plan.blocks)
  }

  /// Computes the whole product on this thread.
  func runAlone() { compute(0, plan.m, 0, plan.n, nil, blocks: 0..<plan.blocks) }

  /// - Parameter shared: the panels of `blocks` of the right operand, if they were packed; packed here otherwise.
  private func compute(
    _ row: Int, _ rows: Int, _ column: Int, _ columns: Int, _ shared: UnsafePointer<Float>?, blocks: Range<Int>
  ) {
    let width = ProductKernel.width
    // A strip that is read for many panels is read faster when its numbers stand together.
    let packsLeft = columns > (a.transposed ? 4 : 15) * width
    let panelCount = width * plan.depth
    let leftCount = packsLeft ? rows * plan.depth + ProductPacking.slack : 0
    let scratch = Scratch<Float>(panelCount + 7 * width + leftCount)
    defer { scratch.free() }
    let own = scratch.pointer
    let edge = own + panelCount
    let edgeStart = edge + 6 * width
    let left = edgeStart + width
    for block in blocks {
      let (first, length) = depth(of: block)
      if packsLeft { ProductPacking.left(a, row: row, rows: rows, first: first, depth: length, into: left) }
      let (aRow, aStep) = a.transposed ? (1, a.stride) : (a.stride, 1)
      let aStart = a.at(row: row, column: first)
      let scale = block == 0 ? beta : 1
      for offset in Swift.stride(from: 0, to: columns, by: width) {
        let j = column + offset
        let filled = min(width, columns - offset)
        let panel: UnsafePointer<Float>
        if let shared {
          panel = shared + (block - blocks.lowerBound) * plan.panels * width * plan.depth + j * length
        } else {
          if let source = self.columns {
            source.panel(first: first, depth: length, column: j, columns: filled, into: own)
          } else {
            ProductPacking.right(b, first: first, depth: length, column: j, columns: filled, into: own)
          }
          panel = UnsafePointer(own)
        }
        var start: UnsafePointer<Float>?
        if block == 0, let bias {
          start = bias + j
          if filled < width {
            for i in 0..<width { edgeStart[i] = i < filled ? bias[j + i] : 0 }
            start = UnsafePointer(edgeStart)
          }
        }
        var r = 0
        while r < rows {
          let height = ProductKernel.strip(rows - r)
          let isEdge = filled < width
          let to = c + (row + r) * cStride + j
          let (target, targetRow, factor) = isEdge ? (edge, width, Float(0)) : (to, cStride, scale)
          if packsLeft {
            ProductKernel.runPacked(
              rows: height, UnsafePointer(left + r * length), panel, width, depth: length, target, targetRow,
              start: start, beta: factor)
          } else {
            ProductKernel.run(
              rows: height, aStart + r * aRow, aRow, aStep, panel, width, depth: length, target, targetRow,
              start: start, beta: factor)
          }
          if isEdge { merge(edge, into: to, height, filled, scale) }
          r += height
        }
      }
    }
  }

  private func merge(
    _ edge: UnsafeMutablePointer<Float>, into c: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int, _ beta: Float
  ) {
    for i in 0..<rows {
      let (from, to) = (edge + i * ProductKernel.width, c + i * cStride)
      if beta == 0 {
        for j in 0..<columns { to[j] = from[j] }
      } else {
        for j in 0..<columns { to[j] = from[j].addingProduct(to[j], beta) }
      }
    }
  }
}
