import Foundation
import Tensors

/// Rows for losses of preferences and of forgetting. They take log-probabilities of whole answers, one for each example, as
/// `sequence_log_prob` gives them.
public enum PreferenceLosses {
  public static let rows: [Operation] = [
    directPreference, simplePreference, oddsRatio, prospect, negativePreference, simpleNegativePreference,
  ]

  private static func beta(_ value: Double) -> Parameter {
    .option("beta", .number, default: .number(value), "how strongly differences count")
  }
  private static let smoothing = Parameter.option(
    "label_smoothing", .number, default: .number(0), "the share of preferences that are taken to be the wrong way round"
  )

  private static func softplus(_ x: Double) -> Double {
    Swift.max(x, 0) + Foundation.log1p(Foundation.exp(-Swift.abs(x)))
  }

  private static func preference(_ margin: Double, _ smoothing: Double) -> Double {
    (1 - smoothing) * softplus(-margin) + smoothing * softplus(margin)
  }

  static let directPreference: Operation = Operation(
    "dpo", .loss,
    [
      .tensor("chosen", "the model's summed log-probabilities of the better answers, {n}"),
      .tensor("rejected", "those of the worse answers"),
      .tensor("reference_chosen", "the reference model's for the better answers; without gradient"),
      .tensor("reference_rejected", "the reference model's for the worse answers"),
      beta(0.1), smoothing, LossReduction.parameter,
    ],
    "Direct preference optimisation: the better answer should gain more over the reference than the worse one.",
    formula:
      "-log sigmoid(beta ((c - rc) - (r - rr))); with smoothing s: that times 1 - s, plus s times that of the opposite",
    source:
      "Rafailov et al. 2023, Direct Preference Optimization; Mitchell 2023, A Note on DPO with Noisy Preferences (smoothing)",
    example:
      "local c, r = lab.tensor{-4, -6}, lab.tensor{-5, -5}\nprint(lab.nn.dpo(c, r, lab.tensor{-5, -6}, lab.tensor{-5, -6}, {beta = 0.5}))",
    isMethod: false,
    check: .init(
      samples: [
        Sample(
          .normal([5]), .normal([5]), .normal([5]), .normal([5]), .number(0.5), .number(0), .text("mean")),
        Sample(
          .normal([2, 3]), .normal([2, 3]), .normal([2, 3]), .normal([2, 3]), .number(2), .number(0.2), .text("none")),
      ]
    ) { values in
      let (c, r) = (try values.array(0), try values.array(1))
      let (rc, rr) = (try values.array(2), try values.array(3))
      let (beta, smoothing) = (try values.arguments.number(4), try values.arguments.number(5))
      let losses = c.values.indices.map {
        preference(beta * (c.values[$0] - rc.values[$0] - r.values[$0] + rr.values[$0]), smoothing)
      }
      return [values.arguments.reduction(6).apply(Plain(c.shape, losses))]
    },
    body: .general {
      [
        .tensor(
          try $0.tensor(0).directPreference(
            over: $0.tensor(1), referenceChosen: $0.tensor(2), referenceRejected: $0.tensor(3), beta: $0.number(4),
            labelSmoothing: $0.number(5), reduction: $0.reduction(6)))
      ]
    })

  static let simplePreference: Operation = Operation(
    "simpo", .loss,
    [
      .tensor("chosen", "the model's mean log-probabilities of the better answers, {n}"),
      .tensor("rejected", "those of the worse answers"), beta(2),
      .option("gamma", .number, default: .number(1), "the margin by which the better answer should win"), smoothing,
      LossReduction.parameter,
    ],
    "Simple preference optimisation: DPO without a reference, on mean log-probabilities and with a margin.",
    formula: "-log sigmoid(beta (c - r) - gamma)",
    source: "Meng, Xia and Chen 2024, SimPO: Simple Preference Optimization with a Reference-Free Reward",
    example: "print(lab.nn.simpo(lab.tensor{-0.5, -1}, lab.tensor{-1, -1}, {gamma = 0.5}))", isMethod: false,
    check: .init(
      samples: [
        Sample(.normal([5]), .normal([5]), .number(2), .number(0.7), .number(0), .text("mean")),
        Sample(.normal([2, 3]), .normal([2, 3]), .number(1.5), .number(0), .number(0.1), .text("none")),
      ]
    ) { values in
      let (c, r) = (try values.array(0), try values.array(1))
      let (beta, gamma) = (try values.arguments.number(2), try values.arguments.number(3))
      let smoothing = try values.arguments.number(4)
      let losses = zip(c.values, r.values).map { preference(beta * ($0 - $1) - gamma, smoothing) }
      return [values.arguments.reduction(5).apply(Plain(c.shape, losses))]
    },
    body: .general {
      [
        .tensor(
          try $0.tensor(0).simplePreference(
            over: $0.tensor(1), beta: $0.number(2), gamma: $0.number(3), labelSmoothing: $0.number(4),
            reduction: $0.reduction(5)))
      ]
    })

  static let oddsRatio: Operation = Operation(
    "orpo", .loss,
    [
      .tensor("chosen", "the model's mean log-probabilities of the better answers, {n}, below 0"),
      .tensor("rejected", "those of the worse answers"), LossReduction.parameter,
    ],
    "The odds-ratio term of ORPO, to be added to the likelihood loss of the better answers.",
    formula: "-log sigmoid(log odds(c) - log odds(r)), with odds(x) = e^x / (1 - e^x)",
    source: "Hong, Lee and Thorne 2024, ORPO: Monolithic Preference Optimization without Reference Model",
    example: "print(lab.nn.orpo(lab.tensor{-0.5, -1}, lab.tensor{-1, -1}))", isMethod: false,
    check: .init(
      samples: [
        Sample(.uniform([5], -3, -0.2), .uniform([5], -3, -0.2), .text("mean")),
        Sample(.uniform([2, 3], -2, -0.5), .uniform([2, 3], -2, -0.5), .text("none")),
      ]
    ) { values in
      let (c, r) = (try values.array(0), try values.array(1))
      func logOdds(_ x: Double) -> Double { x - Foundation.log(1 - Foundation.exp(x)) }
      let losses = zip(c.values, r.values).map { softplus(logOdds($1) - logOdds($0)) }
      return [values.arguments.reduction(2).apply(Plain(c.shape, losses))]
    },
    body: .general { [.tensor(try $0.tensor(0).oddsRatioPreference(over: $0.tensor(1), reduction: $0.reduction(2)))] })

  static let prospect: Operation = Operation(
    "kto", .loss,
    [
      .tensor("policy", "the model's summed log-probabilities of answers, {n}"),
      .tensor("reference", "the reference model's; without gradient"),
      .tensor("desirable", "which answers are good, a bool tensor {n}"),
      .option(
        "kl", .tensor(orNumber: false), default: .none,
        "the reference point, one number without gradient: an estimate of KL(policy || reference); 0 when left out"),
      beta(0.1),
      .option("desirable_weight", .number, default: .number(1), "a factor for good answers"),
      .option("undesirable_weight", .number, default: .number(1), "a factor for bad answers"), LossReduction.parameter,
    ],
    "Kahneman-Tversky optimisation: good answers should gain over the reference, bad ones lose; no pairs are needed.",
    formula:
      "w (1 - sigmoid(beta (policy - reference - kl))) for good answers, w (1 - sigmoid(beta (kl - policy + reference))) for bad",
    source: "Ethayarajh et al. 2024, KTO: Model Alignment as Prospect Theoretic Optimization",
    example:
      "print(lab.nn.kto(lab.tensor{-4, -6}, lab.tensor{-5, -5}, lab.tensor{true, false}, {kl = lab.tensor(0.1)}))",
    isMethod: false,
    check: .init(
      samples: [
        Sample(
          .normal([5]), .normal([5]), .mask([5]), .none, .number(0.5), .number(1), .number(1), .text("mean")),
        Sample(
          .normal([2, 3]), .normal([2, 3]), .mask([2, 3]), .uniform([], 0, 1), .number(2), .number(1.5), .number(0.5),
          .text("none")),
      ]
    ) { values in
      let (p, r, good) = (try values.array(0), try values.array(1), try values.array(2))
      let kl = (try? values.array(3))?.values.first ?? 0
      let (beta, up, down) = (
        try values.arguments.number(4), try values.arguments.number(5), try values.arguments.number(6)
      )
      func sigmoid(_ x: Double) -> Double { 1 / (1 + Foundation.exp(-x)) }
      let losses = p.values.indices.map { i in
        let gain = beta * (p.values[i] - r.values[i] - kl)
        return good.values[i] != 0 ? up * (1 - sigmoid(gain)) : down * (1 - sigmoid(-gain))
      }
      return [values.arguments.reduction(7).apply(Plain(p.shape, losses))]
    },
    body: .general {
      [
        .tensor(
          try $0.tensor(0).prospectPreference(
            reference: $0.tensor(1), desirable: $0.tensor(2), divergence: $0.optionalTensor(3), beta: $0.number(4),
            desirableWeight: $0.number(5), undesirableWeight: $0.number(6), reduction: $0.reduction(7)))
      ]
    })

  static let negativePreference: Operation = Operation(
    "npo", .loss,
    [
      .tensor("forget", "the model's summed log-probabilities of the answers to forget, {n}"),
      .tensor("reference", "those of the model before unlearning; without gradient"), beta(0.1),
      LossReduction.parameter,
    ],
    "Negative preference optimisation, for unlearning: gradient ascent that slows down as the answer is forgotten.",
    formula: "-(2 / beta) log sigmoid(-beta (forget - reference))",
    notes: "As beta goes to 0 its gradient becomes that of plain gradient ascent.",
    source: "Zhang et al. 2024, Negative Preference Optimization: From Catastrophic Collapse to Effective Unlearning",
    example: "print(lab.nn.npo(lab.tensor{-4, -6}, lab.tensor{-5, -5}))", isMethod: false,
    check: .init(
      samples: [
        Sample(.normal([5]), .normal([5]), .number(0.5), .text("mean")),
        Sample(.normal([2, 3]), .normal([2, 3]), .number(2), .text("none")),
      ]
    ) { values in
      let (x, r, beta) = (try values.array(0), try values.array(1), try values.arguments.number(2))
      let losses = zip(x.values, r.values).map {
        -2 / beta * Foundation.log(1 / (1 + Foundation.exp(beta * ($0 - $1))))
      }
      return [values.arguments.reduction(3).apply(Plain(x.shape, losses))]
    },
    body: .general {
      [
        .tensor(
          try $0.tensor(0).negativePreference(reference: $0.tensor(1), beta: $0.number(2), reduction: $0.reduction(3)))
      ]
    })

  static let simpleNegativePreference: Operation = Operation(
    "simnpo", .loss,
    [
      .tensor("forget", "the model's mean log-probabilities of the answers to forget, {n}"), beta(2.5),
      .option("gamma", .number, default: .number(0), "the margin"), LossReduction.parameter,
    ],
    "Negative preference optimisation without a reference model, on mean log-probabilities.",
    formula: "-(2 / beta) log sigmoid(-beta forget - gamma)",
    source: "Fan et al. 2024, Simplicity Prevails: Rethinking Negative Preference Optimization for LLM Unlearning",
    example: "print(lab.nn.simnpo(lab.tensor{-0.4, -2}))", isMethod: false,
    check: .init(
      samples: [
        Sample(.normal([5]), .number(2.5), .number(0.3), .text("mean")),
        Sample(.normal([2, 3]), .number(1), .number(0), .text("none")),
      ]
    ) { values in
      let (x, beta, gamma) = (try values.array(0), try values.arguments.number(1), try values.arguments.number(2))
      let losses = x.values.map { -2 / beta * Foundation.log(1 / (1 + Foundation.exp(beta * $0 + gamma))) }
      return [values.arguments.reduction(3).apply(Plain(x.shape, losses))]
    },
    body: .general {
      [
        .tensor(
          try $0.tensor(0).simpleNegativePreference(beta: $0.number(1), gamma: $0.number(2), reduction: $0.reduction(3))
        )
      ]
    })
}
