import Basics
import Kernels
import Tensors

extension Generators {
  static let regular: Generator = Generator(
    "regular", "Strings inside and outside of a regular language, as uniform draws or near misses.",
    columns: [
      ("text", "the string"), ("y", "class ids: 1 outside, 2 inside"), ("length", "int64, characters"),
      ("state", "int64, the automaton's last state, from 1"),
      ("near_miss", "bool, whether one changed character would bring the string inside"),
    ],
    options: [
      count(1000), choice("language", Automaton.all.map(\.name), "the language"),
      integer("max_length", 1...500, default: 20, "most characters"),
      integer("min_length", 0...500, default: 1, "fewest characters"),
      number("positive", 0...1, default: 0.5, "share of strings inside"),
      choice(
        "negatives", ["near_miss", "uniform"], "strings outside: one character of one inside changed, or any"),
    ],
    notes: Automaton.all.map { "\($0.name): \($0.summary)" }.joined(separator: "; ")
      + ". Lengths that can be had are equally likely, and so are the strings of a length.",
    source:
      "Tomita 1982, Dynamic construction of finite-state automata from examples using hill-climbing; Deletang et al. 2023, Neural Networks and the Chomsky Hierarchy",
    example:
      "local set = lab.data.regular{language = \"tomita3\", count = 100, rng = lab.rng(1)}\nprint(set.text[1], set.y[1])"
  ) { settings, stream in
    try RegularStrings(settings).make(
      count: settings.integer("count"), positive: settings.number("positive"), &stream)
  }
}

private struct RegularStrings {
  private let automaton: Automaton
  private let symbols: [UInt8]
  private let wantsNearMisses: Bool
  private let shortest: Int
  /// [inside][characters left][state]: the share of all continuations that end inside, or outside.
  private let chances: [[[Double]]]
  /// The lengths that strings inside, and outside, can have.
  private let lengths: [[Int]]

  init(_ settings: Settings) throws {
    let name = settings.text("language")
    let automaton = Automaton.all.first { $0.name == name } ?? Automaton.all[0]
    try Generators.requireOrder(settings, "min_length", "max_length")
    self.automaton = automaton
    symbols = Array(automaton.alphabet.utf8)
    wantsNearMisses = settings.text("negatives") == "near_miss"
    let (shortest, longest) = (settings.integer("min_length"), settings.integer("max_length"))
    self.shortest = shortest
    let chances = [false, true].map { inside in Self.table(automaton, inside, longest) }
    self.chances = chances
    lengths = chances.map { table in (shortest...longest).filter { table[$0][0] > 0 } }
    let positive = settings.number("positive")
    for (found, share, where_) in [(lengths[1], positive, "inside"), (lengths[0], 1 - positive, "outside")]
    where found.isEmpty && share > 0 && settings.integer("count") > 0 {
      throw Failure(
        .range, "no string of \(shortest) to \(longest) characters is \(where_) of the language '\(name)'")
    }
  }

  private static func table(_ automaton: Automaton, _ inside: Bool, _ longest: Int) -> [[Double]] {
    var table = [(0..<automaton.next.count).map { automaton.accepting.contains($0) == inside ? 1.0 : 0 }]
    for left in 0..<longest {
      table.append(
        automaton.next.map { next in next.map { table[left][$0] }.reduce(0, +) / Double(next.count) })
    }
    return table
  }

  private func draw(inside: Bool, _ stream: inout RandomStream) -> [Int] {
    let lengths = lengths[inside ? 1 : 0]
    return draw(inside: inside, length: lengths[stream.nextInteger(below: lengths.count)], &stream)
  }

  private func draw(inside: Bool, length: Int, _ stream: inout RandomStream) -> [Int] {
    let table = chances[inside ? 1 : 0]
    var text: [Int] = []
    var state = 0
    for place in 0..<length {
      let left = length - place - 1
      let weights = automaton.next[state].map { table[left][$0] }
      var target = stream.nextDouble() * weights.reduce(0, +)
      var symbol = weights.lastIndex { $0 > 0 } ?? 0
      for (candidate, weight) in weights.enumerated() where weight > 0 {
        if target < weight {
          symbol = candidate
          break
        }
        target -= weight
      }
      text.append(symbol)
      state = automaton.next[state][symbol]
    }
    return text
  }

  /// A string outside that one change of a string inside gives; nil when none of a few strings has one.
  private func nearMiss(_ stream: inout RandomStream) -> [Int]? {
    if lengths[1].isEmpty { return nil }
    for _ in 0..<10 {
      let text = draw(inside: true, &stream)
      var wrong: [[Int]] = []
      for place in text.indices {
        for symbol in symbols.indices where symbol != text[place] {
          var changed = text
          changed[place] = symbol
          if !automaton.accepts(changed) { wrong.append(changed) }
        }
      }
      if !wrong.isEmpty { return wrong[stream.nextInteger(below: wrong.count)] }
    }
    return nil
  }

  func make(count: Int, positive: Double, _ stream: inout RandomStream) throws -> Dataset {
    var texts: [String] = []
    var (classes, sizes, states): ([Int64], [Int64], [Int64]) = ([], [], [])
    var near: [Bool] = []
    try Generators.forEachRow(count) { _ in
      let isInside = stream.nextBernoulli(positive)
      let wrong = !isInside && wantsNearMisses ? nearMiss(&stream) : nil
      let text = wrong ?? draw(inside: isInside, &stream)
      texts.append(String(decoding: text.map { symbols[$0] }, as: UTF8.self))
      classes.append(isInside ? 2 : 1)
      sizes.append(Int64(text.count))
      states.append(Int64(automaton.finalState(text) + 1))
      near.append(wrong != nil)
    }
    return try Dataset(checked: [
      Dataset.Column("text", texts), .integers("y", classes, labels: ["outside", "inside"]),
      .integers("length", sizes), .integers("state", states), .booleans("near_miss", near),
    ])
  }
}
