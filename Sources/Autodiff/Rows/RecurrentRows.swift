import Basics
import Foundation
import Kernels
import Tensors

/// Rows for recurrent layers over whole sequences, in one direction.
public enum RecurrentLayers {
  public static let rows: [Operation] = [rnn, lstm, gru]

  private static func optional(_ name: String, _ summary: String) -> Parameter {
    Parameter(name, .tensor(orNumber: false), default: Parameter.Fallback.none, summary)
  }

  private static func parameters(_ gates: String, cell: Bool) -> [Parameter] {
    [
      .tensor("x", "{batch, steps, inputs}"), .tensor("weight_ih", "{\(gates), inputs}"),
      .tensor("weight_hh", "{\(gates), width}"), optional("bias_ih", "{\(gates)}; none when left out"),
      optional("bias_hh", "{\(gates)}; goes with bias_ih"),
      .option("h", .tensor(orNumber: false), default: .none, "the initial state, {batch, width}; zeros when left out"),
    ]
      + (cell
        ? [.option("c", .tensor(orNumber: false), default: .none, "the initial cell state, {batch, width}")] : [])
      + [
        .option(
          "lengths", .tensor(orNumber: false), default: .none,
          "the steps of each sequence, int64 {batch}; afterwards its state stays and its output is 0"),
        .option("reverse", .boolean, default: .boolean(false), "from the last step to the first"),
      ]
  }

  private static let notes =
    "Results: the hidden state after each step, {batch, steps, width}, and the last state, {batch, width}. The layer in "
    + "lab.nn adds the weights, more layers and both directions."

  static let lstm: Operation = Operation(
    "lstm", .fused, parameters("4 width", cell: true),
    "A layer of long short-term memory over whole sequences.",
    formula:
      "i, f, o = sigmoid(...); g = tanh(...); c = f c + i g; h = o tanh(c), where ... = weight_ih x + bias_ih + weight_hh h + bias_hh",
    notes: notes + " A third result is the last cell state. Gates stand in the order i, f, g, o.",
    source: "Hochreiter and Schmidhuber 1997, Long Short-Term Memory; Gers, Schmidhuber and Cummins 2000 (forget gate)",
    example:
      "local y, h, c = lab.nn.lstm(lab.randn{2, 5, 3}, lab.randn{16, 3}, lab.randn{16, 4})\nprint(y.shape, h.shape, c.shape)",
    isMethod: false,
    check: .init(samples: samples(gates: 4, states: 2)) { values in
      let (output, hidden, cell) = try reference(.lstm, values)
      return [output, hidden, cell]
    },
    body: .general { arguments in
      let weights = RecurrentWeights(
        try arguments.tensor(1), try arguments.tensor(2), arguments.optionalTensor(3), arguments.optionalTensor(4))
      let (output, hidden, cell) = try arguments.tensor(0).recurrent(
        .lstm, weights, hidden: arguments.optionalTensor(5), cell: arguments.optionalTensor(6),
        lengths: arguments.optionalTensor(7), isReversed: arguments.boolean(8))
      return [.tensor(output), .tensor(hidden)] + (cell.map { [.tensor($0)] } ?? [])
    })

  static let gru: Operation = Operation(
    "gru", .fused, parameters("3 width", cell: false), "A layer of gated recurrent units over whole sequences.",
    formula:
      "r, z = sigmoid(weight_ih x + bias_ih + weight_hh h + bias_hh); n = tanh(weight_in x + bias_in + r (weight_hn h + bias_hn)); h = (1 - z) n + z h",
    notes: notes + " Gates stand in the order r, z, n.",
    source: "Cho et al. 2014, Learning Phrase Representations using RNN Encoder-Decoder",
    example: "local y, h = lab.nn.gru(lab.randn{2, 5, 3}, lab.randn{12, 3}, lab.randn{12, 4})\nprint(y.shape, h.shape)",
    isMethod: false,
    check: .init(samples: samples(gates: 3, states: 1)) { values in
      let (output, hidden, _) = try reference(.gru, values)
      return [output, hidden]
    },
    body: .general { arguments in
      let weights = RecurrentWeights(
        try arguments.tensor(1), try arguments.tensor(2), arguments.optionalTensor(3), arguments.optionalTensor(4))
      let (output, hidden, _) = try arguments.tensor(0).recurrent(
        .gru, weights, hidden: arguments.optionalTensor(5), lengths: arguments.optionalTensor(6),
        isReversed: arguments.boolean(7))
      return [.tensor(output), .tensor(hidden)]
    })

  static let rnn: Operation = Operation(
    "rnn", .fused,
    parameters("width", cell: false) + [
      .option("nonlinearity", .choice(["tanh", "relu"]), default: .text("tanh"), "the function of the sums")
    ], "A layer of plain recurrent units over whole sequences.",
    formula: "h = tanh(weight_ih x + bias_ih + weight_hh h + bias_hh), or relu of it", notes: notes,
    source: "Elman 1990, Finding Structure in Time",
    example: "local y, h = lab.nn.rnn(lab.randn{2, 5, 3}, lab.randn{4, 3}, lab.randn{4, 4})\nprint(y.shape, h.shape)",
    isMethod: false,
    check: .init(
      samples: samples(gates: 1, states: 1).map { Sample($0.items + [.text("tanh")]) }
        + [Sample(samples(gates: 1, states: 1)[0].items + [.text("relu")])]
    ) { values in
      let (output, hidden, _) = try reference(values.arguments.text(8) == "relu" ? .relu : .tanh, values)
      return [output, hidden]
    },
    body: .general { arguments in
      let weights = RecurrentWeights(
        try arguments.tensor(1), try arguments.tensor(2), arguments.optionalTensor(3), arguments.optionalTensor(4))
      let (output, hidden, _) = try arguments.tensor(0).recurrent(
        arguments.text(8) == "relu" ? .relu : .tanh, weights, hidden: arguments.optionalTensor(5),
        lengths: arguments.optionalTensor(6), isReversed: arguments.boolean(7))
      return [.tensor(output), .tensor(hidden)]
    })

  private static func samples(gates: Int, states: Int) -> [Sample] {
    func sample(
      _ batch: Int, _ steps: Int, _ inputs: Int, _ width: Int, bias: Bool, state: Bool, lengths: Int?, _ reverse: Bool
    )
      -> Sample
    {
      let wide = gates * width
      let biases: [Sample.Item] = bias ? [.normal([wide]), .normal([wide])] : [.none, .none]
      let initial: [Sample.Item] = Array(repeating: state ? .normal([batch, width]) : .none, count: states)
      return Sample(
        [.normal([batch, steps, inputs]), .normal([wide, inputs]), .normal([wide, width])] + biases + initial
          + [lengths.map { .ids([batch], $0...steps) } ?? .none, .boolean(reverse)])
    }
    return [
      sample(2, 3, 3, 2, bias: true, state: true, lengths: nil, false),
      sample(3, 2, 1, 3, bias: false, state: false, lengths: nil, true),
      sample(5, 3, 2, 1, bias: true, state: true, lengths: 1, true),
      sample(1, 1, 2, 2, bias: true, state: false, lengths: nil, false),
    ]
  }

  /// One sequence after another, one number after another.
  private static func reference(_ kind: RecurrentCell, _ values: [PlainValue]) throws -> (Plain, Plain, Plain) {
    let (x, wi, wh) = (try values.array(0), try values.array(1), try values.array(2))
    let (bi, bh) = (try? values.array(3), try? values.array(4))
    let initial = try? values.array(5)
    let initialCell = kind == .lstm ? try? values.array(6) : nil
    let lengths = try? values.array(kind == .lstm ? 7 : 6)
    let reverse = values.arguments.boolean(kind == .lstm ? 8 : 7)
    let (batch, steps, width) = (x.shape[0], x.shape[1], wh.shape[1])
    var output = Plain([batch, steps, width], [Double](repeating: 0, count: batch * steps * width))
    var last = Plain([batch, width], [Double](repeating: 0, count: batch * width))
    var lastCell = last
    func sigmoid(_ x: Double) -> Double { 1 / (1 + Foundation.exp(-x)) }
    for n in 0..<batch {
      var h = (0..<width).map { initial?[[n, $0]] ?? 0 }
      var c = (0..<width).map { initialCell?[[n, $0]] ?? 0 }
      for t in reverse ? Array((0..<steps).reversed()) : Array(0..<steps) {
        if let lengths, Double(t) >= lengths.values[n] { continue }
        let a = (0..<wh.shape[0]).map { row in
          (0..<x.shape[2]).reduce(bi?.values[row] ?? 0) { $0 + wi[[row, $1]] * x[[n, t, $1]] }
        }
        let b = (0..<wh.shape[0]).map { row in
          (0..<width).reduce(bh?.values[row] ?? 0) { $0 + wh[[row, $1]] * h[$1] }
        }
        for j in 0..<width {
          func sum(_ gate: Int) -> Double { a[gate * width + j] + b[gate * width + j] }
          switch kind {
          case .lstm:
            c[j] = sigmoid(sum(1)) * c[j] + sigmoid(sum(0)) * Foundation.tanh(sum(2))
            h[j] = sigmoid(sum(3)) * Foundation.tanh(c[j])
          case .gru:
            let (r, z) = (sigmoid(sum(0)), sigmoid(sum(1)))
            h[j] = (1 - z) * Foundation.tanh(a[2 * width + j] + r * b[2 * width + j]) + z * h[j]
          case .tanh: h[j] = Foundation.tanh(sum(0))
          case .relu: h[j] = max(0, sum(0))
          }
          output[[n, t, j]] = h[j]
        }
      }
      for j in 0..<width {
        last[[n, j]] = h[j]
        lastCell[[n, j]] = c[j]
      }
    }
    return (output, last, lastCell)
  }
}
