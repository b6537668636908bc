import Basics
import Kernels
import Tensors

/// Rows that count, and that fold a dimension step by step.
public enum Counting {
  public static let rows: [Operation] = [bincount, histogram, cumsum, cumprod, cummax, cummin]

  static let bincount: Operation = Operation(
    "bincount", .indexing,
    [
      .tensor("ids", "ids from 1, int64"),
      .option("minlength", .integer, default: .integer(0), "the least length of the result"),
    ],
    "How often each id occurs.", notes: "The result is an int64 vector as long as the greatest id.",
    example: "print(lab.tensor({1, 3, 3}, \"int64\"):bincount())",
    check: .init(
      samples: [
        Sample(.ids([9], 1...4), .integer(0)), Sample(.ids([2, 3], 1...3), .integer(6)),
        Sample(.ids([0], 1...3), .integer(2)),
      ], order: 0
    ) { values in
      let ids = try values.array(0).values
      let length = Swift.max(try values.arguments.integer(1), Int(ids.max() ?? 0))
      return [Plain([length], (0..<length).map { id in Double(ids.filter { $0 == Double(id + 1) }.count) })]
    },
    body: .general { [.tensor(try Forward.binCount($0.tensor(0), atLeast: $0.integer(1)))] })

  static let histogram: Operation = Operation(
    "histogram", .indexing,
    [
      .tensor(), .integer("bins", default: 10, "how many bins of equal width"),
      .option("min", .number, default: .none, "where the first bin begins; the least element when left out"),
      .option("max", .number, default: .none, "where the last bin ends; the greatest element when left out"),
    ],
    "How many elements fall into each bin, and the edges of the bins.",
    notes:
      "A bin holds its left edge, the last one both. Elements outside and nan are not counted. Counts are int64. If all elements are equal, the bins reach half to either side.",
    example: "local counts, edges = lab.tensor{1, 2, 2, 5}:histogram(4)\nprint(counts, edges)",
    check: .init(
      samples: [
        Sample(.uniform([20], -1, 1), .integer(7), .none, .none),
        Sample(.uniform([4, 5], -1, 1), .integer(3), .number(-0.5), .number(0.25)),
        Sample(.values([3], [2, 2, 2]), .integer(2), .none, .none),
        Sample(.values([5], [0, 1, 2, 3, 4]), .integer(4), .none, .none),
        Sample(.normal([0]), .integer(2), .none, .none),
      ], order: 0
    ) { values in
      let (x, bins) = (try values.array(0).values, try values.arguments.integer(1))
      var low = values.arguments.optionalNumber(2) ?? x.min() ?? 0
      var high = values.arguments.optionalNumber(3) ?? x.max() ?? 1
      if low == high { (low, high) = (low - 0.5, high + 0.5) }
      let edges = (0...bins).map { low + (high - low) * Double($0) / Double(bins) }
      let counts = (0..<bins).map { bin in
        Double(x.filter { $0 >= edges[bin] && ($0 < edges[bin + 1] || (bin == bins - 1 && $0 == edges[bins])) }.count)
      }
      return [Plain([bins], counts), Plain([bins + 1], edges)]
    },
    body: .general { arguments in
      let x = try Promotion.floating(arguments.tensor(0))
      let (counts, edges) = try Forward.histogram(
        x, bins: arguments.integer(1), from: arguments.optionalNumber(2), to: arguments.optionalNumber(3))
      return [.tensor(counts), .tensor(edges)]
    })

  private static let samples = [
    Sample(.distinct([3, 4]), .integer(0)), Sample(.distinct([3, 4]), .integer(1)),
    Sample(.distinct([2, 3, 2]), .integer(1)),
    Sample(.distinct([1]), .integer(0)), Sample(.distinct([2, 0]), .integer(1)), Sample(.ids([5], 1...3), .integer(0)),
  ]

  private static func running(_ values: [PlainValue], _ f: ([Double]) -> Double) throws -> Plain {
    Reductions.rowwise(try values.array(0), try values.arguments.integer(1)) { row in
      row.indices.map { f(Array(row[...$0])) }
    }
  }

  static let cumsum: Operation = Operation(
    "cumsum", .reduction, [.tensor(), .dimension()], "The running sum along a dimension.", notes: "Bools are counted.",
    example: "print(lab.tensor{1, 2, 3}:cumsum(1))",
    check: .init(samples: samples) { [try running($0) { $0.reduce(0, +) }] },
    body: .general { [.tensor(try $0.tensor(0).cumulativeSum($0.integer(1)))] })

  static let cumprod: Operation = Operation(
    "cumprod", .reduction, [.tensor(), .dimension()], "The running product along a dimension.",
    notes: "Its gradient divides by nothing, and so is right where elements are 0.",
    example: "print(lab.tensor{1, 2, 3}:cumprod(1))",
    check: .init(
      samples: samples + [
        Sample(.values([5], [1.5, 0, 2, 0, -1]), .integer(0)), Sample(.values([3], [2, 0, 3]), .integer(0)),
      ]
    ) {
      [try running($0) { $0.reduce(1, *) }]
    },
    body: .general { [.tensor(try $0.tensor(0).cumulativeProduct($0.integer(1)))] })

  private static func extreme(_ name: String, _ word: String, greatest: Bool) -> Operation {
    Operation(
      name, .reduction, [.tensor(), .dimension()], "The \(word) element so far along a dimension, and its id.",
      notes: "Of equal elements the first counts; nan is the most extreme.",
      example: "local values, ids = lab.tensor{1, 3, 2}:\(name)(1)\nprint(values, ids)",
      check: .init(samples: samples) { values in
        let best: @Sendable ([Double]) -> Double = { (greatest ? $0.max() : $0.min()) ?? .nan }
        return [
          try running(values, best),
          try running(values) { row in Double((row.firstIndex(of: best(row)) ?? 0) + 1) },
        ]
      },
      body: .general { arguments in
        let (x, dim) = (try arguments.tensor(0), try arguments.integer(1))
        let ids = try Forward.cumulativeIds(x, dim: dim, greatest: greatest)
        return [.tensor(try x.gather(dim, ids)), .tensor(ids)]
      })
  }

  static let cummax: Operation = extreme("cummax", "greatest", greatest: true)
  static let cummin: Operation = extreme("cummin", "least", greatest: false)
}
