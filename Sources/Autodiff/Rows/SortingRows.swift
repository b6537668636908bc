import Basics
import Kernels
import Tensors

/// Rows that sort, and what is found by sorting.
public enum SortingRows {
  public static let rows: [Operation] = [sort, argsort, topk, median, quantile, unique, searchsorted, bucketize]

  /// Places (from 0) in sorted order: stable, nan last.
  private static func order(_ row: [Double], descending: Bool) -> [Int] {
    row.indices.sorted { a, b in
      if row[a].isNaN || row[b].isNaN { return row[a].isNaN == row[b].isNaN ? a < b : row[b].isNaN }
      return row[a] == row[b] ? a < b : (descending ? row[a] > row[b] : row[a] < row[b])
    }
  }

  private static let stability = "Stable: equal elements keep their order. nan comes last in either direction."
  private static let descending = Parameter.option(
    "descending", .boolean, default: .boolean(false), "from the greatest to the least")
  private static let lastDimension = Parameter.dimension(default: -1, "the dimension; the last when left out")

  private static let sortSamples = [
    Sample(.distinct([3, 4]), .integer(1), .boolean(false)), Sample(.distinct([3, 4]), .integer(0), .boolean(true)),
    Sample(.distinct([2, 3, 2]), .integer(1), .boolean(false)),
    Sample(.distinct([0, 3]), .integer(1), .boolean(false)),
  ]
  private static let tieSamples = [
    Sample(.ids([4, 6], 1...3), .integer(1), .boolean(true)),
    Sample(.ids([4, 6], 1...3), .integer(0), .boolean(false)),
    Sample(.values([7], [2, .nan, 1, 2, -.infinity, .nan, 1]), .integer(0), .boolean(false)),
    Sample(.values([7], [2, .nan, 1, 2, .infinity, .nan, 1]), .integer(0), .boolean(true)),
    Sample(.mask([9]), .integer(0), .boolean(false)),
  ]

  static let sort: Operation = Operation(
    "sort", .indexing, [.tensor(), lastDimension, descending],
    "The elements in order along a dimension, and the ids where they stood.", notes: stability,
    example: "local values, ids = lab.tensor{3, 1, 2}:sort()\nprint(values, ids)",
    check: .init(samples: sortSamples) { values in
      let (x, dim, down) = (try values.array(0), try values.arguments.integer(1), values.arguments.boolean(2))
      return [
        Reductions.rowwise(x, dim) { row in order(row, descending: down).map { row[$0] } },
        Reductions.rowwise(x, dim) { row in order(row, descending: down).map { Double($0 + 1) } },
      ]
    },
    body: .general { arguments in
      let (x, dim) = (try arguments.tensor(0), try arguments.integer(1))
      let ids = try Forward.sortedIds(x, dim: dim, descending: arguments.boolean(2))
      return [.tensor(try x.gather(dim, ids)), .tensor(ids)]
    })

  static let argsort: Operation = Operation(
    "argsort", .indexing, [.tensor(), lastDimension, descending],
    "The ids that put the elements in order along a dimension.",
    notes: stability, example: "print(lab.tensor{3, 1, 2}:argsort())",
    check: .init(samples: sortSamples + tieSamples, order: 0) { values in
      let (dim, down) = (try values.arguments.integer(1), values.arguments.boolean(2))
      return [
        Reductions.rowwise(try values.array(0), dim) { row in order(row, descending: down).map { Double($0 + 1) } }
      ]
    },
    body: .general { [.tensor(try Forward.sortedIds($0.tensor(0), dim: $0.integer(1), descending: $0.boolean(2)))] })

  static let topk: Operation = Operation(
    "topk", .indexing,
    [
      .tensor(), .integer("k", "how many"), lastDimension,
      .option("largest", .boolean, default: .boolean(true), "false for the least elements"),
    ],
    "The greatest elements along a dimension in descending order, and their ids.",
    notes: "Of equal elements the first come first; nan comes last.",
    example: "local values, ids = lab.tensor{3, 1, 2}:topk(2)\nprint(values, ids)",
    check: .init(samples: [
      Sample(.distinct([3, 5]), .integer(2), .integer(1), .boolean(true)),
      Sample(.distinct([4, 2]), .integer(3), .integer(0), .boolean(false)),
      Sample(.distinct([4]), .integer(0), .integer(0), .boolean(true)),
      Sample(.distinct([4]), .integer(4), .integer(0), .boolean(true)),
    ]) { values in
      let (x, k, dim) = (try values.array(0), try values.arguments.integer(1), try values.arguments.integer(2))
      let down = values.arguments.boolean(3)
      func first(_ whole: Plain) -> Plain {
        var shape = whole.shape
        shape[dim] = k
        return Shapes.moved(whole, shape) { $0 }
      }
      return [
        first(Reductions.rowwise(x, dim) { row in order(row, descending: down).map { row[$0] } }),
        first(Reductions.rowwise(x, dim) { row in order(row, descending: down).map { Double($0 + 1) } }),
      ]
    },
    body: .general { arguments in
      let (x, k, dim) = (try arguments.tensor(0), try arguments.integer(1), try arguments.integer(2))
      guard k >= 0, k <= x.shape[dim] else {
        throw Failure(.range, "k must lie in 0 to \(x.shape[dim]), the size of dimension \(dim + 1), found \(k)")
      }
      let sorted = try Forward.sortedIds(x, dim: dim, descending: arguments.boolean(3))
      let ids = try sorted.narrowedView(dim, start: 0, length: k).contiguous()
      return [.tensor(try x.gather(dim, ids)), .tensor(ids)]
    })

  private static func quantileReference(_ row: [Double], _ q: Double) -> Double {
    if row.contains(where: \.isNaN) { return .nan }
    let sorted = row.sorted()
    let place = q * Double(row.count - 1)
    let (low, high) = (Int(place.rounded(.down)), Int(place.rounded(.up)))
    return sorted[low] == sorted[high]
      ? sorted[low] : sorted[low] + (place - Double(low)) * (sorted[high] - sorted[low])
  }

  private static let optionalDimension = Parameter(
    "dim", .dimension, default: Parameter.Fallback.none, "the dimension; all elements when left out")

  private static func quantile(_ x: Tensor, _ q: Double, _ dim: Int?, keep: Bool) throws -> Tensor {
    if let dim { return try x.quantile(q, dim, keep: keep) }
    let y = try x.reshape([x.count]).quantile(q, 0, keep: false)
    return keep ? try y.reshape(Shape(repeating: 1, rank: x.rank)) : y
  }

  private static func quantileSamples(_ rest: [Sample.Item]) -> [Sample] {
    func sample(_ x: Sample.Item, _ dim: Sample.Item, _ keep: Bool) -> Sample {
      Sample([x] + rest + [dim, .boolean(keep)])
    }
    return [
      sample(.distinct([3, 4]), .none, false), sample(.distinct([3, 4]), .integer(1), false),
      sample(.distinct([3, 4]), .integer(0), true),
      sample(.distinct([5]), .integer(0), false), sample(.distinct([2, 3]), .none, true),
    ]
  }

  static let median: Operation = Operation(
    "median", .reduction, [.tensor(), optionalDimension, .keepdim],
    "The middle of the sorted elements, over a dimension or all.",
    notes: "The mean of the two middle ones where their number is even; nan if one of the elements is.",
    example: "print(lab.tensor{1, 10, 2}:median())",
    check: .init(samples: quantileSamples([]) + [Sample(.values([3], [1, .nan, 2]), .none, .boolean(false))]) {
      values in
      let dims = values.arguments.integers(1).map { PlainValue.other(.integers($0)) } ?? .other(.none)
      return try Reductions.folded([values[0], dims, values[2]]) { quantileReference($0, 0.5) }
    },
    body: .general { [.tensor(try quantile($0.tensor(0), 0.5, $0.dimension(1), keep: $0.boolean(2)))] })

  static let quantile: Operation = Operation(
    "quantile", .reduction,
    [.tensor(), .number("q", "which one, from 0 (the least) to 1 (the greatest)"), optionalDimension, .keepdim],
    "A quantile over a dimension or all, interpolated linearly between neighbours.",
    notes: "nan if one of the elements is.",
    source: "Hyndman and Fan 1996, Sample Quantiles in Statistical Packages, type 7",
    example: "print(lab.tensor{1, 2, 3, 4}:quantile(0.25))",
    check: .init(
      samples: [Sample.Item.number(0.3), .number(0), .number(1), .number(0.75)].flatMap { quantileSamples([$0]) }
    ) { values in
      let q = try values.arguments.number(1)
      let dims = values.arguments.integers(2).map { PlainValue.other(.integers($0)) } ?? .other(.none)
      return try Reductions.folded([values[0], dims, values[3]]) { quantileReference($0, q) }
    },
    body: .general { [.tensor(try quantile($0.tensor(0), $0.number(1), $0.dimension(2), keep: $0.boolean(3)))] })

  static let unique: Operation = Operation(
    "unique", .indexing, [.tensor()],
    "The distinct elements in ascending order, for each element the id of its value, and how often each occurs.",
    notes: "All nan count as one value, the last.",
    example: "local values, ids, counts = lab.tensor{5, 1, 5}:unique()\nprint(values, ids, counts)",
    check: .init(
      samples: [
        Sample(.ids([3, 4], 1...4)), Sample(.mask([5])), Sample(.values([6], [1, .nan, 0, 1, .nan, -0.0])),
        Sample(.normal([0])), Sample(.normal([2, 2])),
      ],
      order: 0
    ) { values in
      let x = try values.array(0)
      var found: [Double] = []
      for place in order(x.values, descending: false) {
        let value = x.values[place]
        if found.isEmpty || !same(found[found.count - 1], value) { found.append(value) }
      }
      let ids = x.map { value in Double((found.firstIndex { same($0, value) } ?? 0) + 1) }
      let counts = found.map { value in Double(x.values.filter { same($0, value) }.count) }
      return [Plain([found.count], found), ids, Plain([found.count], counts)]
    },
    body: .general { arguments in
      let (values, ids, counts) = try Forward.unique(arguments.tensor(0))
      return [.tensor(values), .tensor(ids), .tensor(counts)]
    })

  @Sendable private static func same(_ a: Double, _ b: Double) -> Bool { a == b || (a.isNaN && b.isNaN) }

  private static let right = Parameter.option(
    "right", .boolean, default: .boolean(false), "behind equal values instead of before them")

  private static func insertion(_ sorted: Plain, _ x: Plain, right: Bool) -> Plain {
    x.map { value in
      if value.isNaN { return Double(sorted.values.count + 1) }
      return Double(sorted.values.filter { right ? $0 <= value : $0 < value }.count + 1)
    }
  }

  static let searchsorted: Operation = Operation(
    "searchsorted", .indexing,
    [.tensor("sorted", "a vector in ascending order"), .tensor("values", "what to look for"), right],
    "The ids at which values would have to be inserted into a sorted vector to keep it sorted.",
    notes: "From 1 to one more than the vector's size.",
    example: "print(lab.tensor{10, 20, 30}:searchsorted(lab.tensor{5, 20, 99}))",
    check: .init(
      samples: [
        Sample(.values([4], [1, 2, 2, 5]), .values([2, 3], [0, 1, 2, 3, 5, 9]), .boolean(false)),
        Sample(.values([4], [1, 2, 2, 5]), .values([6], [0, 1, 2, .nan, 5, 9]), .boolean(true)),
        Sample(.values([0], []), .values([2], [1, 2]), .boolean(false)),
        Sample(.values([3], [1, 2, 3]), .ids([4], 1...4), .boolean(true)),
      ], order: 0
    ) { [insertion(try $0.array(0), try $0.array(1), right: $0.arguments.boolean(2))] },
    body: .general { arguments in
      let (sorted, values) = try Promotion.align(arguments.tensor(0), arguments.tensor(1))
      return [.tensor(try Forward.insertionIds(sorted, values, right: arguments.boolean(2)))]
    })

  static let bucketize: Operation = Operation(
    "bucketize", .indexing, [.tensor(), .tensor("boundaries", "a vector in ascending order"), right],
    "The id of the bucket that each element falls into; n boundaries make n + 1 buckets.",
    notes: "Bucket i ends with boundary i, which belongs to it (with `right`, to the next).",
    example: "print(lab.tensor{5, 20, 99}:bucketize(lab.tensor{10, 20}))",
    check: .init(
      samples: [
        Sample(.values([2, 3], [0, 1, 2, 3, 5, 9]), .values([4], [1, 2, 2, 5]), .boolean(false)),
        Sample(.values([6], [0, 1, 2, 3, 5, 9]), .values([4], [1, 2, 2, 5]), .boolean(true)),
      ], order: 0
    ) { [insertion(try $0.array(1), try $0.array(0), right: $0.arguments.boolean(2))] },
    body: .general { arguments in
      let (values, sorted) = try Promotion.align(arguments.tensor(0), arguments.tensor(1))
      return [.tensor(try Forward.insertionIds(sorted, values, right: arguments.boolean(2)))]
    })
}
