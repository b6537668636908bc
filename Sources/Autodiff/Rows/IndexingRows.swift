import Basics
import Kernels
import Tensors

/// Rows that pick, place and find elements by ids or masks. Ids count from 1; negative ones count from the end.
public enum IndexRows {
  public static let rows: [Operation] = [indexSelect, gather, scatter, scatterAdd, oneHot, maskedSelect, nonzero]

  static let indexSelect: Operation = Operation(
    "index_select", .indexing, [.tensor(), .dimension(), .tensor("ids", "a vector of positions, int64")],
    "Whole positions of a dimension in the order of ids; an id may come more than once.",
    example: "print(lab.tensor{{1, 2}, {3, 4}}:index_select(1, lab.tensor({2, 1, 2}, \"int64\")))",
    check: .init(samples: [
      Sample(.normal([3, 4]), .integer(0), .ids([5], 1...3)), Sample(.normal([3, 4]), .integer(1), .ids([2], 1...4)),
      Sample(.normal([2, 3, 2]), .integer(1), .ids([4], -3 ... -1)),
      Sample(.normal([3, 4]), .integer(0), .ids([0], 1...3)),
      Sample(.ids([5], 1...9), .integer(0), .ids([2], 1...5)),
    ]) { values in
      let (x, dim, ids) = (try values.array(0), try values.arguments.integer(1), try values.array(2))
      var shape = x.shape
      shape[dim] = ids.values.count
      return [
        Shapes.moved(x, shape) { place in
          var place = place
          place[dim] = position(ids.values[place[dim]], x.shape[dim])
          return place
        }
      ]
    },
    body: .general { [.tensor(try $0.tensor(0).indexSelect($0.integer(1), $0.tensor(2)))] })

  /// An id as a position from 0.
  private static func position(_ id: Double, _ size: Int) -> Int { id < 0 ? size + Int(id) : Int(id) - 1 }

  private static func replaced(_ place: [Int], _ dim: Int, _ position: Int) -> [Int] {
    var place = place
    place[dim] = position
    return place
  }

  static let gather: Operation = Operation(
    "gather", .indexing, [.tensor(), .dimension(), .tensor("ids", "one id for each element of the result, int64")],
    "Picks one element by id for each place.",
    formula: "y[i][j] = x[ids[i][j]][j] along dim 1, x[i][ids[i][j]] along dim 2",
    notes: "The result has the shape of ids.",
    example: "print(lab.tensor{{1, 2}, {3, 4}}:gather(2, lab.tensor({{1}, {2}}, \"int64\")))",
    check: .init(samples: [
      Sample(.normal([3, 4]), .integer(1), .ids([3, 2], 1...4)),
      Sample(.normal([3, 4]), .integer(0), .ids([2, 4], 1...3)),
      Sample(.normal([2, 3, 4]), .integer(1), .ids([2, 5, 3], -3 ... -1)),
      Sample(.normal([4]), .integer(0), .ids([6], 1...4)),
    ]) { values in
      let (x, dim, ids) = (try values.array(0), try values.arguments.integer(1), try values.array(2))
      return [Shapes.moved(x, ids.shape) { replaced($0, dim, position(ids[$0], x.shape[dim])) }]
    },
    body: .general { [.tensor(try $0.tensor(0).gather($0.integer(1), $0.tensor(2)))] })

  private static func scattered(_ values: [PlainValue], add: Bool) throws -> [Plain] {
    let (x, dim, ids) = (try values.array(0), try values.arguments.integer(1), try values.array(2))
    let source = try values.array(3)
    var y = x
    for place in Plain.places(ids.shape) {
      let target = replaced(place, dim, position(ids[place], x.shape[dim]))
      y[target] = source.broadcast(at: place) + (add ? y[target] : 0)
    }
    return [y]
  }

  private static func scatter(_ arguments: Arguments, add: Bool) throws -> [Value] {
    let x = try arguments.tensor(0)
    let source = try arguments.optionalTensor(3) ?? Tensor.scalar(arguments.number(3), x.dtype)
    let (ids, dim) = (try arguments.tensor(2), try arguments.integer(1))
    if !x.dtype.isFloating && source.dtype.isFloating {
      throw Failure(
        .dtype, "\(source.dtype.name) values do not go into a tensor of \(x.dtype.name); convert one with :to()")
    }
    return [.tensor(try x.scatter(dim, ids, source, add: add))]
  }

  static let scatter: Operation = Operation(
    "scatter", .indexing,
    [
      .tensor(), .dimension(), .tensor("ids", "where to put each element of the source, int64"),
      .tensorOrNumber("source", "the values; they broadcast to the shape of ids"),
    ],
    "A copy in which elements are replaced at ids.",
    formula: "y[ids[i][j]][j] = source[i][j] along dim 1, y[i][ids[i][j]] along dim 2",
    notes: "Where an id comes twice, the last value stays, and only it receives a gradient.",
    example: "print(lab.zeros{2, 3}:scatter(2, lab.tensor({{1}, {3}}, \"int64\"), 5))",
    check: .init(samples: [
      Sample(.normal([3, 4]), .integer(1), .ids([3, 1], 1...4), .normal([3, 1])),
      Sample(.normal([3, 4]), .integer(1), .ids([3, 2], 1...4), .normal([3, 2])),
      Sample(.normal([3, 4]), .integer(0), .ids([1, 4], 1...3), .number(2.5)),
      Sample(.normal([3, 4]), .integer(0), .ids([4, 2], 1...3), .normal([2])),
    ]) { try scattered($0, add: false) },
    body: .general { try scatter($0, add: false) })

  static let scatterAdd: Operation = Operation(
    "scatter_add", .indexing,
    [
      .tensor(), .dimension(), .tensor("ids", "where to add each element of the source, int64"),
      .tensorOrNumber("source", "the values; they broadcast to the shape of ids"),
    ],
    "A copy in which elements are added at ids.",
    formula: "y[ids[i][j]][j] += source[i][j] along dim 1, y[i][ids[i][j]] along dim 2",
    example: "print(lab.zeros{3}:scatter_add(1, lab.tensor({1, 1, 3}, \"int64\"), 1))",
    check: .init(samples: [
      Sample(.normal([3, 4]), .integer(1), .ids([3, 6], 1...4), .normal([3, 6])),
      Sample(.normal([3, 4]), .integer(0), .ids([2, 2], 1...3), .normal([2, 2])),
      Sample(.normal([3]), .integer(0), .ids([5], -3 ... -1), .number(0.5)),
      Sample(.normal([2, 3]), .integer(1), .ids([2, 4], 1...3), .normal([4])),
    ]) { try scattered($0, add: true) },
    body: .general { try scatter($0, add: true) })

  static let oneHot: Operation = Operation(
    "one_hot", .indexing,
    [
      .tensor("ids", "ids from 1, int64"),
      Parameter(
        "classes", .integer, default: Parameter.Fallback.none, "how many classes; the greatest id when left out"),
    ],
    "A new last dimension with 1 at each id and 0 elsewhere.", notes: "The result is float32.",
    example: "print(lab.tensor({1, 3}, \"int64\"):one_hot(3))",
    check: .init(
      samples: [
        Sample(.ids([4], 1...3), .integer(3)), Sample(.ids([2, 3], 1...5), .integer(6)),
        Sample(.ids([6], 1...3), .none), Sample(.ids([0], 1...3), .integer(2)),
      ],
      order: 0
    ) { values in
      let ids = try values.array(0)
      let classes = values.arguments.optionalInteger(1) ?? Int(ids.values.max() ?? 0)
      return [Plain(ids.shape + [classes]) { ids[Array($0.dropLast())] == Double($0[$0.count - 1] + 1) ? 1 : 0 }]
    },
    body: .general { [.tensor(try Forward.oneHot($0.tensor(0), classes: $0.optionalInteger(1)))] })

  static let maskedSelect: Operation = Operation(
    "masked_select", .indexing, [.tensor(), .tensor("mask", "a bool tensor that broadcasts with x")],
    "The elements where a mask holds, in row-major order, as a vector.",
    example: "local x = lab.tensor{1, -2, 3}\nprint(x:masked_select(x:gt(0)))",
    check: .init(samples: [
      Sample(.normal([3, 4]), .mask([3, 4])), Sample(.normal([3, 4]), .mask([4])),
      Sample(.normal([3, 1]), .mask([1, 4])), Sample(.normal([0]), .mask([0])),
    ]) { values in
      let (x, mask) = (try values.array(0), try values.array(1))
      let shape = Array(Shape.broadcast(Shape(unchecked: x.shape), Shape(unchecked: mask.shape)) ?? [])
      let chosen = Plain.places(shape).filter { mask.broadcast(at: $0) != 0 }
      return [Plain([chosen.count], chosen.map { x.broadcast(at: $0) })]
    },
    body: .general { [.tensor(try $0.tensor(0).maskedSelect($0.tensor(1)))] })

  static let nonzero: Operation = Operation(
    "nonzero", .indexing, [.tensor()], "The places of all elements but 0, one row for each, in row-major order.",
    notes: "The result is int64 of shape {count, dimensions}, counted from 1.",
    example: "print(lab.tensor{{0, 5}, {6, 0}}:nonzero())",
    check: .init(
      samples: [
        Sample(.mask([3, 4])), Sample(.ids([2, 3, 2], 0...1)), Sample(.values([4], [0, 1, .nan, -0.0])),
        Sample(.mask([0, 2])),
      ], order: 0
    ) { values in
      let x = try values.array(0)
      let places = Plain.places(x.shape).filter { x[$0] != 0 }
      return [Plain([places.count, x.shape.count], places.flatMap { $0.map { Double($0 + 1) } })]
    },
    body: .general { [.tensor(try Forward.nonzero($0.tensor(0)))] })
}

extension Tensor {
  /// The elements where `mask` holds, as a vector.
  public func maskedSelect(_ mask: Tensor) throws -> Tensor {
    guard mask.dtype == .bool else { throw Failure(.dtype, "the mask must be a bool tensor, found \(mask.dtype.name)") }
    guard let shape = Shape.broadcast(self.shape, mask.shape), let whole = mask.broadcastView(to: shape) else {
      throw Failure(
        .shape, "shapes \(self.shape) and \(mask.shape) do not broadcast: sizes must be equal or 1, from the last")
    }
    let flat = try expand(to: shape).reshape([shape.elementCount])
    return try flat.indexSelect(0, Forward.flatIds(whole))
  }
}
