import Foundation
import Kernels
import Tensors

/// Rows for losses. Each takes `reduce`, and gives the losses of single examples with `reduce = "none"`.
public enum Losses {
  public static let rows: [Operation] = [
    crossEntropy, negativeLogLikelihood, binaryCrossEntropy, binaryCrossEntropyWithLogits, divergence, meanSquaredError,
    absoluteError, huber, cosine, triplet, hinge,
  ]

  static let classWeight = Parameter.option(
    "weight", .tensor(orNumber: false), default: .none, "a factor for each class, {classes}")
  static let exampleWeight = Parameter.option(
    "weight", .tensor(orNumber: false), default: .none, "a factor for each example; broadcasts to the losses")
  static let positionWeights = Parameter.option(
    "weights", .tensor(orNumber: false), default: .none,
    "a factor for each example, {batch}, or for each position, of the shape of the losses; the mean divides by their sum"
  )
  static let ignore = Parameter.option(
    "ignore", .integer, default: .none, "targets with this id give no loss; 0 serves, since ids count from 1")

  /// Weight of the target's class of each row; 0 where it is ignored.
  private static func targetWeights(_ ids: Plain, _ weight: Plain?, _ ignore: Int?) -> [Double] {
    ids.values.map { Int($0) == ignore ? 0 : weight?.values[Int($0) - 1] ?? 1 }
  }

  private static func optionalArray(_ values: [PlainValue], _ index: Int) -> Plain? { try? values.array(index) }

  static func logSoftmax(_ row: [Double]) -> [Double] {
    let top = row.max() ?? 0
    let total = top + Foundation.log(row.reduce(0) { $0 + Foundation.exp($1 - top) })
    return row.map { $0 - total }
  }

  /// The rows along the last dimension, in order.
  static func lines(_ x: Plain) -> [[Double]] {
    let width = x.shape.last ?? 1
    return width == 0 ? [] : stride(from: 0, to: x.values.count, by: width).map { Array(x.values[$0..<($0 + width)]) }
  }

  static let crossEntropy: Operation = Operation(
    "cross_entropy", .loss,
    [
      .tensor("logits", "scores before softmax, {..., classes}"),
      .tensor("targets", "class ids from 1, int64 {...}; or probabilities of the shape of the logits"),
      .option(
        "label_smoothing", .number, default: .number(0), "this share of each target is spread evenly over all classes"),
      classWeight, ignore, LossReduction.parameter, positionWeights,
    ],
    "Cross entropy of the softmax of logits against class ids or probabilities.",
    formula: "-sum_c t_c w_c log softmax(logits)_c, with t = (1 - s) onehot(target) + s / classes",
    notes:
      "The mean with class ids divides by the weights of the targets that count, else by the number of rows; it is nan when none "
      + "counts. The exact id of 'ignore' is compared before anything else, so any number may stand for padding.",
    source: "Szegedy et al. 2016, Rethinking the Inception Architecture for Computer Vision (label smoothing)",
    example: "print(lab.nn.cross_entropy(lab.tensor{{2, 0, 1}, {0, 3, 0}}, lab.tensor({1, 2}, \"int64\")))",
    isMethod: false,
    check: .init(
      samples: [
        Sample(.normal([4, 3]), .ids([4], 1...3), .number(0), .none, .none, .text("mean"), .none),
        Sample(.normal([4, 3]), .ids([4], 1...3), .number(0.2), .none, .none, .text("none"), .none),
        Sample(
          .normal([2, 3, 4]), .ids([2, 3], 1...4), .number(0), .uniform([4], 0.5, 2), .none, .text("mean"), .none),
        Sample(
          .normal([5, 3]), .ids([5], 0...3), .number(0.1), .uniform([3], 0.5, 2), .integer(0), .text("mean"), .none),
        Sample(.normal([5, 3]), .ids([5], 1...3), .number(0), .none, .integer(2), .text("sum"), .none),
        Sample(
          .normal([4, 3]), .uniform([4, 3], 0, 1), .number(0.1), .uniform([3], 0.5, 2), .none, .text("mean"), .none),
        Sample(.normal([3]), .ids([], 1...3), .number(0), .none, .none, .text("mean"), .none),
        Sample(
          .normal([2, 3, 4]), .ids([2, 3], 1...4), .number(0), .none, .none, .text("mean"), .uniform([2], 0.5, 2)),
        Sample(
          .normal([5, 3]), .ids([5], 0...3), .number(0.1), .uniform([3], 0.5, 2), .integer(0), .text("mean"),
          .uniform([5], 0.5, 2)),
        Sample(
          .normal([4, 3]), .uniform([4, 3], 0, 1), .number(0), .none, .none, .text("mean"), .uniform([4], 0.5, 2)),
        Sample(
          .normal([2, 3, 4]), .ids([2, 3], 1...4), .number(0), .none, .none, .text("none"), .uniform([2, 3], 0.5, 2)),
      ]
    ) { values in
      let (z, t, weight) = (try values.array(0), try values.array(1), optionalArray(values, 3))
      let (s, ignore) = (try values.arguments.number(2), values.arguments.optionalInteger(4))
      let how = values.arguments.reduction(5)
      let classes = z.shape.last ?? 1
      let isIds = t.shape.count < z.shape.count
      let shape = Array(z.shape.dropLast())
      let given = optionalArray(values, 6)
      // Row by row: weights of the first dimensions hold for all positions behind them.
      let factors = lines(z).indices.map { r in
        given.map { $0.values[r / Swift.max(1, lines(z).count / $0.values.count)] } ?? 1
      }
      let losses = lines(z).enumerated().map { r, row in
        if isIds, Int(t.values[r]) == ignore { return 0.0 }
        return factors[r]
          * zip(0..<classes, logSoftmax(row)).reduce(0.0) { sum, item in
            let wanted = isIds ? (Int(t.values[r]) == item.0 + 1 ? 1.0 : 0.0) : t.values[r * classes + item.0]
            return sum - ((1 - s) * wanted + s / Double(classes)) * (weight?.values[item.0] ?? 1) * item.1
          }
      }
      let counts = isIds ? targetWeights(t, weight, ignore) : factors.map { _ in 1 }
      return [how.apply(Plain(shape, losses), weights: zip(factors, counts).map { $0 * $1 })]
    },
    body: .general { arguments in
      [
        .tensor(
          try arguments.tensor(0).crossEntropy(
            arguments.tensor(1), labelSmoothing: arguments.number(2), weight: arguments.optionalTensor(3),
            ignore: arguments.optionalInteger(4), weights: arguments.optionalTensor(6),
            reduction: arguments.reduction(5)))
      ]
    })

  static let negativeLogLikelihood: Operation = Operation(
    "nll_loss", .loss,
    [
      .tensor("log_probabilities", "logarithms of probabilities, {..., classes}"),
      .tensor("targets", "class ids from 1, int64 {...}"),
      classWeight, ignore, LossReduction.parameter,
    ],
    "Negative log-likelihood of class ids, for a model that ends in `log_softmax`.", formula: "-w_t log p_t",
    notes: "The mean divides by the weights of the targets that count.",
    example: "print(lab.nn.nll_loss(lab.tensor{{2, 0, 1}}:log_softmax(), lab.tensor({1}, \"int64\")))", isMethod: false,
    check: .init(
      samples: [
        Sample(.normal([4, 3]), .ids([4], 1...3), .none, .none, .text("mean")),
        Sample(.normal([2, 3, 4]), .ids([2, 3], 1...4), .uniform([4], 0.5, 2), .none, .text("none")),
        Sample(.normal([5, 3]), .ids([5], 0...3), .uniform([3], 0.5, 2), .integer(0), .text("mean")),
      ]
    ) { values in
      let (logs, t, weight) = (try values.array(0), try values.array(1), optionalArray(values, 2))
      let weights = targetWeights(t, weight, values.arguments.optionalInteger(3))
      let losses = lines(logs).enumerated().map { r, row in
        weights[r] == 0 ? 0 : -weights[r] * row[Int(t.values[r]) - 1]
      }
      return [values.arguments.reduction(4).apply(Plain(Array(logs.shape.dropLast()), losses), weights: weights)]
    },
    body: .general { arguments in
      [
        .tensor(
          try arguments.tensor(0).negativeLogLikelihood(
            arguments.tensor(1), weight: arguments.optionalTensor(2), ignore: arguments.optionalInteger(3),
            reduction: arguments.reduction(4)))
      ]
    })

  static let divergence: Operation = Operation(
    "kl_div", .loss,
    [
      .tensor("p_logits", "logits of the distribution that the mean is taken under, {..., classes}"),
      .tensor("q_logits", "logits of the distribution that is compared with it, of the same shape"),
      LossReduction.parameter,
    ],
    "The Kullback-Leibler divergence KL(p || q) of two distributions given by logits over the last dimension.",
    formula: "sum_c p_c (log p_c - log q_c), with p = softmax(p_logits) and q = softmax(q_logits)",
    notes:
      "One number for each row, 0 where both agree; the mean is over rows. For distillation p is the teacher and q the student. "
      + "(PyTorch's function of this name takes log q first and p second, and its mean divides by all elements.)",
    source: "Kullback and Leibler 1951, On Information and Sufficiency",
    example: "print(lab.nn.kl_div(lab.tensor{{2, 0}}, lab.tensor{{0, 0}}))", isMethod: false,
    check: .init(
      samples: [
        Sample(.normal([4, 3]), .normal([4, 3]), .text("mean")),
        Sample(.normal([2, 3, 4]), .normal([2, 3, 4]), .text("none")),
        Sample(.normal([5]), .normal([5]), .text("sum")),
      ]
    ) { values in
      let (p, q) = (try values.array(0), try values.array(1))
      let losses = zip(lines(p).map(logSoftmax), lines(q).map(logSoftmax)).map { p, q in
        zip(p, q).reduce(0) { $0 + Foundation.exp($1.0) * ($1.0 - $1.1) }
      }
      return [values.arguments.reduction(2).apply(Plain(Array(p.shape.dropLast()), losses))]
    },
    body: .general { [.tensor(try $0.tensor(0).divergence(fromLogits: $0.tensor(1), reduction: $0.reduction(2)))] })
}
