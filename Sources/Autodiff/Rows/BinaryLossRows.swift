import Foundation
import Kernels
import Tensors

/// Rows for losses of yes-or-no predictions.
extension Losses {
  static let binaryCrossEntropy: Operation = Operation(
    "binary_cross_entropy", .loss,
    [
      .tensor("probabilities", "predictions between 0 and 1"), .tensor("targets", "0, 1 or between, of the same shape"),
      exampleWeight,
      LossReduction.parameter,
    ],
    "Cross entropy of probabilities against yes-or-no targets.", formula: "-(t log p + (1 - t) log(1 - p))",
    notes:
      "Logarithms below -100 count as -100, so that no loss is infinite. For raw scores take `binary_cross_entropy_with_logits`.",
    example: "print(lab.nn.binary_cross_entropy(lab.tensor{0.9, 0.2}, lab.tensor{1, 0}))", isMethod: false,
    check: .init(
      samples: [
        Sample(.uniform([3, 4], 0.1, 0.9), .uniform([3, 4], 0, 1), .none, .text("mean")),
        Sample(.uniform([3, 4], 0.1, 0.9), .uniform([3, 4], 0, 1), .uniform([4], 0.5, 2), .text("none")),
      ]
    ) { values in
      let (p, t, weight) = (try values.array(0), try values.array(1), try? values.array(2))
      let losses = Plain(p.shape) { place in
        -(t[place] * Foundation.log(p[place]) + (1 - t[place]) * Foundation.log(1 - p[place]))
          * (weight?.broadcast(at: place) ?? 1)
      }
      return [values.arguments.reduction(3).apply(losses)]
    },
    body: .general {
      [
        .tensor(
          try $0.tensor(0).binaryCrossEntropy($0.tensor(1), weight: $0.optionalTensor(2), reduction: $0.reduction(3)))
      ]
    })

  static let binaryCrossEntropyWithLogits: Operation = Operation(
    "binary_cross_entropy_with_logits", .loss,
    [
      .tensor("logits", "scores before sigmoid"), .tensor("targets", "0, 1 or between, of the same shape"),
      exampleWeight,
      .option(
        "pos_weight", .tensor(orNumber: false), default: .none, "a factor for the loss of positive targets; broadcasts"),
      LossReduction.parameter,
    ],
    "Cross entropy of the sigmoid of scores against yes-or-no targets, without overflow.",
    formula: "-(pos_weight t log sigmoid(x) + (1 - t) log(1 - sigmoid(x)))",
    example: "print(lab.nn.binary_cross_entropy_with_logits(lab.tensor{2, -1}, lab.tensor{1, 0}))", isMethod: false,
    check: .init(
      samples: [
        Sample(.normal([3, 4]), .uniform([3, 4], 0, 1), .none, .none, .text("mean")),
        Sample(.normal([3, 4]), .uniform([3, 4], 0, 1), .uniform([4], 0.5, 2), .none, .text("sum")),
        Sample(.normal([3, 4]), .uniform([3, 4], 0, 1), .none, .uniform([4], 0.5, 2), .text("none")),
      ]
    ) { values in
      let (x, t, weight, positive) = (
        try values.array(0), try values.array(1), try? values.array(2), try? values.array(3)
      )
      let losses = Plain(x.shape) { place in
        let p = 1 / (1 + Foundation.exp(-x[place]))
        let yes = (positive?.broadcast(at: place) ?? 1) * t[place] * Foundation.log(p)
        return -(yes + (1 - t[place]) * Foundation.log(1 - p)) * (weight?.broadcast(at: place) ?? 1)
      }
      return [values.arguments.reduction(4).apply(losses)]
    },
    body: .general {
      [
        .tensor(
          try $0.tensor(0).binaryCrossEntropyWithLogits(
            $0.tensor(1), weight: $0.optionalTensor(2), positiveWeight: $0.optionalTensor(3), reduction: $0.reduction(4)
          ))
      ]
    })
}
