/// What surrounds one sequence of tokens, or two: `[CLS] A [SEP]`, `[CLS] A [SEP] B [SEP]`.
struct TokenTemplate: Sendable {
  enum Piece: Sendable {
    case first(type: Int)
    case second(type: Int)
    case special([Int32], type: Int)
  }

  let single: [Piece]
  let pair: [Piece]

  /// How many tokens it adds.
  func added(isPair: Bool) -> Int {
    (isPair ? pair : single).reduce(0) { if case .special(let ids, _) = $1 { $0 + ids.count } else { $0 } }
  }

  /// The ids and, for each, its type as the template numbers it (from 0).
  func applied(_ first: [Int32], _ second: [Int32]?) -> (ids: [Int32], types: [Int]) {
    var ids: [Int32] = []
    var types: [Int] = []
    for piece in second == nil ? single : pair {
      let (part, type) =
        switch piece {
        case .first(let type): (first, type)
        case .second(let type): (second ?? [], type)
        case .special(let ids, let type): (ids, type)
        }
      ids += part
      types += Array(repeating: type, count: part.count)
    }
    return (ids, types)
  }

  /// One sequence behind the other, nothing around them.
  static let plain = TokenTemplate(single: [.first(type: 0)], pair: [.first(type: 0), .second(type: 1)])
}
