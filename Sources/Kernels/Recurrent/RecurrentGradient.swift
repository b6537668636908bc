extension Recurrent {
  /// Gradients that go into the layer and come out of it.
  public struct Slopes<T: Real>: @unchecked Sendable {
    /// Of the output, `{batch, steps, width}`; zeros when left out.
    let output: UnsafePointer<T>?
    /// Of the last hidden state on entry, of the initial one on return, `{batch, width}`.
    let hidden: UnsafeMutablePointer<T>
    /// Likewise of the cell state, LSTM only.
    let cell: UnsafeMutablePointer<T>?
    /// Receives the gradient of the projections of the inputs, `{steps, batch, gates x width}`.
    let gates: UnsafeMutablePointer<T>
    /// Receives that of the projections of the states, GRU only (for other cells it is the same).
    let projections: UnsafeMutablePointer<T>?

    public init(
      output: UnsafePointer<T>?, hidden: UnsafeMutablePointer<T>, cell: UnsafeMutablePointer<T>?,
      gates: UnsafeMutablePointer<T>, projections: UnsafeMutablePointer<T>?
    ) {
      self.output = output
      self.hidden = hidden
      self.cell = cell
      self.gates = gates
      self.projections = projections
    }
  }

  /// The gradient through time of ``forward(_:_:weight:bias:output:)``, from the memory that it left. Gradients of the
  /// weights are products of `slopes` with the inputs and the states.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func backward<T: Real>(
    _ plan: Plan, _ memory: Memory<T>, weight: UnsafePointer<T>, _ slopes: Slopes<T>
  ) {
    let (width, wide, batch) = (plan.width, plan.gateWidth, plan.batch)
    let through = slopes.projections ?? slopes.gates
    if plan.isChunked {
      let packed = PackedMatrix(weight, rows: wide, columns: width, transposed: false)
      defer { packed.deallocate() }
      Parallel.forEachRange(batch, grain: Plan.chunk) { first, count in
        for index in (0..<plan.steps).reversed() {
          if Interrupt.isRequested { return }
          let t = plan.step(index)
          retreat(plan, memory, slopes, t, first, count)
          PackedProduct.accumulate(
            UnsafePointer(through + (t * batch + first) * wide), stride: wide, rows: count, packed,
            slopes.hidden + first * width, stride: width)
        }
      }
      return
    }
    let stored = Gemm.Operand(weight, stride: width, transposed: false)
    for index in (0..<plan.steps).reversed() {
      if Interrupt.isRequested { return }
      let t = plan.step(index)
      Parallel.forEachRange(batch, grain: Plan.chunk) { first, count in
        retreat(plan, memory, slopes, t, first, count)
      }
      let rows = Gemm.Operand(UnsafePointer(through + t * batch * wide), stride: wide, transposed: false)
      Gemm.multiply(rows, stored, slopes.hidden, cStride: width, m: batch, n: width, k: wide, beta: 1)
    }
  }

  @inline(__always)
  private static func retreat<T: Real>(
    _ plan: Plan, _ memory: Memory<T>, _ slopes: Slopes<T>, _ t: Int, _ first: Int, _ count: Int
  ) {
    let (width, wide, batch) = (plan.width, plan.gateWidth, plan.batch)
    for row in first..<(first + count) {
      let before = (plan.before(t) * batch + row) * width
      let after = (plan.after(t) * batch + row) * width
      let place = t * batch + row
      let hidden = slopes.hidden + row * width
      let gates = slopes.gates + place * wide
      let projections = slopes.projections.map { $0 + place * wide }
      guard memory.isActive(row, t) else {
        for j in 0..<wide { gates[j] = 0 }
        if let projections { for j in 0..<wide { projections[j] = 0 } }
        continue
      }
      if let output = slopes.output {
        let from = output + (row * plan.steps + t) * width
        for j in 0..<width { hidden[j] += from[j] }
      }
      plan.cell.retreat(
        UnsafePointer(memory.gates + place * wide), UnsafePointer(memory.hidden + before),
        memory.cells.map { UnsafePointer($0 + before) }, memory.cells.map { UnsafePointer($0 + after) },
        memory.candidates.map { UnsafePointer($0 + place * width) }, hidden, slopes.cell.map { $0 + row * width },
        gates, projections, width)
    }
  }
}
