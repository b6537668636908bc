import Basics
import Tensors

/// Rows that join, split, repeat and rearrange.
public enum Joining {
  public static let rows: [Operation] = [
    cat, stack, split, chunk, tile, repeatInterleave, flip, roll, tril, triu, diag,
  ]

  /// One or a few arrays one behind the other.
  private static func joined(_ arrays: [Plain], _ dim: Int) -> Plain {
    var shape = arrays[0].shape
    shape[dim] = arrays.reduce(0) { $0 + $1.shape[dim] }
    return Plain(shape) { place in
      var (place, index) = (place, 0)
      while place[dim] >= arrays[index].shape[dim] {
        place[dim] -= arrays[index].shape[dim]
        index += 1
      }
      return arrays[index][place]
    }
  }

  static let cat: Operation = Operation(
    "cat", .shape,
    [
      .tensors("tensors", "tensors of one dtype whose shapes agree but for `dim`"),
      .integer("dim", default: 1, "the dimension"),
    ],
    "The tensors one behind the other along a dimension.",
    example: "print(lab.cat({lab.tensor{1, 2}, lab.tensor{3}}))", isMethod: false,
    check: .init(samples: [
      Sample(.list([[2, 3], [1, 3], [4, 3]]), .integer(1)), Sample(.list([[2, 3], [2, 1]]), .integer(-1)),
      Sample(.list([[2]]), .integer(1)), Sample(.list([[2, 0], [2, 2]]), .integer(2)),
    ]) { values in
      let (arrays, dim) = (try values.arrays(0), try values.arguments.integer(1))
      return [joined(arrays, dim < 0 ? arrays[0].shape.count + dim : dim - 1)]
    },
    body: .general { arguments in
      let tensors = try arguments.tensors(0)
      guard let first = tensors.first else { throw Failure(.argument, "needs at least one tensor") }
      return [.tensor(try Tensor.cat(tensors, dim: Positions.dimension(arguments.integer(1), rank: first.rank)))]
    })

  static let stack: Operation = Operation(
    "stack", .shape,
    [
      .tensors("tensors", "tensors of one shape and dtype"),
      .integer("dim", default: 1, "where the new dimension stands in the result"),
    ],
    "The tensors as positions of a new dimension.",
    example: "print(lab.stack({lab.tensor{1, 2}, lab.tensor{3, 4}}))", isMethod: false,
    check: .init(samples: [
      Sample(.list([[2, 3], [2, 3]]), .integer(1)), Sample(.list([[2, 3], [2, 3], [2, 3]]), .integer(-1)),
      Sample(.list([[], []]), .integer(1)),
      Sample(.list([[2, 3], [2, 3]]), .integer(2)),
    ]) { values in
      let arrays = try values.arrays(0)
      let (rank, given) = (arrays[0].shape.count, try values.arguments.integer(1))
      let dim = given < 0 ? rank + 1 + given : given - 1
      var shape = arrays[0].shape
      shape.insert(1, at: dim)
      return [joined(arrays.map { Plain(shape, $0.values) }, dim)]
    },
    body: .general { arguments in
      let tensors = try arguments.tensors(0)
      guard let first = tensors.first else { throw Failure(.argument, "needs at least one tensor") }
      let dim = try Positions.zeroBased(arguments.integer(1), size: first.rank + 1, "dim")
      return [.tensor(try Tensor.stack(tensors, dim: dim))]
    })

  private static func pieces(_ x: Plain, _ dim: Int, _ lengths: [Int]) -> [Plain] {
    var start = 0
    return lengths.map { length in
      defer { start += length }
      var shape = x.shape
      shape[dim] = length
      return Shapes.moved(x, shape) { place in
        var place = place
        place[dim] += start
        return place
      }
    }
  }

  /// Full pieces of one size, and what is left.
  private static func lengths(_ total: Int, size: Int) -> [Int] {
    Array(repeating: size, count: total / size) + (total % size == 0 ? [] : [total % size])
  }

  static let split: Operation = Operation(
    "split", .shape,
    [
      .tensor(), .integers("sizes", "the size of every piece (the last may be smaller), or a table of all sizes"),
      .dimension(default: 1),
    ],
    "Views of the pieces of a dimension, as several results.",
    example: "local a, b = lab.arange(1, 5):split(3)\nprint(a, b)",
    check: .init(samples: [
      Sample(.normal([5, 2]), .integers([2]), .integer(0)), Sample(.normal([2, 4]), .integers([2]), .integer(1)),
      Sample(.normal([2, 5]), .integers([1, 0, 4]), .integer(1)), Sample(.normal([3]), .integers([7]), .integer(0)),
    ]) { values in
      let (x, dim) = (try values.array(0), try values.arguments.integer(2))
      let sizes = values.arguments.integers(1) ?? []
      return pieces(x, dim, sizes.count == 1 ? lengths(x.shape[dim], size: sizes[0]) : sizes)
    },
    body: .general { arguments in
      let (x, dim) = (try arguments.tensor(0), try arguments.integer(2))
      let sizes = arguments.integers(1) ?? []
      if sizes.count == 1, sizes[0] != x.shape[dim] {
        guard sizes[0] >= 1 else { throw Failure(.range, "the size of a piece must be at least 1, found \(sizes[0])") }
        return try x.split(dim, count: (x.shape[dim] - 1) / sizes[0] + 1) { lengths(x.shape[dim], size: sizes[0]) }
      }
      return try x.split(dim, count: sizes.count) { sizes }
    })

  static let chunk: Operation = Operation(
    "chunk", .shape, [.tensor(), .integer("chunks", "how many pieces"), .dimension(default: 1)],
    "Views of a dimension in pieces of equal size, as several results.",
    notes: "The last piece is smaller, or pieces are fewer, where the size cannot be divided.",
    example: "local q, k, v = lab.zeros{2, 12}:chunk(3, 2)\nprint(q.shape)",
    check: .init(samples: [
      Sample(.normal([6, 2]), .integer(3), .integer(0)), Sample(.normal([2, 5]), .integer(3), .integer(1)),
      Sample(.normal([2, 5]), .integer(4), .integer(1)), Sample(.normal([2]), .integer(3), .integer(0)),
    ]) { values in
      let (x, dim) = (try values.array(0), try values.arguments.integer(2))
      let chunks = try values.arguments.integer(1)
      return pieces(x, dim, lengths(x.shape[dim], size: (x.shape[dim] + chunks - 1) / chunks))
    },
    body: .general { arguments in
      let (x, chunks, dim) = (try arguments.tensor(0), try arguments.integer(1), try arguments.integer(2))
      guard chunks >= 1 else { throw Failure(.range, "chunks must be at least 1, found \(chunks)") }
      let total = x.shape[dim]
      if total == 0 { return try x.split(dim, count: 1) { [0] } }
      let size = (total - 1) / chunks + 1
      return try x.split(dim, count: (total - 1) / size + 1) { lengths(total, size: size) }
    })

  static let tile: Operation = Operation(
    "tile", .shape,
    [.tensor(), .integers("counts", "how often along each dimension; counts that are missing in front are 1")],
    "The whole tensor repeated along its dimensions.",
    notes: "What other libraries call repeat, which is a word of Lua.",
    example: "print(lab.tensor{1, 2}:tile{2, 2})",
    check: .init(samples: [
      Sample(.normal([2, 3]), .integers([2, 3])), Sample(.normal([2, 3]), .integers([2])),
      Sample(.normal([3]), .integers([2, 1, 2])),
      Sample(.normal([]), .integers([3])), Sample(.normal([2, 3]), .integers([0, 1])),
      Sample(.normal([2, 3]), .integers([1, 1])),
    ]) { values in
      let (x, counts) = (try values.array(0), values.arguments.integers(1) ?? [])
      let rank = Swift.max(x.shape.count, counts.count)
      let sizes = Array(repeating: 1, count: rank - x.shape.count) + x.shape
      let times = Array(repeating: 1, count: rank - counts.count) + counts
      let whole = Plain(sizes, x.values)
      return [Shapes.moved(whole, zip(sizes, times).map { $0 * $1 }) { zip($0, sizes).map { $0 % $1 } }]
    },
    body: .general { [.tensor(try $0.tensor(0).tile($0.integers(1) ?? []))] })

  static let repeatInterleave: Operation = Operation(
    "repeat_interleave", .shape,
    [
      .tensor(), .integer("repeats", "how often each position comes"),
      Parameter(
        "dim", .dimension, default: Parameter.Fallback.none, "the dimension; without it the tensor is flattened first"),
    ],
    "Each position repeated right behind itself.", example: "print(lab.tensor{1, 2}:repeat_interleave(2))",
    check: .init(samples: [
      Sample(.normal([2, 3]), .integer(2), .integer(1)), Sample(.normal([2, 3]), .integer(3), .integer(0)),
      Sample(.normal([2, 3]), .integer(2), .none),
      Sample(.normal([2]), .integer(0), .integer(0)),
    ]) { values in
      var (x, repeats) = (try values.array(0), try values.arguments.integer(1))
      if values.arguments.dimension(2) == nil { x = Plain([x.values.count], x.values) }
      let dim = values.arguments.dimension(2) ?? 0
      repeats = Swift.max(0, repeats)
      var shape = x.shape
      shape[dim] *= repeats
      return [
        Shapes.moved(x, shape) { place in
          var place = place
          place[dim] /= repeats
          return place
        }
      ]
    },
    body: .general { arguments in
      let (given, repeats) = (try arguments.tensor(0), try arguments.integer(1))
      guard repeats >= 0 else { throw Failure(.range, "repeats cannot be negative, found \(repeats)") }
      let dim = arguments.dimension(2) ?? 0
      let x = arguments.dimension(2) == nil ? try given.reshape([given.count]) : given
      let total = try Positions.product(x.shape[dim], repeats)
      var shape = Array(x.shape)
      shape[dim] = total
      _ = try Shape(shape)
      let ids = try Tensor(uninitialized: [total], .int64)
      for i in 0..<total { ids.integers[i] = Int64(i / repeats) + 1 }
      return [.tensor(try x.indexSelect(dim, ids))]
    })

  static let flip: Operation = Operation(
    "flip", .shape, [.tensor(), .dimensions()], "The positions of dimensions in reverse order, as a copy.",
    example: "print(lab.tensor{{1, 2}, {3, 4}}:flip(2))",
    check: .init(samples: [
      Sample(.normal([2, 3]), .none), Sample(.normal([2, 3]), .integers([1])),
      Sample(.normal([2, 3, 2]), .integers([0, 2])),
    ]) { values in
      let x = try values.array(0)
      let dims = values.arguments.integers(1) ?? Array(x.shape.indices)
      return [
        Shapes.moved(x, x.shape) { place in
          place.indices.map { dims.contains($0) ? x.shape[$0] - 1 - place[$0] : place[$0] }
        }
      ]
    },
    body: .general { arguments in
      let x = try arguments.tensor(0)
      return [.tensor(try x.flip(arguments.integers(1) ?? Array(0..<x.rank)))]
    })

  static let roll: Operation = Operation(
    "roll", .shape, [.tensor(), .integer("shift", "how many positions towards the end"), .dimension(default: 1)],
    "The positions of a dimension shifted; what leaves at one end enters at the other.",
    example: "print(lab.tensor{1, 2, 3}:roll(1))",
    check: .init(samples: [
      Sample(.normal([5]), .integer(2), .integer(0)), Sample(.normal([2, 3]), .integer(-4), .integer(1)),
      Sample(.normal([2, 3]), .integer(0), .integer(0)),
    ]) { values in
      let (x, shift, dim) = (try values.array(0), try values.arguments.integer(1), try values.arguments.integer(2))
      return [
        Shapes.moved(x, x.shape) { place in
          var place = place
          place[dim] = (((place[dim] - shift) % x.shape[dim]) + x.shape[dim]) % x.shape[dim]
          return place
        }
      ]
    },
    body: .general { [.tensor(try $0.tensor(0).roll($0.integer(1), $0.integer(2)))] })

  private static func triangle(_ name: String, _ summary: String, upper: Bool) -> Operation {
    Operation(
      name, .shape,
      [
        .tensor("x", "a matrix, or a batch of them"),
        .integer("diagonal", default: 0, "the last diagonal kept; 0 is the main one, 1 the next to its right"),
      ],
      summary, example: "print(lab.ones{3, 3}:\(name)())",
      check: .init(samples: [
        Sample(.normal([3, 4]), .integer(0)), Sample(.normal([4, 3]), .integer(1)),
        Sample(.normal([2, 3, 3]), .integer(-1)),
        Sample(.normal([2, 2]), .integer(5)), Sample(.normal([2, 2]), .integer(-5)),
        Sample(.normal([0, 3]), .integer(0)),
      ]) { values in
        let (x, diagonal) = (try values.array(0), try values.arguments.integer(1))
        return [
          Plain(x.shape) { place in
            let distance = place[place.count - 1] - place[place.count - 2]
            return (upper ? distance >= diagonal : distance <= diagonal) ? x[place] : 0
          }
        ]
      },
      body: .general { [.tensor(try $0.tensor(0).triangle(upper: upper, diagonal: $0.integer(1)))] })
  }

  static let tril: Operation = triangle("tril", "The lower triangle of a matrix; zeros above it.", upper: false)
  static let triu: Operation = triangle("triu", "The upper triangle of a matrix; zeros below it.", upper: true)

  static let diag: Operation = Operation(
    "diag", .shape,
    [
      .tensor("x", "a vector or a matrix"),
      .integer("diagonal", default: 0, "0 is the main diagonal, 1 the next to its right"),
    ],
    "The diagonal of a matrix as a vector; from a vector, the matrix with that diagonal.",
    example: "print(lab.tensor{1, 2}:diag())",
    check: .init(samples: [
      Sample(.normal([3]), .integer(0)), Sample(.normal([2]), .integer(2)), Sample(.normal([2]), .integer(-1)),
      Sample(.normal([3, 4]), .integer(0)),
      Sample(.normal([3, 4]), .integer(1)), Sample(.normal([4, 3]), .integer(-2)),
      Sample(.normal([2, 2]), .integer(3)),
    ]) { values in
      let (x, offset) = (try values.array(0), try values.arguments.integer(1))
      if x.shape.count == 1 {
        let size = x.shape[0] + Swift.abs(offset)
        return [Plain([size, size]) { $0[1] - $0[0] == offset ? x[[Swift.min($0[0], $0[1])]] : 0 }]
      }
      let line = Plain.places(x.shape).filter { $0[1] - $0[0] == offset }
      return [Plain([line.count], line.map { x[$0] })]
    },
    body: .general { [.tensor(try $0.tensor(0).diag($0.integer(1)))] })
}

extension Tensor {
  /// Views of neighbouring pieces of a dimension, recorded as one operation.
  func split(_ dim: Int, count: Int, _ lengths: () -> [Int]) throws -> [Value] {
    guard count <= 200 else {
      throw Failure(
        .range,
        "this would give \(count) results, but a call gives at most 200; take the pieces with :narrow() in a loop")
    }
    let lengths = lengths()
    guard !lengths.contains(where: { $0 < 0 }), lengths.reduce(0, { $0 &+ $1 }) == shape[dim] else {
      throw Failure(
        .shape, "sizes \(Positions.shown(lengths)) do not add up to \(shape[dim]), the size of dimension \(dim + 1)")
    }
    var start = 0
    let pieces = lengths.map { length in
      defer { start += length }
      return narrowedView(dim, start: start, length: length)
    }
    if isTracked {
      record("split", results: pieces, [self]) { backward in
        try backward.send(0, Tensor.cat(lengths.indices.map { try backward.gradient(of: $0) }, dim: dim))
      }
    }
    return pieces.map { .tensor($0) }
  }
}
