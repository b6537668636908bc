import Basics
import Kernels
import Tensors

/// Sums of task vectors.
extension MergeMethods {
  static let taskArithmetic = MergeMethod(
    "task_arithmetic", .vectors, "The sum of task vectors.", formula: "scale * sum_i w_i tau_i",
    notes: "A negative scale makes a model forget what the vectors learned.",
    source: "Ilharco et al. 2023, Editing Models with Task Arithmetic", options: [scale, weights],
    exampleOptions: "scale = 0.4"
  ) { input in
    let scale = input.settings.number("scale")
    return try .sum(input.expressions, factors: input.factors().map { scale * $0 })
  }

  static let dare = MergeMethod(
    "dare", .vectors, "The sum of task vectors of which a random part is dropped and the rest scaled up.",
    formula: "scale * sum_i w_i m_i tau_i / (1 - drop), where each m is 0 with probability drop",
    notes: "Random numbers come from {rng}, or from a stream of their own.",
    source:
      "Yu et al. 2024, Language Models are Super Mario: Absorbing Abilities from Homologous Models as a Free Lunch",
    draws: true,
    options: [
      OptionSpec("drop", .number(0...1, open: true), default: .number(0.9), "the share that is dropped"), scale,
      weights,
    ], exampleOptions: "drop = 0.5, rng = lab.rng(1)"
  ) { input in
    let (drop, scale) = (input.settings.number("drop"), input.settings.number("scale"))
    let masks = try input.expressions.map { vector in
      try WeightsExpression(
        vector.outline.map { _, tensor in
          try input.source.mask(tensor.shape, probability: 1 - drop, value: 1 / (1 - drop), tensor.dtype)
        })
    }
    let thinned = try zip(input.expressions, masks).map { try $0 * $1 }
    let merged = try WeightsExpression.sum(thinned, factors: input.factors().map { scale * $0 })
    return WeightsExpression(try merged.weights)
  }

  static let trim = MergeMethod(
    "trim", .vectors, "The sum of task vectors of which only the largest changes are kept.",
    formula: "scale * sum_i w_i top(tau_i, keep)", source: "the first step of Yadav et al. 2023 (TIES)",
    options: [keep, scope, scale, weights], exampleOptions: "keep = 0.5"
  ) { input in
    let scale = input.settings.number("scale")
    let trimmed = try trimmed(input).map { WeightsExpression($0) }
    return try .sum(trimmed, factors: input.factors().map { scale * $0 })
  }

  static let keep = OptionSpec(
    "keep", .number(0...1), default: .number(0.2), "the share of the changes, the largest ones, that is kept")

  static func trimmed(_ input: MergeInput) throws -> [Weights] {
    let scope = Magnitude.Scope(rawValue: input.settings.text("scope")) ?? .whole
    return try input.list.map { try Magnitude.trim($0, keep: input.settings.number("keep"), scope: scope) }
  }

  static let orthogonal = MergeMethod(
    "orthogonal", .vectors, "The first task vector without its parts along all others.",
    formula: "scale * (tau_1 - sum_k (tau_1 . e_k) e_k), e_k an orthonormal basis of the others",
    notes: "What remains has inner product 0 with each of the others, to rounding.",
    source: "Gram-Schmidt orthogonalisation, in Double", counts: 1...Int.max, options: [scale],
    exampleOptions: "scale = 1"
  ) { input in
    var basis: [Weights] = []
    func rest(_ vector: Weights) throws -> Weights {
      // Twice is enough: the second pass removes what rounding left.
      try (basis + basis).reduce(vector) { try $0 - $1 * $0.dot($1) }
    }
    let list = try input.list
    for other in list.dropFirst() {
      let (length, remainder) = (try other.norm(), try rest(other))
      let norm = try remainder.norm()
      // A vector in the span of those before adds nothing.
      if norm > 1e-6 * length { basis.append(try remainder / norm) }
    }
    return try WeightsExpression(rest(list[0])) * input.settings.number("scale")
  }
}
