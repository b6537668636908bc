import Foundation
import Tensors

/// Rows for learning from a teacher's distribution.
public enum DistillationLosses {
  public static let rows: [Operation] = [distillation]

  static let distillation: Operation = Operation(
    "distillation", .loss,
    [
      .tensor("student", "the student's logits, {..., classes}"),
      .tensor("teacher", "the teacher's logits, of the same shape; made without gradient"),
      .option(
        "kind", .choice(DistillationKind.allCases.map(\.rawValue)), default: .text("forward"),
        "\"forward\" is KL(teacher || student), \"reverse\" KL(student || teacher), or \"jensen_shannon\""),
      .option("temperature", .number, default: .number(1), "what all logits are divided by"),
      .option("mix", .number, default: .number(0.5), "the teacher's share in the mixture of Jensen-Shannon"),
      Losses.positionWeights, LossReduction.parameter,
    ],
    "The divergence between a student's and a teacher's distribution.",
    formula:
      "T^2 KL(p || q), T^2 KL(q || p), or T^2 (mix KL(p || m) + (1 - mix) KL(q || m)) with m = mix p + (1 - mix) q; p is the teacher, q the student, at temperature T",
    notes: "The factor T^2 keeps gradients of one size. For hidden states see lab.nn.hidden_distillation.",
    source:
      "Hinton, Vinyals and Dean 2015, Distilling the Knowledge in a Neural Network; Agarwal et al. 2024, On-Policy Distillation of Language Models (Jensen-Shannon)",
    example:
      "local student, teacher = lab.tensor{{1, 0, 0}}, lab.tensor{{2, 1, 0}}\nprint(lab.nn.distillation(student, teacher, {temperature = 2}), lab.nn.distillation(student, teacher, {kind = \"reverse\"}))",
    isMethod: false,
    check: .init(
      samples: [
        Sample(
          .normal([4, 3]), .normal([4, 3]), .text("forward"), .number(2), .number(0.5), .none, .text("mean")),
        Sample(
          .normal([2, 3, 4]), .normal([2, 3, 4]), .text("reverse"), .number(1), .number(0.5), .uniform([2], 0.5, 2),
          .text("mean")),
        Sample(
          .normal([4, 3]), .normal([4, 3]), .text("jensen_shannon"), .number(1.5), .number(0.3), .none, .text("none")),
        Sample(
          .normal([4, 3]), .normal([4, 3]), .text("jensen_shannon"), .number(1), .number(0.5), .uniform([4], 0.5, 2),
          .text("sum")),
      ]
    ) { values in
      let (z, t) = (try values.array(0), try values.array(1))
      let (kind, temperature) = (values.arguments.text(2), try values.arguments.number(3))
      let mix = try values.arguments.number(4)
      func probabilities(_ x: Plain) -> [[Double]] {
        Losses.lines(x).map { Losses.logSoftmax($0.map { $0 / temperature }).map(Foundation.exp) }
      }
      func divergence(_ p: [Double], _ q: [Double]) -> Double {
        zip(p, q).reduce(0) { $0 + $1.0 * Foundation.log($1.0 / $1.1) }
      }
      let given = try? values.array(5)
      let (students, teachers) = (probabilities(z), probabilities(t))
      let weights = students.indices.map { r in
        given.map { $0.values[r / Swift.max(1, students.count / $0.values.count)] } ?? 1
      }
      let losses = students.indices.map { r in
        let (q, p) = (students[r], teachers[r])
        let m = zip(p, q).map { mix * $0 + (1 - mix) * $1 }
        let found =
          switch kind {
          case "reverse": divergence(q, p)
          case "jensen_shannon": mix * divergence(p, m) + (1 - mix) * divergence(q, m)
          default: divergence(p, q)
          }
        return weights[r] * temperature * temperature * found
      }
      return [values.arguments.reduction(6).apply(Plain(Array(z.shape.dropLast()), losses), weights: weights)]
    },
    body: .general {
      [
        .tensor(
          try $0.tensor(0).distillation(
            $0.tensor(1), kind: DistillationKind(rawValue: $0.text(2) ?? "forward") ?? .forward,
            temperature: $0.number(3), mix: $0.number(4), weights: $0.optionalTensor(5), reduction: $0.reduction(6)))
      ]
    })
}
