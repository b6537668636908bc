/// One way to change a sequence of symbols.
struct SequenceSkill: Sendable {
  let name: String
  /// What stands for it in questions.
  let letter: String
  let apply: @Sendable (_ sequence: [Int], _ symbols: Int) -> [Int]

  static let all: [SequenceSkill] = [
    SequenceSkill(name: "copy", letter: "C") { sequence, _ in sequence },
    SequenceSkill(name: "reverse", letter: "R") { sequence, _ in sequence.reversed() },
    SequenceSkill(name: "sort", letter: "S") { sequence, _ in sequence.sorted() },
    SequenceSkill(name: "descend", letter: "D") { sequence, _ in sequence.sorted(by: >) },
    SequenceSkill(name: "rotate", letter: "O") { sequence, _ in Array(sequence.dropFirst() + sequence.prefix(1)) },
    SequenceSkill(name: "swap", letter: "W") { sequence, _ in
      var swapped = sequence
      for place in stride(from: 0, to: sequence.count - 1, by: 2) { swapped.swapAt(place, place + 1) }
      return swapped
    },
    SequenceSkill(name: "increment", letter: "I") { sequence, symbols in sequence.map { ($0 + 1) % symbols } },
    SequenceSkill(name: "unique", letter: "U") { sequence, _ in
      var seen: Set<Int> = []
      return sequence.filter { seen.insert($0).inserted }
    },
    SequenceSkill(name: "double", letter: "B") { sequence, _ in sequence.flatMap { [$0, $0] } },
    SequenceSkill(name: "minimum", letter: "N") { sequence, _ in sequence.min().map { [$0] } ?? [] },
    SequenceSkill(name: "maximum", letter: "M") { sequence, _ in sequence.max().map { [$0] } ?? [] },
  ]
}
