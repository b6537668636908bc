import Foundation
import Tensors

/// Rows for losses that compare vectors with those they belong to and with others.
public enum ContrastiveLosses {
  public static let rows: [Operation] = [infoNCE, supervisedContrastive]

  private static let temperature = Parameter.option(
    "temperature", .number, default: .number(0.1), "what similarities are divided by")
  private static let normalize = Parameter.option(
    "normalize", .boolean, default: .boolean(true), "compare by cosines; false takes inner products")

  private static func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

  private static func directions(_ x: Plain, _ normalize: Bool) -> [[Double]] {
    Losses.lines(x).map { row in
      normalize ? row.map { $0 / dot(row, row).squareRoot() } : row
    }
  }

  static let infoNCE: Operation = Operation(
    "info_nce", .loss,
    [
      .tensor("queries", "{n, width}"), .tensor("keys", "{n, width}; row i belongs to query i"),
      .option(
        "negatives", .tensor(orNumber: false), default: .none,
        "what a key competes with: {m, width} for all queries, or {n, m, width}; the other keys of the batch when left out"
      ),
      temperature, normalize, LossReduction.parameter,
    ],
    "Each query must find its own key among the others: InfoNCE, also known as NT-Xent and N-pair loss.",
    formula: "-log(e^(s(q_i, k_i) / T) / sum_j e^(s(q_i, k_j) / T))",
    notes:
      "One loss for each query; for both directions add info_nce(keys, queries). With normalize = false and temperature = 1 it is the N-pair loss log(1 + sum_j e^(q n_j - q k)).",
    source:
      "van den Oord, Li and Vinyals 2018, Representation Learning with Contrastive Predictive Coding; Sohn 2016 (N-pair)",
    example:
      "local q = lab.tensor{{1, 0}, {0, 1}}\nprint(lab.nn.info_nce(q, q), lab.nn.info_nce(q, q, {negatives = -q}))",
    isMethod: false,
    check: .init(
      samples: [
        Sample(.normal([4, 3]), .normal([4, 3]), .none, .number(0.5), .boolean(true), .text("mean")),
        Sample(.normal([3, 4]), .normal([3, 4]), .normal([5, 4]), .number(0.7), .boolean(true), .text("none")),
        Sample(.normal([3, 2]), .normal([3, 2]), .normal([3, 4, 2]), .number(1), .boolean(false), .text("sum")),
        Sample(.normal([1, 3]), .normal([1, 3]), .none, .number(0.5), .boolean(true), .text("mean")),
      ]
    ) { values in
      let normalize = values.arguments.boolean(4)
      let (q, k) = (directions(try values.array(0), normalize), directions(try values.array(1), normalize))
      let given = try? values.array(2)
      let negatives = given.map { directions($0, normalize) }
      let temperature = try values.arguments.number(3)
      let losses = q.indices.map { i in
        var others = k.indices.filter { $0 != i }.map { k[$0] }
        if let given, let negatives {
          let m = negatives.count / q.count
          others = given.shape.count == 2 ? negatives : Array(negatives[(i * m)..<(i * m + m)])
        }
        let own = dot(q[i], k[i]) / temperature
        return Foundation.log(1 + others.reduce(0) { $0 + Foundation.exp(dot(q[i], $1) / temperature - own) })
      }
      return [values.arguments.reduction(5).apply(Plain([q.count], losses))]
    },
    body: .general {
      [
        .tensor(
          try $0.tensor(0).infoNCE(
            $0.tensor(1), negatives: $0.optionalTensor(2), temperature: $0.number(3), normalize: $0.boolean(4),
            reduction: $0.reduction(5)))
      ]
    })

  static let supervisedContrastive: Operation = Operation(
    "supervised_contrastive", .loss,
    [
      .tensor("features", "{n, width}; several views of one example are several rows"),
      .tensor("labels", "class ids, int64 {n}"), temperature, normalize, LossReduction.parameter,
    ],
    "All rows of an anchor's class are drawn to it, all others pushed away.",
    formula: "-1/|P(i)| sum_(p in P(i)) log(e^(z_i z_p / T) / sum_(a != i) e^(z_i z_a / T))",
    notes:
      "P(i) are the other rows of the class of row i. A row without any gives 0 and does not count in the mean, which is nan when no row has one.",
    source: "Khosla et al. 2020, Supervised Contrastive Learning (equation 2)",
    example:
      "local z = lab.tensor{{1, 0}, {1, 0.1}, {0, 1}, {0.1, 1}}\nprint(lab.nn.supervised_contrastive(z, lab.tensor({1, 1, 2, 2}, \"int64\")))",
    isMethod: false,
    check: .init(
      samples: [
        Sample(.normal([6, 3]), .ids([6], 1...2), .number(0.5), .boolean(true), .text("mean")),
        Sample(.normal([5, 4]), .ids([5], 1...3), .number(0.3), .boolean(true), .text("none")),
        Sample(.normal([4, 2]), .ids([4], 1...1), .number(2), .boolean(false), .text("sum")),
      ]
    ) { values in
      let z = directions(try values.array(0), values.arguments.boolean(3))
      let (labels, temperature) = (try values.array(1).values, try values.arguments.number(2))
      var anchors = 0.0
      let losses = z.indices.map { i in
        let others = z.indices.filter { $0 != i }
        let total = others.reduce(0) { $0 + Foundation.exp(dot(z[i], z[$1]) / temperature) }
        let friends = others.filter { labels[$0] == labels[i] }
        if friends.isEmpty { return 0.0 }
        anchors += 1
        return -friends.reduce(0) { $0 + dot(z[i], z[$1]) / temperature - Foundation.log(total) }
          / Double(friends.count)
      }
      return [values.arguments.reduction(4).apply(Plain([z.count], losses), weights: [anchors])]
    },
    body: .general {
      [
        .tensor(
          try $0.tensor(0).supervisedContrastive(
            $0.tensor(1), temperature: $0.number(2), normalize: $0.boolean(3), reduction: $0.reduction(4)))
      ]
    })
}
