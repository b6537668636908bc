import Basics
import Kernels
import Tensors

/// The learned tensors of a recurrent layer, in PyTorch's names and layouts.
public struct RecurrentWeights {
  /// `{gates x width, inputs}`
  public let inputWeight: Tensor
  /// `{gates x width, width}`
  public let hiddenWeight: Tensor
  /// `{gates x width}`, both or neither of them.
  public let inputBias: Tensor?
  public let hiddenBias: Tensor?

  public init(_ inputWeight: Tensor, _ hiddenWeight: Tensor, _ inputBias: Tensor? = nil, _ hiddenBias: Tensor? = nil) {
    self.inputWeight = inputWeight
    self.hiddenWeight = hiddenWeight
    self.inputBias = inputBias
    self.hiddenBias = hiddenBias
  }
}

extension Tensor {
  /// A recurrent layer over `{batch, steps, inputs}`, in one direction.
  ///
  /// - Parameters:
  ///   - hidden, cell: the initial state, `{batch, width}`; zeros when left out. `cell` belongs to LSTM.
  ///   - lengths: how many steps each sequence has, int64 `{batch}`; at later steps its state stays and its output is 0.
  ///   - isReversed: from the last step to the first.
  /// - Returns: the hidden state after each step, `{batch, steps, width}`, and the last state; `cell` with LSTM only.
  /// - Throws: `Failure` when shapes or dtypes do not fit.
  public func recurrent(
    _ kind: RecurrentCell, _ weights: RecurrentWeights, hidden: Tensor? = nil, cell: Tensor? = nil,
    lengths: Tensor? = nil, isReversed: Bool = false
  ) throws -> (output: Tensor, hidden: Tensor, cell: Tensor?) {
    let call = try RecurrentCall(kind, self, weights, hidden, cell, lengths, isReversed)
    let trace = try call.run()
    // The rule keeps the trace, so the results are other tensors over the same memory.
    let (output, last, lastCell) = (trace.output.detached(), trace.hidden.detached(), trace.cell?.detached())
    let results = [output, last] + (lastCell.map { [$0] } ?? [])
    let inputs = call.inputs
    if Recording.isOn, inputs.contains(where: \.requiresGradient) {
      record(call.name, results: results, inputs, saving: inputs) { backward in
        if Recording.isOn {
          try call.sendDifferentiable(backward)
        } else {
          try call.send(backward, trace)
        }
      }
    }
    return (output, last, lastCell)
  }
}

/// The arguments of one call, checked.
private struct RecurrentCall {
  let kind: RecurrentCell
  let lengths: Tensor?
  let isReversed: Bool
  /// x, the weights, the biases (if there are any), the initial state.
  let inputs: [Tensor]
  private let hasBias: Bool
  private let width: Int

  var name: String {
    switch kind {
    case .lstm: "lstm"
    case .gru: "gru"
    case .tanh, .relu: "rnn"
    }
  }

  init(
    _ kind: RecurrentCell, _ x: Tensor, _ weights: RecurrentWeights, _ hidden: Tensor?, _ cell: Tensor?,
    _ lengths: Tensor?, _ isReversed: Bool
  ) throws {
    let x = try Promotion.floating(x)
    guard x.rank == 3 else {
      throw Failure(.shape, "needs sequences of shape {batch, steps, inputs}, found shape \(x.shape)")
    }
    let (batch, steps, size) = (x.shape[0], x.shape[1], x.shape[2])
    let recurrent = weights.hiddenWeight
    guard recurrent.rank == 2, recurrent.shape[0] == kind.gates * recurrent.shape[1] else {
      let wanted = kind.gates == 1 ? "{width, width}" : "{\(kind.gates) width, width}"
      throw Failure(.shape, "weight_hh has shape \(recurrent.shape), wanted \(wanted)")
    }
    let width = recurrent.shape[1]
    let wide = recurrent.shape[0]
    func checked(_ tensor: Tensor, _ what: String, _ shape: Shape, _ words: String) throws -> Tensor {
      guard tensor.shape == shape else {
        throw Failure(.shape, "\(what) has shape \(tensor.shape), wanted \(words), here \(shape)")
      }
      return try Promotion.align(tensor, x).0
    }
    let gates = kind.gates == 1 ? "width" : "\(kind.gates) width"
    var inputs = [
      x, try checked(weights.inputWeight, "weight_ih", [wide, size], "{\(gates), inputs}"),
      try checked(recurrent, "weight_hh", recurrent.shape, "{\(gates), width}"),
    ]
    switch (weights.inputBias, weights.hiddenBias) {
    case (nil, nil): hasBias = false
    case (let inputBias?, let hiddenBias?):
      hasBias = true
      inputs.append(try checked(inputBias, "bias_ih", [wide], "{\(gates)}"))
      inputs.append(try checked(hiddenBias, "bias_hh", [wide], "{\(gates)}"))
    default: throw Failure(.argument, "bias_ih and bias_hh go together: pass both or neither")
    }
    let state: Shape = [batch, width]
    inputs.append(try hidden.map { try checked($0, "the state h", state, "{batch, width}") } ?? .zeros(state, x.dtype))
    if kind == .lstm {
      inputs.append(try cell.map { try checked($0, "the state c", state, "{batch, width}") } ?? .zeros(state, x.dtype))
    }
    if let lengths {
      guard lengths.dtype == .int64, lengths.shape == [batch] else {
        throw Failure(
          .shape,
          "lengths must be int64 of shape {\(batch)}, one for each sequence, found \(lengths.dtype.name) of shape \(lengths.shape)"
        )
      }
      for place in 0..<batch {
        let length = Int(lengths.element(place))
        guard (0...steps).contains(length) else {
          throw Failure(.range, "length \(place + 1) is \(length), but the sequences have 0 to \(steps) steps")
        }
      }
    }
    guard max(batch * steps, max(wide, size)) <= Int(Int32.max) else {
      throw Failure(.shape, "sizes above 2^31 - 1 are not supported")
    }
    self.kind = kind
    self.lengths = lengths
    self.isReversed = isReversed
    self.inputs = inputs
    self.width = width
  }

  private var stateInput: Int { hasBias ? 5 : 3 }

  func run() throws -> RecurrentTrace {
    let (inputBias, hiddenBias) = hasBias ? (inputs[3], inputs[4]) : (nil, nil)
    // All but GRU add both projections before anything else happens, so their biases are one.
    let isJoint = kind != .gru
    let bias = try Recording.without { isJoint ? try inputBias.map { try $0 + inputs[4] } : inputBias }
    return try Forward.recurrent(
      kind, inputs[0], inputWeight: inputs[1], hiddenWeight: inputs[2], bias: bias,
      hiddenBias: isJoint ? nil : hiddenBias, hidden: inputs[stateInput],
      cell: kind == .lstm ? inputs[stateInput + 1] : nil, lengths: lengths, isReversed: isReversed)
  }

  /// The first order, by the fused kernels.
  func send(_ backward: Backward, _ trace: RecurrentTrace) throws {
    func slope(_ result: Int) throws -> Tensor? {
      backward.hasGradient(of: result) ? try backward.gradient(of: result) : nil
    }
    let found = try Forward.recurrentGradients(
      trace, inputWeight: inputs[1], hiddenWeight: inputs[2], output: slope(0), hidden: slope(1),
      cell: kind == .lstm ? slope(2) : nil)
    try backward.send(0, found.input)
    try backward.send(1, found.inputWeight)
    try backward.send(2, found.hiddenWeight)
    if hasBias {
      try backward.send(3, found.inputBias)
      try backward.send(4, found.hiddenBias)
    }
    try backward.send(stateInput, found.hidden)
    if let cell = found.cell { try backward.send(stateInput + 1, cell) }
  }

  /// Gradients that can be differentiated again: those of the same layer written in operations.
  func sendDifferentiable(_ backward: Backward) throws {
    // Copies without a past: what one input was made from must not count as another input's doing.
    let own = inputs.map { $0.moved("recurrent input", $0.detached()) { $0 } }
    let wanted = own.indices.filter(backward.needs)
    let results = try composed(own)
    let arrived = results.indices.filter(backward.hasGradient)
    let slopes = try Tensor.gradients(
      of: arrived.map { results[$0] }, seeds: try arrived.map(backward.gradient),
      withRespectTo: wanted.map { own[$0] }, createGraph: true, allowUnused: true)
    for (input, slope) in zip(wanted, slopes) { try backward.send(input, slope) }
  }

  /// The layer as a loop of operations.
  private func composed(_ inputs: [Tensor]) throws -> [Tensor] {
    let x = inputs[0]
    let (batch, steps) = (x.shape[0], x.shape[1])
    let (inputBias, hiddenBias) = hasBias ? (inputs[3], inputs[4]) : (nil, nil)
    var hidden = inputs[stateInput]
    var cell = kind == .lstm ? inputs[stateInput + 1] : nil
    var outputs = [Tensor?](repeating: nil, count: steps)
    for index in 0..<steps {
      let t = isReversed ? steps - 1 - index : index
      let a = try x.select(1, t).linear(inputs[1], inputBias)
      let b = try hidden.linear(inputs[2], hiddenBias)
      var (next, nextCell) = try kind.composed(a, b, hidden, cell)
      if let lengths {
        let active = try Tensor.from(
          (0..<batch).map { lengths.element($0) > Double(t) ? 1 : 0 }, shape: [batch, 1], x.dtype)
        let resting = try 1 - active
        outputs[t] = try next * active
        next = try next * active + hidden * resting
        if let cell, let fresh = nextCell { nextCell = try fresh * active + cell * resting }
      } else {
        outputs[t] = next
      }
      (hidden, cell) = (next, nextCell)
    }
    let shown = outputs.compactMap { $0 }
    let output = try shown.isEmpty ? Tensor.zeros([batch, 0, width], x.dtype) : Tensor.stack(shown, dim: 1)
    return [output, hidden] + (cell.map { [$0] } ?? [])
  }
}

extension RecurrentCell {
  /// The next state from the projections `a` of the input and `b` of the state, in operations.
  fileprivate func composed(_ a: Tensor, _ b: Tensor, _ hidden: Tensor, _ cell: Tensor?) throws -> (Tensor, Tensor?) {
    let width = hidden.shape[1]
    func part(_ x: Tensor, _ index: Int) throws -> Tensor { try x.narrow(1, start: index * width, length: width) }
    switch self {
    case .lstm:
      let sums = try a + b
      guard let cell else { throw Failure(.argument, "an LSTM needs a cell state") }
      let (input, forget, output) = (
        try Activations.sigmoid.call(part(sums, 0)), try Activations.sigmoid.call(part(sums, 1)),
        try Activations.sigmoid.call(part(sums, 3))
      )
      let next = try forget * cell + input * Elementwise.tanh.call(part(sums, 2))
      return (try output * Elementwise.tanh.call(next), next)
    case .gru:
      let reset = try Activations.sigmoid.call(part(a, 0) + part(b, 0))
      let update = try Activations.sigmoid.call(part(a, 1) + part(b, 1))
      let new = try Elementwise.tanh.call(part(a, 2) + reset * part(b, 2))
      return (try (1 - update) * new + update * hidden, nil)
    case .tanh: return (try Elementwise.tanh.call(a + b), nil)
    case .relu: return (try Activations.relu.call(a + b), nil)
    }
  }
}
