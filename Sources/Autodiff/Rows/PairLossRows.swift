import Foundation
import Kernels
import Tensors

/// Rows for losses of numbers and of vectors against each other.
extension Losses {
  private static let numbers: [Parameter] = [
    .tensor("predictions", "the model's numbers"),
    .tensor("targets", "what they should be, of the same shape: losses do not broadcast"),
  ]

  private static func elementwise(_ values: [PlainValue], _ how: LossReduction, _ f: (Double, Double) -> Double) throws
    -> [Plain]
  {
    let (x, t) = (try values.array(0), try values.array(1))
    return [how.apply(Plain(x.shape, zip(x.values, t.values).map(f)))]
  }

  static let meanSquaredError: Operation = Operation(
    "mse_loss", .loss, numbers + [LossReduction.parameter], "The squared error.", formula: "(x - t)^2",
    example: "print(lab.nn.mse_loss(lab.tensor{1, 2}, lab.tensor{1, 4}))", isMethod: false,
    check: .init(
      samples: [
        Sample(.normal([3, 4]), .normal([3, 4]), .text("mean")), Sample(.normal([5]), .normal([5]), .text("none")),
      ]
    ) { values in try elementwise(values, values.arguments.reduction(2)) { ($0 - $1) * ($0 - $1) } },
    body: .general { [.tensor(try $0.tensor(0).meanSquaredError($0.tensor(1), reduction: $0.reduction(2)))] })

  static let absoluteError: Operation = Operation(
    "l1_loss", .loss, numbers + [LossReduction.parameter], "The absolute error.", formula: "|x - t|",
    notes: "The gradient where both agree is 0.", example: "print(lab.nn.l1_loss(lab.tensor{1, 2}, lab.tensor{1, 4}))",
    isMethod: false,
    check: .init(
      samples: [
        Sample(.distinct([3, 4]), .uniform([3, 4], -9, -8), .text("mean")),
        Sample(.uniform([5], 0, 1), .uniform([5], 2, 3), .text("none")),
      ]
    ) { values in try elementwise(values, values.arguments.reduction(2)) { Swift.abs($0 - $1) } },
    body: .general { [.tensor(try $0.tensor(0).absoluteError($0.tensor(1), reduction: $0.reduction(2)))] })

  static let huber: Operation = Operation(
    "huber_loss", .loss,
    numbers + [
      .option("delta", .number, default: .number(1), "where the quadratic part ends"), LossReduction.parameter,
    ],
    "Quadratic for small errors, linear for large ones.",
    formula: "e^2 / 2 if e = |x - t| <= delta, else delta (e - delta / 2)",
    source: "Huber 1964, Robust Estimation of a Location Parameter",
    example: "print(lab.nn.huber_loss(lab.tensor{1, 2}, lab.tensor{1, 9}, {delta = 2}))", isMethod: false,
    check: .init(
      samples: [
        Sample(.uniform([3, 4], 0, 0.4), .uniform([3, 4], 0.5, 0.9), .number(1), .text("mean")),
        Sample(.uniform([5], 0, 1), .uniform([5], 3, 4), .number(1.5), .text("none")),
      ]
    ) { values in
      let delta = try values.arguments.number(2)
      return try elementwise(values, values.arguments.reduction(3)) { x, t in
        let e = Swift.abs(x - t)
        return e <= delta ? e * e / 2 : delta * (e - delta / 2)
      }
    },
    body: .general {
      [.tensor(try $0.tensor(0).huberLoss($0.tensor(1), delta: $0.number(2), reduction: $0.reduction(3)))]
    })

  static let hinge: Operation = Operation(
    "hinge_loss", .loss,
    [
      .tensor("scores", "the model's numbers"), .tensor("targets", "1 or -1, of the same shape"),
      .option("margin", .number, default: .number(1), "the score at which the loss ends"), LossReduction.parameter,
    ],
    "The hinge loss of support vector machines.", formula: "max(margin - t x, 0)",
    source: "Cortes and Vapnik 1995, Support-Vector Networks",
    example: "print(lab.nn.hinge_loss(lab.tensor{0.5, -2}, lab.tensor{1, -1}))", isMethod: false,
    check: .init(
      samples: [
        Sample(.uniform([3, 4], -0.9, 0.9), .uniform([3, 4], 0.5, 1), .number(1), .text("mean")),
        Sample(.values([4], [2, -3, 0.5, -0.4]), .values([4], [1, -1, -1, 1]), .number(0.7), .text("none")),
      ]
    ) { values in
      let margin = try values.arguments.number(2)
      return try elementwise(values, values.arguments.reduction(3)) { Swift.max(margin - $0 * $1, 0) }
    },
    body: .general {
      [.tensor(try $0.tensor(0).hingeLoss($0.tensor(1), margin: $0.number(2), reduction: $0.reduction(3)))]
    })

  static let cosine: Operation = Operation(
    "cosine_loss", .loss,
    [
      .tensor("a", "vectors along the last dimension"), .tensor("b", "as many others, of the same shape"),
      .option("eps", .number, default: .number(1e-8), "the least product of lengths that is divided by"),
      LossReduction.parameter,
    ],
    "One minus the cosine of the angle between vectors along the last dimension.",
    formula: "1 - a.b / max(|a| |b|, eps)",
    example: "print(lab.nn.cosine_loss(lab.tensor{{1, 0}}, lab.tensor{{1, 1}}))", isMethod: false,
    check: .init(
      samples: [
        Sample(.normal([3, 4]), .normal([3, 4]), .number(1e-8), .text("mean")),
        Sample(.uniform([2, 3, 2], 0.5, 2), .uniform([2, 3, 2], 0.5, 2), .number(1e-8), .text("none")),
      ]
    ) { values in
      let (a, b, eps) = (try values.array(0), try values.array(1), try values.arguments.number(2))
      func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
      let losses = zip(lines(a), lines(b)).map { a, b in
        1 - dot(a, b) / Swift.max((dot(a, a) * dot(b, b)).squareRoot(), eps)
      }
      return [values.arguments.reduction(3).apply(Plain(Array(a.shape.dropLast()), losses))]
    },
    body: .general {
      [.tensor(try $0.tensor(0).cosineLoss($0.tensor(1), epsilon: $0.number(2), reduction: $0.reduction(3)))]
    })

  static let triplet: Operation = Operation(
    "triplet_loss", .loss,
    [
      .tensor("anchor", "vectors along the last dimension"), .tensor("positive", "vectors that should be near"),
      .tensor("negative", "vectors that should be farther, by the margin"),
      .option("margin", .number, default: .number(1), "how much farther"),
      .option("eps", .number, default: .number(1e-6), "added to each difference, so that the slope stays finite"),
      LossReduction.parameter,
    ],
    "The triplet margin loss with Euclidean distances.", formula: "max(|a - p| - |a - n| + margin, 0)",
    source: "Schroff, Kalenichenko and Philbin 2015, FaceNet (there with squared distances)",
    example: "print(lab.nn.triplet_loss(lab.tensor{{0, 0}}, lab.tensor{{1, 0}}, lab.tensor{{0, 1.5}}))",
    isMethod: false,
    check: .init(
      samples: [
        Sample(.normal([3, 4]), .normal([3, 4]), .normal([3, 4]), .number(9), .number(1e-6), .text("mean")),
        Sample(
          .uniform([3, 2], 0, 1), .uniform([3, 2], 1.5, 2), .uniform([3, 2], 5, 6), .number(1), .number(1e-6),
          .text("none")),
      ]
    ) { values in
      let (a, p, n) = (try values.array(0), try values.array(1), try values.array(2))
      let (margin, eps) = (try values.arguments.number(3), try values.arguments.number(4))
      func distance(_ x: [Double], _ y: [Double]) -> Double {
        zip(x, y).reduce(0) { $0 + ($1.0 - $1.1 + eps) * ($1.0 - $1.1 + eps) }.squareRoot()
      }
      let losses = zip(lines(a), zip(lines(p), lines(n))).map { a, others in
        Swift.max(distance(a, others.0) - distance(a, others.1) + margin, 0)
      }
      return [values.arguments.reduction(5).apply(Plain(Array(a.shape.dropLast()), losses))]
    },
    body: .general {
      [
        .tensor(
          try $0.tensor(0).tripletLoss(
            $0.tensor(1), $0.tensor(2), margin: $0.number(3), epsilon: $0.number(4), reduction: $0.reduction(5)))
      ]
    })
}
