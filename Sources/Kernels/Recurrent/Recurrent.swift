/// A recurrent layer over whole sequences, and its gradient through time.
///
/// The batch is cut into chunks of a fixed number of sequences. A chunk runs through all steps by itself, so nobody
/// waits for anybody between steps. Weights too large for that go step by step, each step's product cut into tiles.
/// Either way the bits depend on shapes only.
public enum Recurrent {
  /// What a layer is made of.
  public struct Plan: Sendable {
    public let cell: RecurrentCell
    public let steps: Int
    public let batch: Int
    public let width: Int
    /// From the last step to the first.
    public let isReversed: Bool

    public init(_ cell: RecurrentCell, steps: Int, batch: Int, width: Int, isReversed: Bool) {
      self.cell = cell
      self.steps = steps
      self.batch = batch
      self.width = width
      self.isReversed = isReversed
    }

    var gateWidth: Int { cell.gates * width }
    /// Sequences that run through time together.
    static let chunk = 8
    /// Weights up to this many numbers stay in a core's second cache.
    static let resident = 1 << 17
    var isChunked: Bool { gateWidth * width <= Plan.resident }

    /// The step that is the `index`-th to be computed.
    @inline(__always) func step(_ index: Int) -> Int { isReversed ? steps - 1 - index : index }
    /// Where the state before step `t` stands in a block of `steps + 1` states; the state after it is at the other end.
    @inline(__always) func before(_ t: Int) -> Int { isReversed ? t + 1 : t }
    @inline(__always) func after(_ t: Int) -> Int { isReversed ? t : t + 1 }
  }

  /// Memory of one layer. States and gates are time-major, one block of `batch` rows for each step.
  public struct Memory<T: Real>: @unchecked Sendable {
    /// `{steps, batch, gates x width}`: projections of the inputs; activated gates afterwards.
    let gates: UnsafeMutablePointer<T>
    /// `{steps + 1, batch, width}`, with the initial state at its place.
    let hidden: UnsafeMutablePointer<T>
    /// Likewise, LSTM only.
    let cells: UnsafeMutablePointer<T>?
    /// `{steps, batch, width}`, GRU only.
    let candidates: UnsafeMutablePointer<T>?
    /// How many steps each sequence has; all when left out.
    let lengths: UnsafePointer<Int64>?

    public init(
      gates: UnsafeMutablePointer<T>, hidden: UnsafeMutablePointer<T>, cells: UnsafeMutablePointer<T>?,
      candidates: UnsafeMutablePointer<T>?, lengths: UnsafePointer<Int64>?
    ) {
      self.gates = gates
      self.hidden = hidden
      self.cells = cells
      self.candidates = candidates
      self.lengths = lengths
    }

    @inline(__always) func isActive(_ row: Int, _ t: Int) -> Bool {
      guard let lengths else { return true }
      return t < Int(lengths[row])
    }
  }

  /// Runs the layer. A sequence that has ended keeps its state, and its outputs are 0.
  ///
  /// - Parameters:
  ///   - weight: `{gates x width, width}`, contiguous.
  ///   - bias: of the projection of the state, GRU only (other cells add it to the gates beforehand).
  ///   - output: `{batch, steps, width}`
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func forward<T: Real>(
    _ plan: Plan, _ memory: Memory<T>, weight: UnsafePointer<T>, bias: UnsafePointer<T>?,
    output: UnsafeMutablePointer<T>
  ) {
    let (width, wide, batch) = (plan.width, plan.gateWidth, plan.batch)
    if plan.isChunked {
      let packed = PackedMatrix(weight, rows: width, columns: wide, transposed: true)
      defer { packed.deallocate() }
      Parallel.forEachRange(batch, grain: Plan.chunk) { first, count in
        let scratch = UnsafeMutablePointer<T>.allocate(capacity: max(1, count * wide))
        defer { scratch.deallocate() }
        for index in 0..<plan.steps {
          if Interrupt.isRequested { return }
          let t = plan.step(index)
          let state = UnsafePointer(memory.hidden + (plan.before(t) * batch + first) * width)
          let gates = memory.gates + (t * batch + first) * wide
          if plan.cell == .gru {
            start(scratch, bias, count, wide)
            PackedProduct.accumulate(state, stride: width, rows: count, packed, scratch, stride: wide)
          } else {
            PackedProduct.accumulate(state, stride: width, rows: count, packed, gates, stride: wide)
          }
          advance(plan, memory, t, first, count, UnsafePointer(scratch), output)
        }
      }
      return
    }
    let scratch = UnsafeMutablePointer<T>.allocate(capacity: plan.cell == .gru ? max(1, batch * wide) : 1)
    defer { scratch.deallocate() }
    let transposed = Gemm.Operand(weight, stride: width, transposed: true)
    for index in 0..<plan.steps {
      if Interrupt.isRequested { return }
      let t = plan.step(index)
      let state = Gemm.Operand(
        UnsafePointer(memory.hidden + plan.before(t) * batch * width), stride: width, transposed: false)
      let into = plan.cell == .gru ? scratch : memory.gates + t * batch * wide
      if plan.cell == .gru { start(scratch, bias, batch, wide) }
      Gemm.multiply(state, transposed, into, cStride: wide, m: batch, n: wide, k: width, beta: 1)
      Parallel.forEachRange(batch, grain: Plan.chunk) { first, count in
        advance(plan, memory, t, first, count, UnsafePointer(scratch + (plan.cell == .gru ? first * wide : 0)), output)
      }
    }
  }

  @inline(__always)
  private static func start<T: Real>(
    _ rows: UnsafeMutablePointer<T>, _ bias: UnsafePointer<T>?, _ count: Int, _ wide: Int
  ) {
    for r in 0..<count {
      if let bias {
        for j in 0..<wide { rows[r * wide + j] = bias[j] }
      } else {
        for j in 0..<wide { rows[r * wide + j] = 0 }
      }
    }
  }

  @inline(__always)
  private static func advance<T: Real>(
    _ plan: Plan, _ memory: Memory<T>, _ t: Int, _ first: Int, _ count: Int, _ projections: UnsafePointer<T>,
    _ output: UnsafeMutablePointer<T>
  ) {
    let (width, wide, batch) = (plan.width, plan.gateWidth, plan.batch)
    for r in 0..<count {
      let row = first + r
      let before = (plan.before(t) * batch + row) * width
      let after = (plan.after(t) * batch + row) * width
      let shown = output + (row * plan.steps + t) * width
      let place = (t * batch + row) * width
      guard memory.isActive(row, t) else {
        for j in 0..<width { memory.hidden[after + j] = memory.hidden[before + j] }
        if let cells = memory.cells { for j in 0..<width { cells[after + j] = cells[before + j] } }
        if let candidates = memory.candidates { for j in 0..<width { candidates[place + j] = 0 } }
        for j in 0..<width { shown[j] = 0 }
        continue
      }
      plan.cell.advance(
        memory.gates + (t * batch + row) * wide, projections + r * wide, UnsafePointer(memory.hidden + before),
        memory.cells.map { UnsafePointer($0 + before) }, memory.hidden + after, memory.cells.map { $0 + after },
        memory.candidates.map { $0 + place }, width)
      for j in 0..<width { shown[j] = memory.hidden[after + j] }
    }
  }
}
