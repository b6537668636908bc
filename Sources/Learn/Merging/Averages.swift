import Basics
import Foundation
import Tensors

/// Averages of models.
extension MergeMethods {
  static let soup = MergeMethod(
    "soup", .models, "The average of models: a uniform soup, or a weighted one.",
    formula: "sum_i w_i theta_i / sum_i w_i",
    notes: "For the greedy soup, which adds only what helps, see lab.merge.greedy_soup.",
    source: "Wortsman et al. 2022, Model soups: averaging weights of multiple fine-tuned models", options: [weights],
    exampleOptions: "weights = {2, 1}"
  ) { input in try average(input, try input.factors()) }

  static let metricsWeighted = MergeMethod(
    "metrics_weighted", .models, "The average of models, weighted by a power of a metric of each.",
    formula: "w_i proportional to (1 / metric_i)^power for losses, metric_i^power for scores",
    notes: "power = 0 is the uniform average; with a large power the best model alone remains.",
    source: "Parameter-Efficient Checkpoint Merging via Metrics-Weighted Averaging, 2025",
    options: [
      OptionSpec("metrics", .numbers(count: nil, 0...OptionSpec.unbounded), default: nil, "one number for each model"),
      OptionSpec("power", .number(0...OptionSpec.unbounded), default: .number(1), "how much the metric counts"),
      OptionSpec("kind", .choice(["loss", "score"]), default: .text("loss"), "whether less or more is better"),
    ], exampleOptions: "metrics = {0.5, 0.7}, power = 2"
  ) { input in
    let metrics = input.settings.numbers("metrics")
    guard metrics.count == input.expressions.count else {
      throw Failure(
        .argument,
        "'metrics' must have a number for each of the \(input.expressions.count) models, found \(metrics.count)")
    }
    if let odd = metrics.first(where: { $0 <= 0 }) {
      throw Failure(.range, "'metrics' must be above 0, found \(SettingValue.number(odd))")
    }
    let sign = input.settings.text("kind") == "loss" ? -1.0 : 1.0
    let logs = metrics.map { sign * input.settings.number("power") * Foundation.log($0) }
    let top = logs.max() ?? 0
    return try average(input, logs.map { Foundation.exp($0 - top) })
  }

  private static func average(_ input: MergeInput, _ factors: [Double]) throws -> WeightsExpression {
    let total = factors.reduce(0, +)
    guard total != 0 else { throw Failure(.range, "the weights of the average sum to 0") }
    return try .sum(input.expressions, factors: factors.map { $0 / total })
  }

  static let slerp = MergeMethod(
    "slerp", .models, "Between two models along the arc of a circle instead of the straight line.",
    formula: "(sin((1 - t) a) x + sin(t a) y) / sin a, with a the angle between x and y",
    notes: "Nearly parallel, opposite or zero vectors are interpolated on the line.",
    source: "Shoemake 1985, Animating Rotation with Quaternion Curves", counts: 2...2,
    options: [
      OptionSpec("t", .number(0...1), default: .number(0.5), "0 is the first, 1 the second"),
      OptionSpec(
        "scope", .choice(Magnitude.Scope.allCases.map(\.rawValue)), default: .text("tensor"),
        "whether the angle is that of each tensor or of the whole weights"),
    ], exampleOptions: "t = 0.3"
  ) { input in
    let t = input.settings.number("t")
    func factors(_ x: Weights, _ y: Weights) throws -> [Double] {
      let cosine = try x.cosine(y)
      guard cosine.isFinite, abs(cosine) < 0.9995 else { return [1 - t, t] }
      let angle = acos(cosine)
      return [sin((1 - t) * angle) / sin(angle), sin(t * angle) / sin(angle)]
    }
    if input.settings.text("scope") == "whole" {
      let list = try input.list
      return try .sum(input.expressions, factors: factors(list[0], list[1]))
    }
    let merged = try input.map { pair in
      let rule = LinearRule(factors: try factors(Weights([("", pair[0])]), Weights([("", pair[1])])))
      return try rule.apply(pair)
    }
    return WeightsExpression(merged)
  }

  static let fisher = MergeMethod(
    "fisher", .models, "The average of models in which each weight counts by its Fisher information.",
    formula: "sum_i w_i F_i theta_i / sum_i w_i F_i, elementwise",
    notes: "lab.merge.diagonal_fisher estimates F from a net and data.",
    source: "Matena and Raffel 2022, Merging Models with Fisher-Weighted Averaging", companion: "diagonal Fisher",
    options: [
      weights,
      OptionSpec(
        "floor", .number(0...OptionSpec.unbounded), default: .number(1e-8),
        "the least information, so that weights nobody needs are averaged"),
    ], exampleOptions: "floor = 1e-6"
  ) { input in
    let rule = ImportanceRule(floor: input.settings.number("floor"), factors: try input.factors())
    let list = try input.list
    return WeightsExpression(
      try list[0].map { name, _ in
        try rule.apply(list.map { try $0.tensor(name) } + input.companions.map { try $0.tensor(name) })
      })
  }
}
