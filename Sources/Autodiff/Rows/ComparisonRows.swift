import Kernels
import Tensors

/// Rows for comparisons and logic; the results are bool tensors.
public enum Comparisons {
  public static let rows: [Operation] = [
    eq, ne, lt, le, gt, ge, logicalAnd, logicalOr, logicalXor, logicalNot, isnan, isinf, isfinite, any, all, allclose,
  ]

  /// A row for a comparison of two tensors, or a tensor and a number. `mirrored` holds for (b, a) when `kernel` does for (a, b).
  private static func comparison(
    _ name: String, _ summary: String, notes: String? = nil, example: String, _ kernel: ComparisonKernel,
    mirrored: ComparisonKernel,
    samples: [Sample] = numberSamples, reference: @escaping @Sendable (Double, Double) -> Bool
  ) -> Operation {
    Operation(
      name, .comparison,
      [.tensorOrNumber("a", "the left side"), .tensorOrNumber("b", "the right side; shapes broadcast as in NumPy")],
      summary, notes: notes, example: example,
      check: .init(samples: samples, order: 0) { values in
        let (a, b) = (try values.array(0), try values.array(1))
        let shape = Shape.broadcast(Shape(unchecked: a.shape), Shape(unchecked: b.shape)) ?? []
        return [Plain(Array(shape)) { reference(a.broadcast(at: $0), b.broadcast(at: $0)) ? 1 : 0 }]
      },
      body: .binary(
        .init(
          tensors: { a, b in
            let (a, b) = try Promotion.align(a, b)
            return try Forward.compare(kernel, a, b)
          },
          number: { x, number, numberOnLeft in try Forward.compare(numberOnLeft ? mirrored : kernel, x, number: number)
          })))
  }

  /// Whole numbers tie often; fractions hardly ever.
  private static let numberSamples = [
    Sample(
      .values([2, 4], [1, 2, 3, .nan, 5, -1, 0, .infinity]), .values([2, 4], [1, 3, 2, .nan, 5, 1, -0.0, .infinity])),
    Sample(.ids([3, 4], 1...3), .ids([3, 4], 1...3)), Sample(.ids([3, 1], 1...3), .ids([1, 4], 1...3)),
    Sample(.uniform([3, 4], -1, 1), .uniform([4], -1, 1)), Sample(.mask([3, 4]), .mask([4])),
    Sample(.mask([5]), .ids([5], 0...1)),
    Sample(.ids([6], 1...3), .number(2)), Sample(.number(2), .ids([6], 1...3)), Sample(.ids([6], 1...3), .number(1.5)),
    Sample(.mask([6]), .number(1)),
  ]

  static let eq: Operation = comparison(
    "eq", "Whether two elements are equal.", notes: "nan equals nothing, itself included.",
    example: "print(lab.tensor{1, 2, 3}:eq(2))", .equal, mirrored: .equal
  ) { $0 == $1 }
  static let ne: Operation = comparison(
    "ne", "Whether two elements differ.", notes: "nan differs from everything, itself included.",
    example: "print(lab.tensor{1, 2, 3}:ne(2))", .notEqual, mirrored: .notEqual
  ) { $0 != $1 }
  static let lt: Operation = comparison(
    "lt", "Whether the left element is less than the right one.", example: "print(lab.tensor{1, 2, 3}:lt(2))", .less,
    mirrored: .greater
  ) { $0 < $1 }
  static let le: Operation = comparison(
    "le", "Whether the left element is less than or equal to the right one.",
    example: "print(lab.tensor{1, 2, 3}:le(2))",
    .lessOrEqual, mirrored: .greaterOrEqual
  ) { $0 <= $1 }
  static let gt: Operation = comparison(
    "gt", "Whether the left element is greater than the right one.", example: "print(lab.tensor{1, 2, 3}:gt(2))",
    .greater,
    mirrored: .less
  ) { $0 > $1 }
  static let ge: Operation = comparison(
    "ge", "Whether the left element is greater than or equal to the right one.",
    example: "print(lab.tensor{1, 2, 3}:ge(2))",
    .greaterOrEqual, mirrored: .lessOrEqual
  ) { $0 >= $1 }

  static let logicalAnd: Operation = comparison(
    "logical_and", "Whether both are true.", notes: "Of numbers, all but 0 count as true.",
    example: "local x = lab.tensor{1, 2, 3}\nprint(x:gt(1):logical_and(x:lt(3)))", .and, mirrored: .and
  ) { $0 != 0 && $1 != 0 }
  static let logicalOr: Operation = comparison(
    "logical_or", "Whether at least one is true.", notes: "Of numbers, all but 0 count as true.",
    example: "local x = lab.tensor{1, 2, 3}\nprint(x:lt(2):logical_or(x:gt(2)))", .or, mirrored: .or
  ) { $0 != 0 || $1 != 0 }
  static let logicalXor: Operation = comparison(
    "logical_xor", "Whether exactly one is true.", notes: "Of numbers, all but 0 count as true.",
    example: "local x = lab.tensor{1, 2, 3}\nprint(x:gt(1):logical_xor(x:lt(3)))", .exclusiveOr, mirrored: .exclusiveOr
  ) {
    ($0 != 0) != ($1 != 0)
  }

  /// A row for a question about each element.
  private static func question(
    _ name: String, _ summary: String, notes: String? = nil, example: String,
    reference: @escaping @Sendable (Double) -> Bool,
    answer: @escaping @Sendable (Tensor) throws -> Tensor
  ) -> Operation {
    Operation(
      name, .comparison, [.tensor()], summary, notes: notes, example: example,
      check: .init(
        samples: [
          Sample(.values([2, 3], [1, 0, -1, .nan, .infinity, -.infinity])), Sample(.mask([4])),
          Sample(.ids([2, 3], 0...2)),
        ], order: 0
      ) { [try $0.array(0).map { reference($0) ? 1 : 0 }] },
      body: .unary(answer))
  }

  static let logicalNot: Operation = question(
    "logical_not", "Whether an element is false.", notes: "Of numbers, only 0 counts as false.",
    example: "print(lab.tensor{1, 2, 3}:gt(1):logical_not())", reference: { $0 == 0 },
    answer: { try Forward.compare(.equal, $0, number: 0) })
  static let isnan: Operation = question(
    "isnan", "Whether an element is not a number.", example: "print((lab.tensor{0, 1} / 0):isnan())",
    reference: { $0.isNaN },
    answer: { try Forward.compare(.notEqual, $0, $0) })
  static let isinf: Operation = question(
    "isinf", "Whether an element is infinite, of either sign.", example: "print((lab.tensor{0, 1} / 0):isinf())",
    reference: { $0.isInfinite },
    answer: { try Forward.compare(.equal, magnitude($0), number: .infinity) })
  static let isfinite: Operation = question(
    "isfinite", "Whether an element is neither infinite nor nan.", example: "print((lab.tensor{0, 1} / 0):isfinite())",
    reference: { $0.isFinite },
    answer: { try Forward.compare(.less, magnitude($0), number: .infinity) })

  private static func magnitude(_ x: Tensor) throws -> Tensor {
    x.dtype.isFloating ? try Forward.unary(.absolute, x) : x
  }

  private static let foldSamples = [
    Sample(.mask([3, 4]), .none, .boolean(false)), Sample(.mask([3, 2]), .integers([1]), .boolean(true)),
    Sample(.mask([2, 3, 2]), .integers([0, 2]), .boolean(false)),
    Sample(.ids([3, 2], 0...1), .integers([0]), .boolean(false)),
    Sample(.mask([0, 2]), .integers([0]), .boolean(false)),
    Sample(.values([2, 2], [0, 0, .nan, 0]), .integers([1]), .boolean(false)),
  ]

  static let any: Operation = Operation(
    "any", .comparison, [.tensor(), .dimensions(), .keepdim],
    "Whether at least one element is true, over some dimensions or all.",
    notes: "Of numbers, all but 0 count as true. False for no elements.",
    example: "print(lab.tensor{1, 2, 3}:gt(2):any())",
    check: .init(samples: foldSamples, order: 0) { try Reductions.folded($0) { $0.contains { $0 != 0 } ? 1 : 0 } },
    body: .general { [.tensor(try Forward.any($0.tensor(0), $0.integers(1), keep: $0.boolean(2)))] })

  static let all: Operation = Operation(
    "all", .comparison, [.tensor(), .dimensions(), .keepdim],
    "Whether every element is true, over some dimensions or all.",
    notes: "Of numbers, all but 0 count as true. True for no elements.",
    example: "print(lab.tensor{1, 2, 3}:gt(0):all())",
    check: .init(samples: foldSamples, order: 0) { try Reductions.folded($0) { $0.allSatisfy { $0 != 0 } ? 1 : 0 } },
    body: .general { arguments in
      let isFalse = try Forward.compare(.equal, arguments.tensor(0), number: 0)
      return [
        .tensor(
          try Forward.compare(
            .equal, Forward.any(isFalse, arguments.integers(1), keep: arguments.boolean(2)), number: 0))
      ]
    })

  static let allclose: Operation = Operation(
    "allclose", .comparison,
    [
      .tensor("a", "the values found"), .tensor("b", "the values wanted; shapes broadcast as in NumPy"),
      .option("rtol", .number, default: .number(1e-5), "what may differ, as a part of |b|"),
      .option("atol", .number, default: .number(1e-8), "what may differ besides"),
      .option("equal_nan", .boolean, default: .boolean(false), "whether nan agrees with nan"),
    ],
    "Whether all elements agree up to a tolerance; a single bool.", formula: "|a - b| <= atol + rtol * |b|",
    notes: "Infinities agree with themselves.", example: "print(lab.tensor{1, 2}:allclose(lab.tensor{1, 2.000001}))",
    check: .init(
      samples: [
        Sample(.values([3], [1, 2, 3]), .values([3], [1, 2, 3.00001]), .number(1e-5), .number(1e-8), .boolean(false)),
        Sample(.values([3], [1, 2, 3]), .values([3], [1, 2, 3.1]), .number(1e-5), .number(1e-8), .boolean(false)),
        Sample(.values([3], [1, 2, 3]), .values([1], [2]), .number(0), .number(1), .boolean(false)),
        Sample(.values([2], [1, .nan]), .values([2], [1, .nan]), .number(1e-5), .number(1e-8), .boolean(false)),
        Sample(.values([2], [1, .nan]), .values([2], [1, .nan]), .number(1e-5), .number(1e-8), .boolean(true)),
        Sample(
          .values([2], [.infinity, 1]), .values([2], [.infinity, 1]), .number(1e-5), .number(1e-8), .boolean(false)),
        Sample(
          .values([2], [.infinity, 1]), .values([2], [-.infinity, 1]), .number(1e-5), .number(1e-8), .boolean(false)),
      ], order: 0
    ) { values in
      let (a, b, options) = (try values.array(0), try values.array(1), values.arguments)
      let (relative, absolute) = (try options.number(2), try options.number(3))
      let agrees = Plain.places(a.shape).allSatisfy { place in
        let (x, y) = (a[place], b.broadcast(at: place))
        if x.isNaN && y.isNaN { return options.boolean(4) }
        return x == y || (y.isFinite && Swift.abs(x - y) <= absolute + relative * Swift.abs(y))
      }
      return [Plain([], [agrees ? 1 : 0])]
    },
    body: .general { arguments in
      let options = (relative: try arguments.number(2), absolute: try arguments.number(3), nan: arguments.boolean(4))
      return [
        .tensor(
          try Forward.allClose(
            arguments.tensor(0), arguments.tensor(1), options.relative, options.absolute, nan: options.nan))
      ]
    })
}

extension Forward {
  /// Whether anything but 0 occurs along `dims` (all when `nil`).
  static func any(_ x: Tensor, _ dims: [Int]?, keep: Bool) throws -> Tensor {
    // Sums of ones may round, but never to 0.
    let ones = try compare(.notEqual, x, number: 0).converted(to: .float32)
    return try compare(.greater, reduce(.sum, ones, dims: dims ?? Array(0..<x.rank), keep: keep), number: 0)
  }

  static func allClose(_ a: Tensor, _ b: Tensor, _ relative: Double, _ absolute: Double, nan: Bool) throws -> Tensor {
    try Recording.without {
      var (a, b) = try Promotion.align(a, b)
      if !a.dtype.isFloating { (a, b) = (try a.converted(to: .float64), try b.converted(to: .float64)) }
      let size = try unary(.absolute, b)
      let near = try compare(.lessOrEqual, unary(.absolute, a - b), size * relative + absolute)
      let finite = try compare(.less, size, number: .infinity)
      var agrees = try compare(.or, compare(.equal, a, b), compare(.and, near, finite))
      if nan { agrees = try compare(.or, agrees, compare(.and, compare(.notEqual, a, a), compare(.notEqual, b, b))) }
      return try compare(.equal, any(compare(.equal, agrees, number: 0), nil, keep: false), number: 0)
    }
  }
}
