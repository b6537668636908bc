import Foundation
import Kernels
import Tensors

/// Rows for operations that fold dimensions.
public enum Reductions {
  public static let rows: [Operation] = [
    sum, mean, prod, variance, standardDeviation, maximum, minimum, argmax, argmin, logSumExp, softmax, logSoftmax,
  ]

  private static let parameters: [Parameter] = [.tensor(), .dimensions(), .keepdim]

  /// Arguments that every reduction is tried with.
  private static func samples(_ make: ([Int]) -> Sample.Item = { .distinct($0) }) -> [Sample] {
    [
      Sample(make([3, 4]), .none, .boolean(false)), Sample(make([3, 4]), .integers([0]), .boolean(false)),
      Sample(make([3, 4]), .integers([1]), .boolean(true)),
      Sample(make([2, 3, 4]), .integers([0, 2]), .boolean(false)),
      Sample(make([2, 3, 4]), .integers([1]), .boolean(false)),
    ]
  }

  /// The reference of a fold: `f` over the elements that come together.
  static func folded(_ values: [PlainValue], _ f: ([Double]) -> Double) throws -> [Plain] {
    let x = try values.array(0)
    let dims = values.arguments.integers(1) ?? Array(x.shape.indices)
    let keep = values.arguments.boolean(2)
    var groups: [[Int]: [Double]] = [:]
    for place in Plain.places(x.shape) {
      let kept = x.shape.indices.filter { !dims.contains($0) }.map { place[$0] }
      groups[kept, default: []].append(x[place])
    }
    let shape = x.shape.indices.filter { !dims.contains($0) }.map { x.shape[$0] }
    let shown = keep ? x.shape.indices.map { dims.contains($0) ? 1 : x.shape[$0] } : shape
    return [Plain(shown, Plain.places(shape).map { f(groups[$0] ?? []) })]
  }

  static let sum: Operation = Operation(
    "sum", .reduction, parameters, "The sum over some dimensions, or over all.",
    notes: "Bools are counted. The order of additions depends on the shape alone.",
    example: "print(lab.tensor{{1, 2}, {3, 4}}:sum(1))",
    check: .init(samples: samples()) { try folded($0) { $0.reduce(0, +) } },
    body: .general { [.tensor(try $0.tensor(0).sum($0.integers(1), keep: $0.boolean(2)))] })

  static let mean: Operation = Operation(
    "mean", .reduction, parameters, "The mean over some dimensions, or over all.",
    notes: "Whole numbers and bools are converted to float32; the mean of nothing is nan.",
    example: "print(lab.tensor{{1, 2}, {3, 4}}:mean(2, {keepdim = true}))",
    check: .init(samples: samples()) { try folded($0) { $0.reduce(0, +) / Double($0.count) } },
    body: .general { [.tensor(try $0.tensor(0).mean($0.integers(1), keep: $0.boolean(2)))] })

  static let prod: Operation = Operation(
    "prod", .reduction, parameters, "The product over some dimensions, or over all.",
    example: "print(lab.tensor{1, 2, 3}:prod())",
    check: .init(samples: samples { .uniform($0, 0.5, 1.5) }) { try folded($0) { $0.reduce(1, *) } },
    body: .general { [.tensor(try $0.tensor(0).product($0.integers(1), keep: $0.boolean(2)))] })

  static let correction = Parameter.option(
    "correction", .number, default: .number(1), "what is taken off the count: 1 for a sample, 0 for a population")

  static let variance: Operation = Operation(
    "var", .reduction, parameters + [correction], "The variance over some dimensions, or over all.",
    formula: "sum((x - mean)^2) / (n - correction)", notes: "nan when n does not exceed the correction.",
    example: "print(lab.tensor{1, 2, 4}:var())",
    check: .init(samples: samples().map { Sample($0.items + [.number(1)]) }) {
      try folded($0) { varianceReference($0) }
    },
    body: .general {
      [.tensor(try $0.tensor(0).variance($0.integers(1), correction: $0.number(3), keep: $0.boolean(2)))]
    })

  static let standardDeviation: Operation = Operation(
    "std", .reduction, parameters + [correction], "The standard deviation: the square root of `var`.",
    example: "print(lab.tensor{1, 2, 4}:std())",
    check: .init(samples: samples().map { Sample($0.items + [.number(1)]) }) {
      try folded($0) { varianceReference($0).squareRoot() }
    },
    body: .general {
      [.tensor(try $0.tensor(0).variance($0.integers(1), correction: $0.number(3), keep: $0.boolean(2)).squareRoot())]
    })

  private static func varianceReference(_ values: [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
  }

  static let maximum: Operation = Operation(
    "max", .reduction, parameters, "The greatest element over some dimensions, or over all.",
    notes: "nan wins. Where several tie, they share the gradient. Its place is `argmax`.",
    example: "print(lab.tensor{{1, 5}, {3, 4}}:max(2))",
    check: .init(samples: samples()) { try folded($0) { $0.max() ?? .nan } },
    body: .general { [.tensor(try $0.tensor(0).extreme(.maximum, $0.integers(1), keep: $0.boolean(2)))] })

  static let minimum: Operation = Operation(
    "min", .reduction, parameters, "The least element over some dimensions, or over all.",
    notes: "nan wins. Where several tie, they share the gradient. Its place is `argmin`.",
    example: "print(lab.tensor{{1, 5}, {3, 4}}:min(2))",
    check: .init(samples: samples()) { try folded($0) { $0.min() ?? .nan } },
    body: .general { [.tensor(try $0.tensor(0).extreme(.minimum, $0.integers(1), keep: $0.boolean(2)))] })

  private static func place(
    _ name: String, _ word: String, _ fold: Reduce.Fold, _ better: @escaping @Sendable (Double, Double) -> Bool
  ) -> Operation {
    Operation(
      name, .reduction,
      [
        .tensor(),
        Parameter(
          "dim", .dimension, default: Parameter.Fallback.none, "the dimension; without it the place in row-major order"),
        .keepdim,
      ],
      "The place (from 1) of the first \(word) element.", notes: "The result is int64. nan counts as the most extreme.",
      example: "print(lab.tensor{{1, 5}, {7, 4}}:\(name)(2))",
      check: .init(
        samples: [
          Sample(.distinct([3, 4]), .integer(1), .boolean(false)),
          Sample(.distinct([3, 4]), .integer(0), .boolean(true)),
          Sample(.distinct([2, 3, 2]), .none, .boolean(false)),
        ], order: 0
      ) { values in
        func first(_ row: [Double]) -> Double {
          Double((row.indices.first { i in row.allSatisfy { !better($0, row[i]) } } ?? 0) + 1)
        }
        guard let dim = values.arguments.integers(1) else { return [Plain([], [first(try values.array(0).values)])] }
        return try folded([values[0], .other(.integers(dim)), values[2]], first)
      },
      body: .general { arguments in
        let x = try arguments.tensor(0)
        guard let dim = arguments.dimension(1) else {
          return [.tensor(try Forward.places(fold, x.reshapedView([x.count]), dim: 0, keep: false))]
        }
        return [.tensor(try Forward.places(fold, x, dim: dim, keep: arguments.boolean(2)))]
      })
  }

  static let argmax: Operation = place("argmax", "greatest", .maximum) { $0 > $1 }
  static let argmin: Operation = place("argmin", "least", .minimum) { $0 < $1 }

  static let logSumExp: Operation = Operation(
    "logsumexp", .reduction, parameters, "The logarithm of the sum of exponentials, without overflow.",
    formula: "log(sum(e^x))",
    example: "print(lab.tensor{1000, 1000}:logsumexp())",
    check: .init(samples: samples()) { try folded($0) { Foundation.log($0.reduce(0) { $0 + Foundation.exp($1) }) } },
    body: .general { [.tensor(try $0.tensor(0).logSumExp($0.integers(1), keep: $0.boolean(2)))] })

  /// A function of rows along one dimension that keeps the shape.
  static func rowwise(_ x: Plain, _ dim: Int, _ f: ([Double]) -> [Double]) -> Plain {
    var y = x
    for place in Plain.places(x.shape) where place[dim] == 0 {
      let line = (0..<x.shape[dim]).map { i in place.enumerated().map { $0.offset == dim ? i : $0.element } }
      for (value, at) in zip(f(line.map { x[$0] }), line) { y[at] = value }
    }
    return y
  }

  static let softmaxSamples = [
    Sample(.normal([3, 4]), .integer(1)), Sample(.normal([3, 4]), .integer(0)),
    Sample(.normal([2, 3, 4]), .integer(1)),
  ]

  static let softmax: Operation = Operation(
    "softmax", .activation,
    [.tensor(), .dimension(default: -1, "the dimension that sums to 1; the last when left out")],
    "Exponentials divided by their sum along a dimension.", formula: "e^x / sum(e^x)",
    example: "print(lab.tensor{1, 2, 3}:softmax())",
    check: .init(samples: softmaxSamples) { values in
      [
        rowwise(try values.array(0), try values.arguments.integer(1)) { row in
          let e = row.map { Foundation.exp($0) }
          return e.map { $0 / e.reduce(0, +) }
        }
      ]
    },
    body: .general { [.tensor(try $0.tensor(0).softmax($0.integer(1)))] })

  static let logSoftmax: Operation = Operation(
    "log_softmax", .activation,
    [.tensor(), .dimension(default: -1, "the dimension that sums to 1; the last when left out")],
    "The logarithm of softmax, exact for small probabilities.", formula: "x - log(sum(e^x))",
    example: "print(lab.tensor{1, 2, 3}:log_softmax())",
    check: .init(samples: softmaxSamples) { values in
      [
        rowwise(try values.array(0), try values.arguments.integer(1)) { row in
          let total = Foundation.log(row.reduce(0) { $0 + Foundation.exp($1) })
          return row.map { $0 - total }
        }
      ]
    },
    body: .general { [.tensor(try $0.tensor(0).logSoftmax($0.integer(1)))] })
}
