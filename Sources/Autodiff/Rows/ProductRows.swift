import Basics
import Tensors

/// Rows for products of vectors and matrices.
public enum Products {
  public static let rows: [Operation] = [matmul, dot, outer, kron, trace]

  static let matmul: Operation = Operation(
    "matmul", .matrix, [.tensor("a", "the left side"), .tensor("b", "the right side")], "The matrix product.",
    formula: "y[i][k] = sum over j of a[i][j] b[j][k]",
    notes:
      "A vector is a row on the left and a column on the right; leading dimensions are a batch and broadcast, as in NumPy.",
    example: "print(lab.tensor{{1, 2}, {3, 4}}:matmul(lab.tensor{1, 10}))",
    check: .init(
      samples: [
        Sample(.normal([3, 4]), .normal([4, 2])), Sample(.normal([4]), .normal([4])),
        Sample(.normal([3, 4]), .normal([4])),
        Sample(.normal([4]), .normal([4, 2])), Sample(.normal([2, 3, 4]), .normal([4, 2])),
        Sample(.normal([2, 3, 4]), .normal([2, 4, 2])),
        Sample(.normal([2, 1, 3, 2]), .normal([3, 2, 2])), Sample(.normal([2, 3, 4]), .normal([4])),
        Sample(.normal([4]), .normal([2, 4, 3])),
        Sample(.normal([3, 0]), .normal([0, 2])), Sample(.normal([0, 3]), .normal([3, 2])),
        Sample(.normal([2, 0, 3]), .normal([3, 2])),
        Sample(.normal([1, 1]), .normal([1, 1])),
      ]
    ) { values in
      [matmulReference(try values.array(0), try values.array(1))]
    },
    body: .pair { try Promotion.floating($0).matmul(Promotion.floating($1)) })

  /// Sums over the shared dimension, for vectors, matrices and batches.
  static func matmulReference(_ a: Plain, _ b: Plain) -> Plain {
    let left = a.shape.count == 1 ? Plain([1] + a.shape, a.values) : a
    let right = b.shape.count == 1 ? Plain(b.shape + [1], b.values) : b
    let lead =
      Shape.broadcast(Shape(unchecked: left.shape.dropLast(2)), Shape(unchecked: right.shape.dropLast(2))) ?? []
    let (m, k, n) = (
      left.shape[left.shape.count - 2], left.shape[left.shape.count - 1], right.shape[right.shape.count - 1]
    )
    func grown(_ x: Plain) -> Plain {
      let shape = Array(lead) + x.shape.suffix(2)
      return Plain(shape) { place in
        let own = Array(place.suffix(x.shape.count))
        return x[own.indices.map { $0 < own.count - 2 && x.shape[$0] == 1 ? 0 : own[$0] }]
      }
    }
    let (p, q) = (grown(left), grown(right))
    var y = Plain(Array(lead) + [m, n]) { place in
      let batch = Array(place.dropLast(2))
      let i = place[place.count - 2]
      let j = place[place.count - 1]
      return (0..<k).reduce(0) { $0 + p[batch + [i, $1]] * q[batch + [$1, j]] }
    }
    if a.shape.count == 1 { y.shape.remove(at: y.shape.count - 2) }
    if b.shape.count == 1 { y.shape.removeLast() }
    return y
  }

  static let dot: Operation = Operation(
    "dot", .matrix, [.tensor("a", "a vector"), .tensor("b", "a vector of the same size")],
    "The sum of the products of two vectors.",
    formula: "sum of a[i] b[i]", example: "print(lab.tensor{1, 2}:dot(lab.tensor{3, 4}))",
    check: .init(samples: [
      Sample(.normal([5]), .normal([5])), Sample(.normal([1]), .normal([1])), Sample(.normal([0]), .normal([0])),
    ]) { values in
      [Plain([], [zip(try values.array(0).values, try values.array(1).values).reduce(0) { $0 + $1.0 * $1.1 }])]
    },
    body: .general { arguments in
      let (a, b) = (try arguments.tensor(0), try arguments.tensor(1))
      guard a.rank == 1, a.shape == b.shape else {
        throw Failure(
          .shape,
          "needs two vectors of one size, found shapes \(a.shape) and \(b.shape); matrices multiply with :matmul()")
      }
      return [.tensor(try (a * b).sum())]
    })

  static let outer: Operation = Operation(
    "outer", .matrix, [.tensor("a", "a vector"), .tensor("b", "a vector")],
    "All products of an element of one vector and one of another.",
    formula: "y[i][j] = a[i] b[j]", example: "print(lab.tensor{1, 2}:outer(lab.tensor{3, 4, 5}))",
    check: .init(samples: [
      Sample(.normal([3]), .normal([4])), Sample(.normal([1]), .normal([2])), Sample(.normal([0]), .normal([2])),
    ]) { values in
      let (a, b) = (try values.array(0), try values.array(1))
      return [Plain([a.values.count, b.values.count]) { a.values[$0[0]] * b.values[$0[1]] }]
    },
    body: .general { arguments in
      let (a, b) = (try arguments.tensor(0), try arguments.tensor(1))
      guard a.rank == 1, b.rank == 1 else {
        throw Failure(.shape, "needs two vectors, found shapes \(a.shape) and \(b.shape)")
      }
      return [.tensor(try a.unsqueeze(1) * b.unsqueeze(0))]
    })

  static let kron: Operation = Operation(
    "kron", .matrix, [.tensor("a", "the outer tensor"), .tensor("b", "the tensor that is repeated")],
    "Kronecker's product: every element of one tensor times the whole of another, as blocks.",
    notes: "At most 4 dimensions; missing ones count as leading dimensions of size 1.",
    example: "print(lab.eye(2):kron(lab.tensor{{1, 2}}))",
    check: .init(samples: [
      Sample(.normal([2, 3]), .normal([2, 2])), Sample(.normal([2]), .normal([3])),
      Sample(.normal([2]), .normal([2, 2])),
    ]) { values in
      let (a, b) = (try values.array(0), try values.array(1))
      let rank = Swift.max(a.shape.count, b.shape.count)
      let p = Plain(Array(repeating: 1, count: rank - a.shape.count) + a.shape, a.values)
      let q = Plain(Array(repeating: 1, count: rank - b.shape.count) + b.shape, b.values)
      return [
        Plain(zip(p.shape, q.shape).map { $0 * $1 }) { place in
          p[zip(place, q.shape).map { $0 / $1 }] * q[zip(place, q.shape).map { $0 % $1 }]
        }
      ]
    },
    body: .general { [.tensor(try $0.tensor(0).kron($0.tensor(1)))] })

  static let trace: Operation = Operation(
    "trace", .matrix, [.tensor()], "The sum of the diagonal of a matrix.", notes: "Leading dimensions are a batch.",
    example: "print(lab.tensor{{1, 2}, {3, 4}}:trace())",
    check: .init(samples: [Sample(.normal([3, 3])), Sample(.normal([2, 3, 4])), Sample(.normal([0, 0]))]) { values in
      let x = try values.array(0)
      let (m, n) = (x.shape[x.shape.count - 2], x.shape[x.shape.count - 1])
      return [
        Plain(Array(x.shape.dropLast(2))) { place in (0..<Swift.min(m, n)).reduce(0) { $0 + x[place + [$1, $1]] } }
      ]
    },
    body: .general { [.tensor(try $0.tensor(0).trace())] })
}
