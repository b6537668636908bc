import Foundation
import Tensors

/// Rows over tokens: log-probabilities of sequences, and losses of what should not be said.
public enum SequenceLosses {
  public static let rows: [Operation] = [sequenceLogProbability, unlikelihood]

  /// The weight of each position: given ones hold for all positions behind them.
  private static func factors(_ weights: Plain?, positions: Int) -> [Double] {
    (0..<positions).map { p in weights.map { $0.values[p / Swift.max(1, positions / $0.values.count)] } ?? 1 }
  }

  static let sequenceLogProbability: Operation = Operation(
    "sequence_log_prob", .loss,
    [
      .tensor("logits", "scores before softmax, {..., length, classes}"),
      .tensor("targets", "class ids from 1, int64 {..., length}"), Losses.ignore,
      .option(
        "weights", .tensor(orNumber: false), default: .none,
        "a factor for each position {..., length}, or each sequence"),
      .option(
        "average", .boolean, default: .boolean(false), "the mean over the positions that count; their sum otherwise"),
    ],
    "The log-probability of whole sequences of class ids, one number for each.",
    formula: "sum_t w_t log softmax(logits_t)[target_t]",
    notes:
      "What dpo and npo take, and with average = true what simpo takes. Targets that are ignored, such as a prompt or padding, count nothing; the mean over none is nan.",
    example:
      "local logits, answer = lab.randn{2, 3, 5}, lab.tensor({{1, 2, 0}, {3, 4, 5}}, \"int64\")\nprint(lab.nn.sequence_log_prob(logits, answer, {ignore = 0}))",
    isMethod: false,
    check: .init(
      samples: [
        Sample(.normal([2, 3, 4]), .ids([2, 3], 1...4), .none, .none, .boolean(false)),
        Sample(.normal([2, 5, 3]), .ids([2, 5], 0...3), .integer(0), .none, .boolean(true)),
        Sample(.normal([2, 5, 3]), .ids([2, 5], 0...3), .integer(0), .uniform([2, 5], 0.5, 2), .boolean(true)),
        Sample(.normal([3, 4]), .ids([3], 1...4), .none, .uniform([3], 0.5, 2), .boolean(false)),
      ]
    ) { values in
      let (z, t) = (try values.array(0), try values.array(1))
      let (ignore, average) = (values.arguments.optionalInteger(2), values.arguments.boolean(4))
      let weights = factors(try? values.array(3), positions: t.values.count)
      let rows = Losses.lines(z).map(Losses.logSoftmax)
      let length = t.shape.last ?? 1
      let sums = stride(from: 0, to: t.values.count, by: length).map { start in
        var (sum, count) = (0.0, 0.0)
        for p in start..<(start + length) where Int(t.values[p]) != ignore {
          sum += weights[p] * rows[p][Int(t.values[p]) - 1]
          count += weights[p]
        }
        return average ? sum / count : sum
      }
      return [Plain(Array(t.shape.dropLast()), sums)]
    },
    body: .general {
      [
        .tensor(
          try $0.tensor(0).sequenceLogProbability(
            $0.tensor(1), ignore: $0.optionalInteger(2), weights: $0.optionalTensor(3), average: $0.boolean(4)))
      ]
    })

  static let unlikelihood: Operation = Operation(
    "unlikelihood", .loss,
    [
      .tensor("logits", "scores before softmax, {..., classes}"),
      .tensor(
        "targets", "class ids that should not be said, int64 {...}; or a bool mask of all of them, {..., classes}"),
      Losses.ignore, Losses.positionWeights, LossReduction.parameter,
    ],
    "Unlikelihood: makes class ids less probable.", formula: "-sum_(c negative) log(1 - softmax(logits)_c)",
    notes:
      "Exact also where a probability is nearly 1. For token-level unlikelihood the mask holds, at each position, the tokens said before, without the right one.",
    source: "Welleck et al. 2020, Neural Text Generation with Unlikelihood Training",
    example: "print(lab.nn.unlikelihood(lab.tensor{{9, 0, 0}, {0, 0, 1}}, lab.tensor({1, 1}, \"int64\")))",
    isMethod: false,
    check: .init(
      samples: [
        Sample(.normal([4, 3]), .ids([4], 1...3), .none, .none, .text("mean")),
        Sample(.normal([2, 5, 3]), .ids([2, 5], 0...3), .integer(0), .uniform([2], 0.5, 2), .text("mean")),
        Sample(.normal([4, 3]), .mask([4, 3]), .none, .none, .text("none")),
        Sample(.normal([2, 3, 4]), .mask([2, 3, 4]), .none, .uniform([2, 3], 0.5, 2), .text("mean")),
      ]
    ) { values in
      let (z, t, ignore) = (try values.array(0), try values.array(1), values.arguments.optionalInteger(2))
      let rows = Losses.lines(z).map { Losses.logSoftmax($0).map(Foundation.exp) }
      let isMask = t.shape.count == z.shape.count
      var weights = factors(try? values.array(3), positions: rows.count)
      let losses = rows.enumerated().map { r, p in
        if isMask {
          return p.indices.reduce(0.0) { $0 - t.values[r * p.count + $1] * Foundation.log(1 - p[$1]) * weights[r] }
        }
        if Int(t.values[r]) == ignore {
          weights[r] = 0
          return 0
        }
        return -Foundation.log(1 - p[Int(t.values[r]) - 1]) * weights[r]
      }
      return [values.arguments.reduction(4).apply(Plain(Array(z.shape.dropLast()), losses), weights: weights)]
    },
    body: .general {
      [
        .tensor(
          try $0.tensor(0).unlikelihood(
            $0.tensor(1), ignore: $0.optionalInteger(2), weights: $0.optionalTensor(3), reduction: $0.reduction(4)))
      ]
    })
}
