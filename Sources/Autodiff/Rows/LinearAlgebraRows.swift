import Foundation
import Tensors

/// Rows for decompositions of matrices; leading dimensions are a batch.
public enum Decompositions {
  public static let rows: [Operation] = [
    svd, qr, eigh, cholesky, matrixExponential, pseudoInverse, matrixRank, matrixPower,
  ]

  static let matrix: Parameter = .tensor("a", "a matrix; leading dimensions are a batch")
  private static let signs = "In each column the first component of at least half the largest magnitude is positive."

  static let svd: Operation = Operation(
    "svd", .linearAlgebra, [matrix],
    "The thin singular value decomposition: U, the singular values S (falling) and Vh.",
    formula: "a = U diag(S) Vh",
    notes: """
      Three results of shapes {m, k}, {k} and {k, n} with k = min(m, n). \(signs.replacingOccurrences(of: "column", with: "column of U")) \
      Gradients through U or Vh need distinct singular values.
      """,
    source: "Townsend, Differentiating the singular value decomposition, 2016 (gradient)",
    example: "local u, s, vh = lab.tensor{{1, 2}, {3, 4}, {5, 6}}:svd()\nprint(u:matmul(s:unsqueeze(2) * vh))",
    check: .init(
      samples: [
        Sample(.distinct([2, 3, 3])), Sample(.normal([1, 4, 3])), Sample(.normal([1, 2, 4])),
        Sample(.normal([1, 1, 1])),
      ]
    ) { values in
      PlainMatrix.each(try values.array(0)) { a in
        let (u, s, v) = PlainMatrix.singular(a)
        return [PlainMatrix.plain(PlainMatrix.transpose(u)), Plain([s.count], s), PlainMatrix.plain(v)]
      }
    },
    body: .general {
      let (u, s, vh) = try $0.tensor(0).svd()
      return [.tensor(u), .tensor(s), .tensor(vh)]
    })

  static let qr: Operation = Operation(
    "qr", .linearAlgebra, [matrix], "The thin QR decomposition: Q with orthonormal columns and an upper triangular R.",
    formula: "a = Q R",
    notes: "The diagonal of R is not negative. The gradient needs at least as many rows as columns, and full rank.",
    source: "Walter and Lehmann, Algorithmic differentiation of linear algebra functions, 2012 (gradient)",
    example: "local q, r = lab.tensor{{1, 2}, {3, 4}}:qr()\nprint(q:matmul(r))",
    check: .init(samples: [Sample(.normal([2, 3, 3])), Sample(.normal([1, 4, 2])), Sample(.normal([1, 1, 1]))]) {
      values in
      PlainMatrix.each(try values.array(0)) { a in
        let (q, r) = PlainMatrix.orthogonal(a)
        return [PlainMatrix.plain(PlainMatrix.transpose(q)), PlainMatrix.plain(r)]
      }
    },
    body: .general {
      let (q, r) = try $0.tensor(0).qr()
      return [.tensor(q), .tensor(r)]
    })

  static let eigh: Operation = Operation(
    "eigh", .linearAlgebra, [matrix], "The eigenvalues (rising) and eigenvectors (in columns) of a symmetric matrix.",
    formula: "(a + a^T) / 2 = V diag(L) V^T",
    notes:
      "Of other matrices it takes the symmetric part. \(signs) Gradients through the vectors need distinct eigenvalues.",
    source: "Giles, An extended collection of matrix derivative results, 2008 (gradient)",
    example: "local values, vectors = lab.tensor{{2, 1}, {1, 2}}:eigh()\nprint(values)",
    check: .init(samples: [
      Sample(.positiveDefinite([3, 3])), Sample(.normal([2, 3, 3])), Sample(.normal([1, 1, 1])),
    ]) { values in
      PlainMatrix.each(try values.array(0)) { a in
        let (values, vectors) = PlainMatrix.eigen(a)
        return [Plain([values.count], values), PlainMatrix.plain(PlainMatrix.transpose(vectors))]
      }
    },
    body: .general {
      let (values, vectors) = try $0.tensor(0).eigh()
      return [.tensor(values), .tensor(vectors)]
    })

  static let cholesky: Operation = Operation(
    "cholesky", .linearAlgebra, [matrix], "The lower triangular factor of a positive definite matrix.",
    formula: "(a + a^T) / 2 = L L^T",
    notes: "Of other matrices it takes the symmetric part; an error if that is not positive definite.",
    example: "print(lab.tensor{{4, 2}, {2, 3}}:cholesky())",
    check: .init(samples: [
      Sample(.positiveDefinite([3, 3])), Sample(.positiveDefinite([2, 4, 4])), Sample(.positiveDefinite([1, 1])),
    ]) { values in
      PlainMatrix.each(try values.array(0)) { [PlainMatrix.plain(PlainMatrix.cholesky($0))] }
    },
    body: .general { [.tensor(try $0.tensor(0).cholesky())] })

  static let matrixExponential: Operation = Operation(
    "matrix_exp", .linearAlgebra, [matrix], "The exponential of a square matrix.",
    formula: "1 + a + a^2 / 2! + a^3 / 3! + ...",
    notes: "Not the elementwise exponential, which is `exp`.",
    source: "Higham, The scaling and squaring method for the matrix exponential revisited, 2005",
    example: "print(lab.tensor{{0, 1}, {-1, 0}}:matrix_exp())",
    check: .init(samples: [
      Sample(.normal([3, 3])), Sample(.normal([2, 2, 2])), Sample(.uniform([2, 2], 3, 5)), Sample(.normal([1, 1])),
    ]) { values in
      PlainMatrix.each(try values.array(0)) { [PlainMatrix.plain(PlainMatrix.exponential($0))] }
    },
    body: .general { [.tensor(try $0.tensor(0).matrixExponential())] })

  static let tolerance: Parameter = Parameter(
    "rcond", .number, default: Parameter.Fallback.none, option: true,
    "singular values up to this times the greatest count as 0; the larger size times the dtype's precision when left out"
  )

  static let pseudoInverse: Operation = Operation(
    "pinv", .linearAlgebra, [matrix, tolerance], "The pseudo-inverse (Moore and Penrose) of any matrix.",
    notes: "The gradient holds where the rank does not change.",
    source: "Golub and Pereyra, The differentiation of pseudo-inverses, 1973 (gradient)",
    example: "print(lab.tensor{{1, 2}, {3, 4}, {5, 6}}:pinv())",
    check: .init(samples: [
      Sample(.normal([2, 3, 2]), .none), Sample(.normal([1, 2, 4]), .number(1e-5)),
      Sample(.positiveDefinite([3, 3]), .none),
    ]) {
      values in PlainMatrix.each(try values.array(0)) { [PlainMatrix.plain(PlainMatrix.pseudoInverse($0))] }
    },
    body: .general { [.tensor(try $0.tensor(0).pseudoInverse(tolerance: $0.optionalNumber(1)))] })

  static let matrixRank: Operation = Operation(
    "matrix_rank", .linearAlgebra, [matrix, tolerance], "The number of singular values that are not 0.",
    notes: "The result is int64.",
    example: "print(lab.tensor{{1, 2}, {2, 4}}:matrix_rank())",
    check: .init(
      samples: [
        Sample(.normal([2, 3, 2]), .none), Sample(.values([2, 2, 2], [1, 2, 2, 4, 1, 0, 0, 3]), .number(1e-5)),
      ], order: 0
    ) {
      values in
      PlainMatrix.each(try values.array(0)) { a in
        let s = PlainMatrix.singular(a).s
        return [Plain([], [Double(s.count { $0 > 1e-6 * (s.first ?? 0) })])]
      }
    },
    body: .general { [.tensor(try $0.tensor(0).matrixRank(tolerance: $0.optionalNumber(1)))] })

  static let matrixPower: Operation = Operation(
    "matrix_power", .linearAlgebra, [matrix, .integer("n", "how often; negative for the inverse")],
    "A square matrix multiplied with itself.", formula: "a a ... a",
    example: "print(lab.tensor{{1, 1}, {0, 1}}:matrix_power(5))",
    check: .init(
      samples: [0, 1, 2, 3, 5, -2].map { Sample(.positiveDefinite([2, 3, 3]), .integer($0)) }
    ) { values in
      let n = try values.arguments.integer(1)
      return PlainMatrix.each(try values.array(0)) { a in
        let base = n < 0 ? PlainMatrix.eliminate(a, PlainMatrix.identity(a.count)).x : a
        return [
          PlainMatrix.plain(
            (0..<abs(n)).reduce(PlainMatrix.identity(a.count)) { power, _ in PlainMatrix.times(power, base) })
        ]
      }
    },
    body: .general { [.tensor(try $0.tensor(0).matrixPower($0.integer(1)))] })
}
