import Kernels

/// A deterministic finite automaton: states from 0, which is where it starts.
struct Automaton: Sendable {
  let name: String
  let alphabet: String
  /// [state][symbol] is the next state.
  let next: [[Int]]
  let accepting: Set<Int>
  let summary: String

  init(_ name: String, _ alphabet: String, next: [[Int]], accepting: Set<Int>, _ summary: String) {
    (self.name, self.alphabet, self.next, self.accepting, self.summary) = (name, alphabet, next, accepting, summary)
  }

  func finalState(_ symbols: [Int]) -> Int { symbols.reduce(0) { next[$0][$1] } }
  func accepts(_ symbols: [Int]) -> Bool { accepting.contains(finalState(symbols)) }

  /// Regular languages that papers use.
  static let all: [Automaton] = [
    Automaton("parity", "01", next: [[0, 1], [1, 0]], accepting: [0], "an even number of 1s"),
    Automaton("tomita1", "01", next: [[1, 0], [1, 1]], accepting: [0], "1*"),
    Automaton("tomita2", "01", next: [[2, 1], [0, 2], [2, 2]], accepting: [0], "(10)*"),
    Automaton(
      "tomita3", "01", next: [[0, 1], [2, 0], [3, 4], [2, 1], [4, 4]], accepting: [0, 1, 3],
      "no odd run of 0s right after an odd run of 1s"),
    Automaton("tomita4", "01", next: [[1, 0], [2, 0], [3, 0], [3, 3]], accepting: [0, 1, 2], "no 000"),
    Automaton(
      "tomita5", "01", next: [[1, 2], [0, 3], [3, 0], [2, 1]], accepting: [0], "an even number of 0s and of 1s"),
    Automaton(
      "tomita6", "01", next: [[2, 1], [0, 2], [1, 0]], accepting: [0], "as many 0s as 1s, up to a multiple of 3"),
    Automaton(
      "tomita7", "01", next: [[0, 1], [2, 1], [2, 3], [4, 3], [4, 4]], accepting: [0, 1, 2, 3], "0*1*0*1*"),
    Automaton(
      "even_pairs", "ab", next: [[1, 3], [1, 2], [1, 2], [4, 3], [4, 3]], accepting: [0, 1, 3],
      "the first character is the last"),
    Automaton(
      "cycle", "+-0", next: (0..<5).map { [($0 + 1) % 5, ($0 + 4) % 5, $0] }, accepting: [0],
      "steps up (+), down (-) and none (0) on a cycle of 5 that end where they began"),
  ]
}
