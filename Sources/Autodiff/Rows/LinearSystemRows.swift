import Foundation
import Tensors

/// Rows for systems of linear equations, inverses and determinants.
public enum LinearSystems {
  public static let rows: [Operation] = [
    solve, leastSquares, inverse, determinant, signAndLogDeterminant, logDeterminant,
  ]

  private static let matrix: Parameter = .tensor("a", "a square matrix; leading dimensions are a batch")
  private static let definite: [Sample] = [
    Sample(.positiveDefinite([3, 3])), Sample(.positiveDefinite([2, 4, 4])),
    Sample(.values([2, 2, 2], [0.5, 2, 3, 1, 0, -1, 2, 0.7])), Sample(.values([1, 1], [0.8])),
  ]

  /// Right sides for each matrix of a batch; a vector is a column.
  private static func columns(_ b: Plain, _ batch: Int) -> PlainMatrix.Matrix {
    if b.shape.count == 1 { return b.values.map { [$0] } }
    let (m, n) = (b.shape[b.shape.count - 2], b.shape[b.shape.count - 1])
    let place = b.values.count == m * n ? 0 : batch
    return (0..<m).map { i in (0..<n).map { b.values[place * m * n + i * n + $0] } }
  }

  private static func solved(
    _ values: [PlainValue], _ f: (PlainMatrix.Matrix, PlainMatrix.Matrix) -> PlainMatrix.Matrix
  ) throws -> [Plain] {
    let (a, b) = (try values.array(0), try values.array(1))
    var batch = 0
    return PlainMatrix.each(a) { matrix in
      let x = f(matrix, columns(b, batch))
      batch += 1
      return [b.shape.count == 1 ? Plain([x.count], x.flatMap { $0 }) : PlainMatrix.plain(x)]
    }
  }

  static let solve: Operation = Operation(
    "solve", .linearAlgebra, [matrix, .tensor("b", "a vector, or a matrix of columns")],
    "The solution of a system of linear equations.",
    formula: "a x = b",
    notes:
      "By LU decomposition with row exchanges; an error if the matrix is singular. Only one dimension makes `b` a vector; leading dimensions broadcast.",
    example: "print(lab.solve(lab.tensor{{2, 1}, {1, 3}}, lab.tensor{3, 5}))",
    check: .init(
      samples: [
        Sample(.positiveDefinite([3, 3]), .normal([3])), Sample(.positiveDefinite([3, 3]), .normal([3, 2])),
        Sample(.positiveDefinite([2, 3, 3]), .normal([2, 3, 2])),
        Sample(.positiveDefinite([2, 3, 3]), .normal([3, 2])),
        Sample(.values([2, 2, 2], [0.5, 2, 3, 1, 0, -1, 2, 0.7]), .normal([2])),
      ]
    ) { try solved($0) { PlainMatrix.eliminate($0, $1).x } },
    body: .general { [.tensor(try $0.tensor(0).solve($0.tensor(1)))] })

  static let leastSquares: Operation = Operation(
    "lstsq", .linearAlgebra,
    [
      .tensor("a", "a matrix; leading dimensions are a batch"), .tensor("b", "a vector, or a matrix of columns"),
      Decompositions.tolerance,
    ],
    "The solution of a system of linear equations in the sense of least squares; of several, the shortest.",
    formula: "x = pinv(a) b", notes: "Works for any shape and rank; the gradient holds where the rank does not change.",
    example: "print(lab.lstsq(lab.tensor{{1, 1}, {1, 2}, {1, 3}}, lab.tensor{1, 2, 2}))",
    check: .init(
      samples: [
        Sample(.normal([1, 4, 2]), .normal([4]), .none), Sample(.normal([2, 4, 2]), .normal([2, 4, 3]), .none),
        Sample(.normal([1, 2, 4]), .normal([2, 1]), .none),
      ]
    ) { try solved($0) { PlainMatrix.times(PlainMatrix.pseudoInverse($0), $1) } },
    body: .general { [.tensor(try $0.tensor(0).leastSquares($0.tensor(1), tolerance: $0.optionalNumber(2)))] })

  static let inverse: Operation = Operation(
    "inverse", .linearAlgebra, [matrix], "The inverse of a square matrix.",
    notes: "An error if the matrix is singular. To solve equations, `solve` is faster and more exact.",
    example: "print(lab.tensor{{2, 1}, {1, 3}}:inverse())",
    check: .init(samples: definite) { values in
      PlainMatrix.each(try values.array(0)) {
        [PlainMatrix.plain(PlainMatrix.eliminate($0, PlainMatrix.identity($0.count)).x)]
      }
    },
    body: .general { [.tensor(try $0.tensor(0).inverse())] })

  static let determinant: Operation = Operation(
    "det", .linearAlgebra, [matrix], "The determinant of a square matrix.",
    notes: "Its logarithm, which neither overflows nor underflows, is `slogdet`.",
    example: "print(lab.tensor{{2, 1}, {1, 3}}:det())",
    check: .init(samples: definite) { values in
      PlainMatrix.each(try values.array(0)) { [Plain([], [PlainMatrix.eliminate($0, $0).determinant])] }
    },
    body: .general { [.tensor(try $0.tensor(0).determinant())] })

  static let signAndLogDeterminant: Operation = Operation(
    "slogdet", .linearAlgebra, [matrix], "The sign of the determinant (-1, 0 or 1) and the logarithm of its magnitude.",
    notes: "-inf for a singular matrix, where the gradient is an error.",
    example: "local sign, logdet = lab.tensor{{0, 2}, {1, 0}}:slogdet()\nprint(sign, logdet)",
    check: .init(samples: definite) { values in
      PlainMatrix.each(try values.array(0)) { a in
        let d = PlainMatrix.eliminate(a, a).determinant
        return [Plain([], [d > 0 ? 1 : (d < 0 ? -1 : 0)]), Plain([], [Foundation.log(abs(d))])]
      }
    },
    body: .general {
      let (sign, logarithm) = try $0.tensor(0).signAndLogDeterminant()
      return [.tensor(sign), .tensor(logarithm)]
    })

  static let logDeterminant: Operation = Operation(
    "logdet", .linearAlgebra, [matrix], "The logarithm of the determinant.",
    notes: "nan where the determinant is negative, -inf where it is 0.",
    example: "print(lab.tensor{{2, 1}, {1, 3}}:logdet())",
    check: .init(samples: [
      Sample(.positiveDefinite([3, 3])), Sample(.positiveDefinite([2, 4, 4])),
      Sample(.values([1, 2, 2], [0, -1, 2, 0.7])),
    ]) {
      values in
      PlainMatrix.each(try values.array(0)) { [Plain([], [Foundation.log(PlainMatrix.eliminate($0, $0).determinant)])] }
    },
    body: .general { [.tensor(try $0.tensor(0).logDeterminant())] })
}
