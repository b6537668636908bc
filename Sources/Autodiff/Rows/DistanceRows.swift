import Foundation
import Tensors

/// Rows for lengths of vectors and distances between them.
public enum Distances {
  public static let rows: [Operation] = [norm, normalize, cosineSimilarity, pairDistances]

  private static func length(_ values: [Double], _ p: Double) -> Double {
    if p == .infinity { return values.reduce(0) { Swift.max($0, abs($1)) } }
    if p == -.infinity { return values.reduce(.infinity) { Swift.min($0, abs($1)) } }
    if p == 0 { return Double(values.count(where: { $0 != 0 })) }
    return Foundation.pow(values.reduce(0) { $0 + Foundation.pow(abs($1), p) }, 1 / p)
  }

  static let norm: Operation = Operation(
    "norm", .matrix, [.tensor(), .number("p", default: 2, "the kind of norm"), .dimensions(), .keepdim],
    "The p-norm over some dimensions, or over all.", formula: "(sum of |x|^p)^(1/p)",
    notes: """
      `p = math.huge` gives the greatest magnitude, `-math.huge` the least, 0 the number of elements other than 0 (without \
      gradient). The gradient of length 0 is 0.
      """,
    example: "print(lab.tensor{3, 4}:norm(), lab.tensor{3, 4}:norm(1))",
    check: .init(
      samples: [2, 1, .infinity, -.infinity, 3, 2.5].flatMap { (p: Double) -> [Sample] in
        [
          Sample(.distinct([3, 4]), .number(p), .none, .boolean(false)),
          Sample(.distinct([3, 4]), .number(p), .integers([1]), .boolean(true)),
          Sample(.distinct([2, 3, 2]), .number(p), .integers([0, 2]), .boolean(false)),
        ]
      }
    ) { values in
      let p = try values.arguments.number(1)
      return try Reductions.folded([values[0], values[2], values[3]]) { length($0, p) }
    },
    body: .general { [.tensor(try $0.tensor(0).norm($0.number(1), $0.integers(2), keep: $0.boolean(3)))] })

  static let normalize: Operation = Operation(
    "normalize", .matrix,
    [
      .tensor(), .dimension(default: -1, "the dimension along which vectors lie; the last when left out"),
      .option("p", .number, default: .number(2), "the kind of norm"),
      .option("eps", .number, default: .number(1e-12), "the least divisor"),
    ], "Vectors divided by their p-norm.", formula: "x / max(norm(x), eps)",
    example: "print(lab.tensor{3, 4}:normalize())",
    check: .init(
      samples: [
        Sample(.distinct([3, 4]), .integer(1), .number(2), .number(1e-12)),
        Sample(.distinct([3, 4]), .integer(0), .number(1), .number(1e-12)),
        Sample(.distinct([2, 3, 2]), .integer(1), .number(3), .number(1e-12)),
      ]
    ) { values in
      let p = try values.arguments.number(2)
      return [
        Reductions.rowwise(try values.array(0), try values.arguments.integer(1)) { row in
          row.map { $0 / Swift.max(length(row, p), 1e-12) }
        }
      ]
    },
    body: .general { [.tensor(try $0.tensor(0).normalized($0.integer(1), p: $0.number(2), epsilon: $0.number(3)))] })

  static let cosineSimilarity: Operation = Operation(
    "cosine_similarity", .matrix,
    [
      .tensor("a", "vectors"), .tensor("b", "vectors; shapes broadcast as in NumPy"),
      .dimension(default: -1, "the dimension along which vectors lie; the last when left out"),
      .option("eps", .number, default: .number(1e-8), "lengths below this count as this"),
    ], "The cosine of the angle between vectors.", formula: "sum(a b) / (max(norm(a), eps) max(norm(b), eps))",
    example: "print(lab.tensor{1, 0}:cosine_similarity(lab.tensor{1, 1}))",
    check: .init(
      samples: [
        Sample(.normal([3, 4]), .normal([3, 4]), .integer(1), .number(1e-8)),
        Sample(.normal([3, 4]), .normal([3, 4]), .integer(0), .number(1e-8)),
        Sample(.normal([3, 4]), .normal([4]), .integer(1), .number(1e-8)),
        Sample(.normal([2]), .normal([2]), .integer(0), .number(1e-8)),
      ]
    ) { values in
      let (a, b) = (try values.array(0), try values.array(1))
      let dim = try values.arguments.integer(2)
      let lead = a.shape.indices.filter { $0 != dim }.map { a.shape[$0] }
      return [
        Plain(lead) { place in
          let line = (0..<a.shape[dim]).map { i -> [Int] in
            var full = place
            full.insert(i, at: dim)
            return full
          }
          let (x, y) = (line.map { a[$0] }, line.map { b.broadcast(at: $0) })
          return zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } / (length(x, 2) * length(y, 2))
        }
      ]
    },
    body: .general {
      [.tensor(try $0.tensor(0).cosineSimilarity($0.tensor(1), dim: $0.integer(2), epsilon: $0.number(3)))]
    })

  static let pairDistances: Operation = Operation(
    "cdist", .matrix,
    [
      .tensor("a", "rows of one matrix"), .tensor("b", "rows of another, of the same length"),
      .option("p", .number, default: .number(2), "the kind of norm"),
    ], "The distances between all rows of one matrix and all rows of another.", formula: "y[i][j] = norm(a[i] - b[j])",
    notes: """
      Leading dimensions are a batch and broadcast. Large cases with p = 2 use |a|^2 + |b|^2 - 2 a b, which is fast and loses \
      digits of distances that are small beside the rows' lengths. The gradient of distance 0 is 0.
      """,
    example: "print(lab.cdist(lab.tensor{{0, 0}, {3, 4}}, lab.tensor{{0, 0}}))",
    check: .init(
      samples: [2.0, 1, 3].flatMap { p in
        [
          Sample(.normal([3, 2]), .normal([4, 2]), .number(p)),
          Sample(.normal([2, 3, 2]), .normal([2, 2, 2]), .number(p)),
          Sample(.normal([2, 3, 2]), .normal([2, 2]), .number(p)),
        ]
      }
    ) { values in
      let (a, b) = (try values.array(0), try values.array(1))
      let p = try values.arguments.number(2)
      let (m, n, width) = (a.shape[a.shape.count - 2], b.shape[b.shape.count - 2], a.shape[a.shape.count - 1])
      return [
        Plain(Array(a.shape.dropLast(2)) + [m, n]) { place in
          let (i, j) = (place[place.count - 2], place[place.count - 1])
          let lead = Array(place.dropLast(2))
          let own = Array(lead.suffix(b.shape.count - 2))
          return length((0..<width).map { a[lead + [i, $0]] - b[own + [j, $0]] }, p)
        }
      ]
    },
    body: .general { [.tensor(try $0.tensor(0).distances(to: $0.tensor(1), p: $0.number(2)))] })
}
