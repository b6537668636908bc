import Basics
import Tensors

/// Rows for shapes and views: the same elements, looked at in another way.
public enum Shapes {
  public static let rows: [Operation] = [
    reshape, flatten, transpose, t, permute, movedim, narrow, select, expand, unsqueeze, squeeze, unfold,
  ]

  /// A reference that says for each place of the result where its element stood.
  static func moved(_ x: Plain, _ shape: [Int], _ source: ([Int]) throws -> [Int]) rethrows -> Plain {
    try Plain(shape) { x[try source($0)] }
  }

  static let reshape: Operation = Operation(
    "reshape", .shape, [.tensor(), .shape(inferred: true, "the new sizes; one may be -1 and is worked out")],
    "The same elements in row-major order under another shape.",
    notes: "A view where the memory allows it, else a copy.",
    example: "print(lab.arange(1, 6):reshape{2, -1})",
    check: .init(samples: [
      Sample(.normal([3, 4]), .integers([2, 6])), Sample(.normal([3, 4]), .integers([-1])),
      Sample(.normal([2, 3, 4]), .integers([4, -1, 2])),
      Sample(.normal([1, 1]), .integers([])), Sample(.normal([]), .integers([1, -1])),
      Sample(.normal([0, 3]), .integers([3, 0, 2])),
      Sample(.ids([4], 1...9), .integers([2, 2])),
    ]) { values in
      let x = try values.array(0)
      let sizes = values.arguments.integers(1) ?? []
      let known = sizes.filter { $0 != -1 }.reduce(1, *)
      return [Plain(sizes.map { $0 == -1 ? x.values.count / known : $0 }, x.values)]
    },
    body: .general { arguments in
      let x = try arguments.tensor(0)
      return [.tensor(try x.reshape(Positions.shape(arguments.integers(1) ?? [], count: x.count)))]
    })

  static let flatten: Operation = Operation(
    "flatten", .shape,
    [
      .tensor(), .dimension("start_dim", default: 1, "the first of the dimensions that become one"),
      .dimension("end_dim", default: -1, "the last of them"),
    ],
    "Neighbouring dimensions as one.", example: "print(lab.zeros{2, 3, 4}:flatten(2).shape)",
    check: .init(samples: [
      Sample(.normal([2, 3, 4]), .integer(0), .integer(2)), Sample(.normal([2, 3, 4]), .integer(1), .integer(2)),
      Sample(.normal([2, 3, 4]), .integer(1), .integer(1)),
    ]) { values in
      let (x, start, end) = (try values.array(0), try values.arguments.integer(1), try values.arguments.integer(2))
      return [
        Plain(Array(x.shape[..<start]) + [x.shape[start...end].reduce(1, *)] + Array(x.shape[(end + 1)...]), x.values)
      ]
    },
    body: .general { [.tensor(try $0.tensor(0).flatten($0.integer(1), $0.integer(2)))] })

  static let transpose: Operation = Operation(
    "transpose", .shape, [.tensor(), .dimension("a", "a dimension"), .dimension("b", "the one to swap it with")],
    "A view with two dimensions swapped.", example: "print(lab.zeros{2, 3, 4}:transpose(1, 3).shape)",
    check: .init(samples: [
      Sample(.normal([3, 4]), .integer(0), .integer(1)), Sample(.normal([2, 3, 4]), .integer(2), .integer(0)),
      Sample(.normal([2, 3]), .integer(1), .integer(1)),
    ]) { values in
      let (x, a, b) = (try values.array(0), try values.arguments.integer(1), try values.arguments.integer(2))
      func swapped(_ list: [Int]) -> [Int] {
        var list = list
        list.swapAt(a, b)
        return list
      }
      return [moved(x, swapped(x.shape), swapped)]
    },
    body: .general { [.tensor(try $0.tensor(0).transpose($0.integer(1), $0.integer(2)))] })

  static let t: Operation = Operation(
    "t", .shape, [.tensor("x", "a matrix")], "The transpose of a matrix, as a view.",
    notes: "For other numbers of dimensions there is `transpose`.", example: "print(lab.tensor{{1, 2}, {3, 4}}:t())",
    check: .init(samples: [Sample(.normal([3, 4])), Sample(.normal([1, 4])), Sample(.normal([0, 2]))]) { values in
      let x = try values.array(0)
      return [moved(x, x.shape.reversed()) { $0.reversed() }]
    },
    body: .general { arguments in
      let x = try arguments.tensor(0)
      guard x.rank == 2 else {
        throw Failure(.shape, "needs a matrix, found shape \(x.shape); name the dimensions with :transpose(a, b)")
      }
      return [.tensor(try x.transpose(0, 1))]
    })

  static let permute: Operation = Operation(
    "permute", .shape, [.tensor(), Parameter("dims", .dimensions, "all dimensions in their new order")],
    "A view with the dimensions in another order.", example: "print(lab.zeros{2, 3, 4}:permute{3, 1, 2}.shape)",
    check: .init(samples: [
      Sample(.normal([2, 3, 4]), .integers([2, 0, 1])), Sample(.normal([3, 4]), .integers([1, 0])),
      Sample(.normal([5]), .integers([0])),
    ]) { values in
      let x = try values.array(0)
      let order = values.arguments.integers(1) ?? []
      return [
        moved(x, order.map { x.shape[$0] }) { place in
          var source = place
          for (new, old) in order.enumerated() { source[old] = place[new] }
          return source
        }
      ]
    },
    body: .general { [.tensor(try $0.tensor(0).permute($0.integers(1) ?? []))] })

  static let movedim: Operation = Operation(
    "movedim", .shape,
    [.tensor(), .dimension("source", "the dimension to move"), .dimension("destination", "where it should stand")],
    "A view with one dimension moved; the others keep their order.",
    example: "print(lab.zeros{2, 3, 4}:movedim(1, -1).shape)",
    check: .init(samples: [
      Sample(.normal([2, 3, 4]), .integer(0), .integer(2)), Sample(.normal([2, 3, 4]), .integer(2), .integer(0)),
      Sample(.normal([2, 3, 4]), .integer(1), .integer(1)),
    ]) { values in
      let (x, from, to) = (try values.array(0), try values.arguments.integer(1), try values.arguments.integer(2))
      var shape = x.shape
      shape.insert(shape.remove(at: from), at: to)
      return [
        moved(x, shape) { place in
          var source = place
          source.insert(source.remove(at: to), at: from)
          return source
        }
      ]
    },
    body: .general { arguments in
      let (x, from, to) = (try arguments.tensor(0), try arguments.integer(1), try arguments.integer(2))
      var order = Array(0..<x.rank)
      order.insert(order.remove(at: from), at: to)
      return [.tensor(try x.permute(order))]
    })

  static let narrow: Operation = Operation(
    "narrow", .shape,
    [
      .tensor(), .dimension(), .integer("start", "the first position, from 1; -1 is the last"),
      .integer("length", "how many positions"),
    ],
    "A view of some neighbouring positions of a dimension.", example: "print(lab.arange(1, 6):narrow(1, 2, 3))",
    check: .init(samples: [
      Sample(.normal([3, 4]), .integer(1), .integer(2), .integer(2)),
      Sample(.normal([3, 4]), .integer(0), .integer(-1), .integer(1)),
      Sample(.normal([2, 3, 4]), .integer(1), .integer(1), .integer(3)),
      Sample(.normal([2, 3]), .integer(1), .integer(2), .integer(0)),
    ]) { values in
      let (x, dim, length) = (try values.array(0), try values.arguments.integer(1), try values.arguments.integer(3))
      let given = try values.arguments.integer(2)
      let start = given < 0 ? x.shape[dim] + given : given - 1
      var shape = x.shape
      shape[dim] = length
      return [
        moved(x, shape) { place in
          var source = place
          source[dim] += start
          return source
        }
      ]
    },
    body: .general { arguments in
      let (x, dim, length) = (try arguments.tensor(0), try arguments.integer(1), try arguments.integer(3))
      let size = x.shape[dim]
      guard length >= 0, length <= size else {
        throw Failure(.range, "length must lie in 0 to \(size), the size of dimension \(dim + 1), found \(length)")
      }
      // Nothing may also be taken from behind the last position.
      let given = try arguments.integer(2)
      let start = length == 0 && given == size + 1 ? 0 : try Positions.zeroBased(given, size: size, "start")
      guard start + length <= size else {
        throw Failure(
          .range, "positions \(start + 1) to \(start + length) do not lie in dimension \(dim + 1) of size \(size)")
      }
      return [.tensor(try x.narrow(dim, start: start, length: length))]
    })

  static let select: Operation = Operation(
    "select", .shape, [.tensor(), .dimension(), .integer("position", "the position, from 1; -1 is the last")],
    "A view of one position of a dimension, which disappears.",
    example: "print(lab.tensor{{1, 2}, {3, 4}}:select(2, 1))",
    check: .init(samples: [
      Sample(.normal([3, 4]), .integer(1), .integer(2)), Sample(.normal([3, 4]), .integer(0), .integer(-1)),
      Sample(.normal([2, 3, 4]), .integer(1), .integer(1)), Sample(.normal([2]), .integer(0), .integer(2)),
    ]) { values in
      let (x, dim, given) = (try values.array(0), try values.arguments.integer(1), try values.arguments.integer(2))
      var shape = x.shape
      shape.remove(at: dim)
      return [
        moved(x, shape) { place in
          var source = place
          source.insert(given < 0 ? x.shape[dim] + given : given - 1, at: dim)
          return source
        }
      ]
    },
    body: .general { arguments in
      let (x, dim) = (try arguments.tensor(0), try arguments.integer(1))
      return [.tensor(try x.select(dim, Positions.zeroBased(arguments.integer(2), size: x.shape[dim], "position")))]
    })

  static let expand: Operation = Operation(
    "expand", .shape, [.tensor(), .shape(inferred: true, "the sizes to grow to; -1 keeps a size")],
    "A view that repeats dimensions of size 1, and new ones in front, without copying.",
    example: "print(lab.tensor{{1}, {2}}:expand{2, 3})",
    check: .init(samples: [
      Sample(.normal([3, 1]), .integers([3, 4])), Sample(.normal([3, 1]), .integers([2, -1, 4])),
      Sample(.normal([]), .integers([2, 2])),
      Sample(.normal([2, 3]), .integers([2, 3])), Sample(.normal([1, 3]), .integers([0, 3])),
    ]) { values in
      let x = try values.array(0)
      let given = values.arguments.integers(1) ?? []
      let missing = given.count - x.shape.count
      return [Plain(given.indices.map { given[$0] == -1 ? x.shape[$0 - missing] : given[$0] }) { x.broadcast(at: $0) }]
    },
    body: .general { arguments in
      let x = try arguments.tensor(0)
      var sizes = arguments.integers(1) ?? []
      let missing = sizes.count - x.rank
      for d in sizes.indices where sizes[d] == -1 {
        guard d >= missing, missing >= 0 else {
          throw Failure(.shape, "a new dimension needs a size, found -1 at dimension \(d + 1)")
        }
        sizes[d] = x.shape[d - missing]
      }
      return [.tensor(try x.expand(to: Positions.shape(sizes)))]
    })

  static let unsqueeze: Operation = Operation(
    "unsqueeze", .shape,
    [.tensor(), .integer("dim", "where the new dimension stands in the result; -1 is the last place")],
    "A view with a new dimension of size 1.", example: "print(lab.tensor{1, 2, 3}:unsqueeze(1).shape)",
    check: .init(samples: [
      Sample(.normal([3, 4]), .integer(1)), Sample(.normal([3, 4]), .integer(3)),
      Sample(.normal([3, 4]), .integer(-2)),
      Sample(.normal([]), .integer(-1)),
    ]) { values in
      let (x, given) = (try values.array(0), try values.arguments.integer(1))
      var shape = x.shape
      shape.insert(1, at: given < 0 ? x.shape.count + 1 + given : given - 1)
      return [Plain(shape, x.values)]
    },
    body: .general { arguments in
      let x = try arguments.tensor(0)
      return [.tensor(try x.unsqueeze(Positions.zeroBased(arguments.integer(1), size: x.rank + 1, "dim")))]
    })

  static let squeeze: Operation = Operation(
    "squeeze", .shape, [.tensor(), .dimensions("one dimension or a table of them; every one of size 1 when left out")],
    "A view without dimensions of size 1.", notes: "Naming a dimension of another size is an error.",
    example: "print(lab.zeros{1, 3, 1}:squeeze().shape)",
    check: .init(samples: [
      Sample(.normal([1, 3, 1]), .none), Sample(.normal([1, 3, 1]), .integers([2])),
      Sample(.normal([1, 3, 1]), .integers([2, 0])),
      Sample(.normal([3]), .none), Sample(.normal([1, 1]), .none),
    ]) { values in
      let x = try values.array(0)
      let dims = values.arguments.integers(1) ?? x.shape.indices.filter { x.shape[$0] == 1 }
      return [Plain(x.shape.indices.filter { !dims.contains($0) }.map { x.shape[$0] }, x.values)]
    },
    body: .general { arguments in
      let x = try arguments.tensor(0)
      let dims = arguments.integers(1) ?? (0..<x.rank).filter { x.shape[$0] == 1 }
      let result = try dims.sorted(by: >).reduce(x) { try $0.squeeze($1) }
      return [.tensor(result === x ? try x.reshape(x.shape) : result)]
    })

  static let unfold: Operation = Operation(
    "unfold", .shape,
    [
      .tensor(), .dimension(), .integer("size", "the length of a window"),
      .integer("step", default: 1, "from one window to the next"),
    ],
    "A view of the overlapping windows along a dimension; a window's elements become the last dimension.",
    notes: "The dimension's size becomes floor((n - size) / step) + 1.",
    example: "print(lab.arange(1, 5):unfold(1, 3, 1))",
    check: .init(samples: [
      Sample(.normal([7]), .integer(0), .integer(3), .integer(1)),
      Sample(.normal([7, 2]), .integer(0), .integer(3), .integer(2)),
      Sample(.normal([2, 5]), .integer(1), .integer(2), .integer(3)),
      Sample(.normal([2, 5, 2]), .integer(1), .integer(4), .integer(1)),
    ]) { values in
      let (x, dim) = (try values.array(0), try values.arguments.integer(1))
      let (size, step) = (try values.arguments.integer(2), try values.arguments.integer(3))
      var shape = x.shape + [size]
      shape[dim] = (x.shape[dim] - size) / step + 1
      return [
        moved(x, shape) { place in
          var source = Array(place.dropLast())
          source[dim] = source[dim] * step + place[place.count - 1]
          return source
        }
      ]
    },
    body: .general { [.tensor(try $0.tensor(0).unfold($0.integer(1), size: $0.integer(2), step: $0.integer(3)))] })
}
