import Foundation
import Tensors

/// The row for products in Einstein's notation.
public enum EinsteinProducts {
  public static let rows: [Operation] = [einsum]

  static let einsum: Operation = Operation(
    "einsum", .matrix,
    [
      Parameter("equation", .text, "letters for dimensions, such as \"ij,jk->ik\""),
      .tensors("tensors", "one or two tensors"),
    ],
    "Products of elements of one or two tensors, summed over the letters that the result lacks (Einstein's notation).",
    notes: """
      A letter that repeats within one tensor takes its diagonal. `...` stands for any dimensions, which broadcast. Without `->` \
      the result has the letters that occur once, in alphabetical order. Two tensors become one matrix product.
      """,
    example: "print(lab.einsum(\"ij,jk->ik\", {lab.ones{2, 3}, lab.ones{3, 4}}))", isMethod: false,
    check: .init(
      samples: [
        ("ij,jk->ik", [[2, 3], [3, 4]]), ("ij,jk", [[2, 3], [3, 4]]), ("bij,bjk->bik", [[2, 2, 3], [2, 3, 2]]),
        ("i,j->ji", [[2], [3]]),
        ("ij,ij->", [[2, 3], [2, 3]]), ("ii->i", [[3, 3]]), ("ii", [[3, 3]]), ("ijk->kj", [[2, 3, 2]]),
        ("ba", [[2, 3]]),
        ("bhqd,bkhd->bhqk", [[2, 2, 3, 2], [2, 2, 2, 2]]), ("iij,jk->ik", [[2, 2, 3], [3, 2]]),
        ("ij,k->i", [[2, 3], [4]]),
        ("ij,ij->ij", [[2, 3], [2, 3]]), ("ij,jk->ik", [[2, 0], [0, 3]]), ("aib,ai->b", [[2, 3, 2], [2, 3]]),
      ].map { Sample(.text($0.0), .list($0.1)) }
    ) { values in
      [try einsumReference(try values.arguments.text(0) ?? "", try values.arrays(1))]
    },
    body: .general { [.tensor(try Tensor.einsum($0.text(0) ?? "", $0.tensors(1)))] })

  /// All letters run over all of their values; each product is added to its place.
  private static func einsumReference(_ equation: String, _ arrays: [Plain]) throws -> Plain {
    let sides = equation.components(separatedBy: "->")
    let terms = sides[0].components(separatedBy: ",").map { Array($0) }
    let letters = Array(Set(terms.joined())).sorted()
    let output =
      sides.count > 1
      ? Array(sides[1]) : letters.filter { letter in terms.joined().count(where: { $0 == letter }) == 1 }
    var sizes: [Character: Int] = [:]
    for (term, array) in zip(terms, arrays) { for (letter, size) in zip(term, array.shape) { sizes[letter] = size } }
    var y = Plain(output.map { sizes[$0] ?? 1 }) { _ in 0 }
    for place in Plain.places(letters.map { sizes[$0] ?? 1 }) {
      let at = Dictionary(uniqueKeysWithValues: zip(letters, place))
      y[output.map { at[$0] ?? 0 }] += zip(terms, arrays).reduce(1) { $0 * $1.1[$1.0.map { at[$0] ?? 0 }] }
    }
    return y
  }
}
