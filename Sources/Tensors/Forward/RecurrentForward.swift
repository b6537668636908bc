import Basics
import Kernels

/// A recurrent layer's way through its sequences: the results, and what the gradient needs.
public struct RecurrentTrace {
  let plan: Recurrent.Plan
  /// `{steps, batch, inputs}`
  let inputs: Tensor
  let gates: Tensor
  /// `{steps + 1, batch, width}`
  let states: Tensor
  let cells: Tensor?
  let candidates: Tensor?
  let lengths: Tensor?
  /// `{batch, steps, width}`
  public let output: Tensor
  /// `{batch, width}`
  public let hidden: Tensor
  /// LSTM only.
  public let cell: Tensor?

  func memory<T: Real>(_: T.Type) -> Recurrent.Memory<T> {
    Recurrent.Memory(
      gates: gates.pointer(as: T.self), hidden: states.pointer(as: T.self), cells: cells?.pointer(as: T.self),
      candidates: candidates?.pointer(as: T.self), lengths: lengths.map { UnsafePointer($0.integers) })
  }
}

/// The gradients of a recurrent layer's arguments.
public struct RecurrentGradients {
  public let input: Tensor
  public let inputWeight: Tensor
  public let hiddenWeight: Tensor
  public let inputBias: Tensor
  public let hiddenBias: Tensor
  public let hidden: Tensor
  public let cell: Tensor?
}

extension Forward {
  /// Runs a recurrent layer in one direction. The arguments fit each other; see `Tensor.recurrent` in Autodiff.
  ///
  /// - Parameters:
  ///   - x: `{batch, steps, inputs}`
  ///   - inputWeight: `{gates x width, inputs}`
  ///   - hiddenWeight: `{gates x width, width}`
  ///   - bias: added to the projections of the inputs.
  ///   - hiddenBias: added to the projections of the states (GRU only).
  ///   - hidden, cell: the initial state, `{batch, width}`.
  ///   - lengths: int64, `{batch}`.
  public static func recurrent(
    _ kind: RecurrentCell, _ x: Tensor, inputWeight: Tensor, hiddenWeight: Tensor, bias: Tensor?, hiddenBias: Tensor?,
    hidden: Tensor, cell: Tensor?, lengths: Tensor?, isReversed: Bool
  ) throws -> RecurrentTrace {
    let (batch, steps, width) = (x.shape[0], x.shape[1], hiddenWeight.shape[1])
    let plan = Recurrent.Plan(kind, steps: steps, batch: batch, width: width, isReversed: isReversed)
    let inputs = try x.permutedView([1, 0, 2]).contiguous()
    let gates = try linear(inputs, inputWeight, bias)
    let start = isReversed ? steps : 0
    func states(_ initial: Tensor) throws -> Tensor {
      let y = try Tensor(uninitialized: Shape([steps + 1, batch, width]), x.dtype)
      try y.selectedView(0, start).assign(initial)
      return y
    }
    let trace = RecurrentTrace(
      plan: plan, inputs: inputs, gates: gates, states: try states(hidden), cells: try cell.map(states),
      candidates: kind == .gru ? try Tensor(uninitialized: Shape([steps, batch, width]), x.dtype) : nil,
      lengths: try lengths?.contiguous(), output: try Tensor(uninitialized: Shape([batch, steps, width]), x.dtype),
      hidden: try Tensor(uninitialized: hidden.shape, x.dtype),
      cell: try cell.map { try Tensor(uninitialized: $0.shape, x.dtype) })
    let weight = try hiddenWeight.contiguous()
    let late = try hiddenBias?.contiguous()
    switch x.dtype {
    case .float32: run(trace, weight, late, Float.self)
    default: run(trace, weight, late, Double.self)
    }
    let end = isReversed ? 0 : steps
    try trace.hidden.assign(trace.states.selectedView(0, end))
    if let cells = trace.cells { try trace.cell?.assign(cells.selectedView(0, end)) }
    return trace
  }

  private static func run<T: Real>(_ trace: RecurrentTrace, _ weight: Tensor, _ bias: Tensor?, _: T.Type) {
    Recurrent.forward(
      trace.plan, trace.memory(T.self), weight: weight.pointer(as: T.self),
      bias: bias.map { UnsafePointer($0.pointer(as: T.self)) }, output: trace.output.pointer(as: T.self))
  }

  /// The gradients of `recurrent` from those of its results; a result without one counts as zeros.
  public static func recurrentGradients(
    _ trace: RecurrentTrace, inputWeight: Tensor, hiddenWeight: Tensor, output: Tensor?, hidden: Tensor?, cell: Tensor?
  ) throws -> RecurrentGradients {
    let plan = trace.plan
    let (steps, batch, width, wide) = (plan.steps, plan.batch, plan.width, trace.gates.shape[2])
    let dtype = trace.output.dtype
    let hiddenSlope = try hidden?.copy() ?? Tensor.zeros([batch, width], dtype)
    let cellSlope = trace.cell == nil ? nil : try cell?.copy() ?? Tensor.zeros([batch, width], dtype)
    let gateSlopes = try Tensor(uninitialized: trace.gates.shape, dtype)
    let lateSlopes = plan.cell == .gru ? try Tensor(uninitialized: trace.gates.shape, dtype) : nil
    let outputSlope = try output?.contiguous()
    let weight = try hiddenWeight.contiguous()
    func walk<T: Real>(_: T.Type) {
      Recurrent.backward(
        plan, trace.memory(T.self), weight: weight.pointer(as: T.self),
        Recurrent.Slopes(
          output: outputSlope.map { UnsafePointer($0.pointer(as: T.self)) }, hidden: hiddenSlope.pointer(as: T.self),
          cell: cellSlope?.pointer(as: T.self), gates: gateSlopes.pointer(as: T.self),
          projections: lateSlopes?.pointer(as: T.self)))
    }
    switch dtype {
    case .float32: walk(Float.self)
    default: walk(Double.self)
    }
    let rows = steps * batch
    let inputSize = trace.inputs.shape[2]
    let flat = gateSlopes.view([rows, wide], [wide, 1])
    let late = lateSlopes.map { $0.view([rows, wide], [wide, 1]) } ?? flat
    let earlier = trace.states.narrowedView(0, start: plan.isReversed ? 1 : 0, length: steps)
    let inputBias = try sum(flat, to: [wide])
    return RecurrentGradients(
      input: try matmul(flat, inputWeight).view(
        [batch, steps, inputSize], [inputSize, batch * inputSize, 1]),
      inputWeight: try matmul(flat.transposedView(0, 1), trace.inputs.view([rows, inputSize], [inputSize, 1])),
      hiddenWeight: try matmul(late.transposedView(0, 1), earlier.view([rows, width], [width, 1])),
      inputBias: inputBias, hiddenBias: lateSlopes == nil ? inputBias : try sum(late, to: [wide]),
      hidden: hiddenSlope, cell: cellSlope)
  }
}
