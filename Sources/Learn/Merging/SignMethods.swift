import Basics
import Foundation

/// Merges that ask in which direction each weight moved.
extension MergeMethods {
  static let ties = MergeMethod(
    "ties", .vectors,
    "Of each task vector only the largest changes; of those at one place the mean of the ones that have the sign of their sum.",
    formula: "scale * mean of the kept tau_ij with sign(tau_ij) = sign(sum_i tau_ij)",
    source: "Yadav et al. 2023, TIES-Merging: Resolving Interference When Merging Models",
    options: [keep, scope, scale],
    exampleOptions: "keep = 0.5"
  ) { input in
    let trimmed = try trimmed(input)
    let scale = input.settings.number("scale")
    let merged = WeightsExpression(
      try trimmed[0].map { name, _ in try ElectedMeanRule().apply(trimmed.map { try $0.tensor(name) }) })
    return scale == 1 ? merged : try merged * scale
  }

  private static let share = OptionSpec(
    "share", .number(0...1), default: .number(1), "the share of the entries that must have one sign")

  static let signConsensus = MergeMethod(
    "sign_consensus", .vectors,
    "The mean of task vectors where all of them changed a weight in the same direction, else 0.",
    formula: "scale * mean_i tau_ij where the signs of all tau_ij agree, else 0",
    notes: "For unlearning take a negative scale. lab.merge.agreement gives the weights that agree as a mask.",
    source: "Kim, Han and Choe 2025, NegMerge: Sign-Consensual Weight Merging for Machine Unlearning",
    options: [share, scale],
    exampleOptions: "share = 1"
  ) { input in
    let scale = input.settings.number("scale")
    let merged = WeightsExpression(try consensus(input.list, share: input.settings.number("share"), isMask: false))
    return scale == 1 ? merged : try merged * scale
  }

  /// Ones where at least a share of task vectors changed a weight in the same direction, else zeros.
  public static func agreement(_ list: [Weights], share: Double = 1) throws -> Weights {
    guard let first = list.first else { throw Failure(.argument, "needs at least 1 weights to compare, found 0") }
    guard (0...1).contains(share) else {
      throw Failure(.range, "'share' must be a number from 0 to 1, found \(SettingValue.number(share))")
    }
    for (position, other) in list.enumerated().dropFirst() {
      try MergeMethod.require(first, other, "entry \(position + 1)")
    }
    return try consensus(list, share: share, isMask: true)
  }

  private static func consensus(_ list: [Weights], share: Double, isMask: Bool) throws -> Weights {
    // A little slack, so that 0.6 of 5 is 3.
    let required = max(1, Int((share * Double(list.count) - 1e-9).rounded(.up)))
    let rule = ConsensusRule(required: required, isMask: isMask)
    return try list[0].map { name, _ in try rule.apply(list.map { try $0.tensor(name) }) }
  }
}
