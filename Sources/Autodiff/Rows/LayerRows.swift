import Basics
import Foundation
import Kernels
import Tensors

/// Rows for what layers compute, as functions of the input and the layer's parameters.
public enum Layers {
  public static let rows: [Operation] = [linear, layerNorm, rmsNorm, batchNorm, groupNorm, embedding]

  private static func optional(_ name: String, _ summary: String) -> Parameter {
    Parameter(name, .tensor(orNumber: false), default: Parameter.Fallback.none, summary)
  }

  static let linear: Operation = Operation(
    "linear", .fused,
    [
      .tensor("x", "{..., inputs}"), .tensor("weight", "{outputs, inputs}"),
      optional("bias", "{outputs}; none when left out"),
    ],
    "A linear map of the last dimension, plus a bias.", formula: "x weight^T + bias",
    example: "print(lab.nn.linear(lab.tensor{{1, 2}}, lab.tensor{{1, 0}, {0, 1}, {1, 1}}, lab.tensor{0, 0, 10}))",
    isMethod: false,
    check: .init(
      samples: [
        Sample(.normal([3, 4]), .normal([2, 4]), .normal([2])), Sample(.normal([2, 3, 4]), .normal([5, 4]), .none),
        Sample(.normal([4]), .normal([2, 4]), .normal([2])),
        Sample(.normal([2, 1, 3]), .normal([1, 3]), .normal([1])),
      ]
    ) { values in
      let (x, w, b) = (try values.array(0), try values.array(1), try? values.array(2))
      return [
        Plain(Array(x.shape.dropLast()) + [w.shape[0]]) { place in
          let (row, o) = (Array(place.dropLast()), place[place.count - 1])
          return (0..<w.shape[1]).reduce(b?.values[o] ?? 0) { $0 + x[row + [$1]] * w[[o, $1]] }
        }
      ]
    },
    body: .general { [.tensor(try $0.tensor(0).linear($0.tensor(1), $0.optionalTensor(2)))] })

  /// The reference of both norms of rows.
  private static func normalized(_ values: [PlainValue], centered: Bool, epsilon: Double, hasBias: Bool) throws
    -> [Plain]
  {
    let x = try values.array(0)
    let (w, b) = (try? values.array(1), hasBias ? try? values.array(2) : nil)
    let y = Losses.lines(x).flatMap { row -> [Double] in
      let mean = centered ? row.reduce(0, +) / Double(row.count) : 0
      let spread = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(row.count)
      return row.enumerated().map { i, value in
        (value - mean) / (spread + epsilon).squareRoot() * (w?.values[i] ?? 1) + (b?.values[i] ?? 0)
      }
    }
    return [Plain(x.shape, y)]
  }

  static let layerNorm: Operation = Operation(
    "layer_norm", .fused,
    [
      .tensor("x", "{..., size}"), optional("weight", "{size}; ones when left out"),
      optional("bias", "{size}; zeros when left out"),
      .option("eps", .number, default: .number(1e-5), "added to the variance"),
    ],
    "Rows along the last dimension shifted to mean 0 and scaled to variance 1, times a weight, plus a bias.",
    formula: "(x - mean) / sqrt(var + eps) * weight + bias, var being divided by n",
    source: "Ba, Kiros and Hinton 2016, Layer Normalization",
    example: "print(lab.nn.layer_norm(lab.tensor{{1, 2, 6}}))", isMethod: false,
    check: .init(
      samples: [
        Sample(.normal([3, 4]), .normal([4]), .normal([4]), .number(1e-5)),
        Sample(.normal([2, 3, 5]), .none, .none, .number(0.1)),
        Sample(.normal([2, 6]), .normal([6]), .none, .number(1e-5)),
        Sample(.normal([4]), .none, .normal([4]), .number(1e-3)),
      ]
    ) { try normalized($0, centered: true, epsilon: $0.arguments.number(3), hasBias: true) },
    body: .general {
      [.tensor(try $0.tensor(0).layerNorm($0.optionalTensor(1), $0.optionalTensor(2), epsilon: $0.number(3)))]
    })

  static let rmsNorm: Operation = Operation(
    "rms_norm", .fused,
    [
      .tensor("x", "{..., size}"), optional("weight", "{size}; ones when left out"),
      .option("eps", .number, default: .number(1e-6), "added to the mean square"),
    ],
    "Rows along the last dimension divided by their root mean square, times a weight.",
    formula: "x / sqrt(mean(x^2) + eps) * weight",
    source: "Zhang and Sennrich 2019, Root Mean Square Layer Normalization",
    example: "print(lab.nn.rms_norm(lab.tensor{{1, 2, 6}}))", isMethod: false,
    check: .init(
      samples: [
        Sample(.normal([3, 4]), .normal([4]), .number(1e-6)), Sample(.normal([2, 3, 5]), .none, .number(0.1)),
        Sample(.uniform([4], 1, 2), .normal([4]), .number(1e-6)),
      ]
    ) { try normalized($0, centered: false, epsilon: $0.arguments.number(2), hasBias: false) },
    body: .general { [.tensor(try $0.tensor(0).rmsNorm($0.optionalTensor(1), epsilon: $0.number(2)))] })

  static let batchNorm: Operation = Operation(
    "batch_norm", .fused,
    [
      .tensor("x", "{batch, features, ...}"), optional("weight", "{features}; ones when left out"),
      optional("bias", "{features}; zeros when left out"),
      .option(
        "mean", .tensor(orNumber: false), default: .none, "{features}, used instead of the batch's; goes with 'var'"),
      .option(
        "var", .tensor(orNumber: false), default: .none, "{features}, used instead of the batch's; goes with 'mean'"),
      .option("eps", .number, default: .number(1e-5), "added to the variance"),
    ],
    "Each feature shifted and scaled by its mean and variance over the batch, times a weight, plus a bias.",
    formula: "(x - mean) / sqrt(var + eps) * weight + bias",
    notes:
      "Three results: y, and the mean and the variance (divided by n) of each feature that were used, from which a layer updates its "
      + "running statistics.",
    source: "Ioffe and Szegedy 2015, Batch Normalization",
    example: "local y, mean, var = lab.nn.batch_norm(lab.tensor{{1, 2}, {3, 6}})\nprint(y, mean, var)",
    isMethod: false,
    check: .init(
      samples: [
        Sample(.normal([4, 3]), .normal([3]), .normal([3]), .none, .none, .number(1e-5)),
        Sample(.normal([2, 3, 4]), .none, .none, .none, .none, .number(0.1)),
        Sample(.normal([4, 3]), .normal([3]), .none, .normal([3]), .uniform([3], 0.5, 2), .number(1e-5)),
      ]
    ) { values in
      let x = try values.array(0)
      let (w, b, givenMean, givenVariance) = (
        try? values.array(1), try? values.array(2), try? values.array(3), try? values.array(4)
      )
      let epsilon = try values.arguments.number(5)
      var groups = [[Double]](repeating: [], count: x.shape[1])
      for place in Plain.places(x.shape) { groups[place[1]].append(x[place]) }
      let mean = givenMean?.values ?? groups.map { $0.reduce(0, +) / Double($0.count) }
      let variance =
        givenVariance?.values
        ?? zip(groups, mean).map { group, mean in
          group.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(group.count)
        }
      let y = Plain(x.shape) { place in
        let f = place[1]
        return (x[place] - mean[f]) / (variance[f] + epsilon).squareRoot() * (w?.values[f] ?? 1) + (b?.values[f] ?? 0)
      }
      return [y, Plain([mean.count], mean), Plain([mean.count], variance)]
    },
    body: .general { arguments in
      let statistics: (mean: Tensor, variance: Tensor)?
      switch (arguments.optionalTensor(3), arguments.optionalTensor(4)) {
      case (nil, nil): statistics = nil
      case (let mean?, let variance?): statistics = (mean, variance)
      default: throw Failure(.argument, "'mean' and 'var' go together: pass both or neither")
      }
      let (y, mean, variance) = try arguments.tensor(0).batchNorm(
        arguments.optionalTensor(1), arguments.optionalTensor(2), statistics: statistics, epsilon: arguments.number(5))
      return [.tensor(y), .tensor(mean), .tensor(variance)]
    })

  static let embedding: Operation = Operation(
    "embedding", .fused, [.tensor("ids", "ids from 1, int64, of any shape"), .tensor("weight", "{entries, size}")],
    "The rows of a table that ids name.", formula: "weight[ids]",
    notes: "The result has the shape of the ids and one more dimension. Negative ids count from the end.",
    example: "print(lab.nn.embedding(lab.tensor({2, 1, 2}, \"int64\"), lab.tensor{{1, 2}, {3, 4}}))", isMethod: false,
    check: .init(samples: [Sample(.ids([5], 1...3), .normal([3, 4])), Sample(.ids([2, 3], 1...4), .normal([4, 2]))]) {
      values in
      let (ids, w) = (try values.array(0), try values.array(1))
      return [
        Plain(ids.shape + [w.shape[1]]) { place in w[[Int(ids[Array(place.dropLast())]) - 1, place[place.count - 1]]] }
      ]
    },
    body: .general { [.tensor(try $0.tensor(0).embedding($0.tensor(1)))] })
}
