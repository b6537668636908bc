import Basics

/// A probabilistic context-free grammar, read from rules such as "S -> NP VP [0.7] | VP".
struct GrammarRules {
  /// A word, or the number of a symbol that has rules.
  enum Part {
    case word(String)
    case symbol(Int)
  }

  struct Expansion {
    let parts: [Part]
    let probability: Double
    /// The least height of a tree that it begins: 1 for words alone.
    var height = Int.max
  }

  private(set) var names: [String] = []
  private(set) var expansions: [[Expansion]] = []

  init(_ rules: [String]) throws {
    var sides: [(name: String, right: Substring)] = []
    for (number, rule) in rules.enumerated() {
      guard let arrow = rule.firstRange(of: "->") else {
        throw Failure(.argument, "rule \(number + 1) of 'rules' has no '->': \"\(rule.prefix(60))\"")
      }
      let left = rule[..<arrow.lowerBound].split(whereSeparator: \.isWhitespace)
      guard left.count == 1, let name = left.first.map(String.init) else {
        throw Failure(.argument, "rule \(number + 1) of 'rules' needs one symbol before '->', found \(left.count)")
      }
      sides.append((name, rule[arrow.upperBound...]))
      if !names.contains(name) { names.append(name) }
    }
    var places: [String: Int] = [:]
    for (place, name) in names.enumerated() { places[name] = place }
    var found = [[(parts: [Part], weight: Double)]](repeating: [], count: names.count)
    for (number, side) in sides.enumerated() {
      for choice in side.right.split(separator: "|", omittingEmptySubsequences: false) {
        found[places[side.name] ?? 0].append(try Self.expansion(choice, places, number + 1))
      }
    }
    expansions = found.map { choices in
      let total = choices.reduce(0) { $0 + $1.weight }
      return choices.map { Expansion(parts: $0.parts, probability: $0.weight / total) }
    }
    try measure()
  }

  private static func expansion(
    _ text: Substring, _ places: [String: Int], _ number: Int
  ) throws -> (parts: [Part], weight: Double) {
    var words = text.split(whereSeparator: \.isWhitespace)
    var weight = 1.0
    if let last = words.last, last.hasPrefix("["), last.hasSuffix("]") {
      guard let given = Double(last.dropFirst().dropLast()), given > 0, given < 1e9 else {
        throw Failure(.argument, "rule \(number) of 'rules' has the weight \(last), wanted a number above 0")
      }
      weight = given
      words.removeLast()
    }
    guard !words.isEmpty else { throw Failure(.argument, "rule \(number) of 'rules' has a choice without words") }
    return (words.map { word in places[String(word)].map(Part.symbol) ?? .word(String(word)) }, weight)
  }

  /// Finds the least heights, and symbols that never come to an end.
  private mutating func measure() throws {
    var heights = [Int](repeating: Int.max, count: names.count)
    var changed = true
    while changed {
      changed = false
      for symbol in names.indices {
        for choice in expansions[symbol].indices {
          let below = expansions[symbol][choice].parts.map { part -> Int in
            if case .symbol(let other) = part { heights[other] } else { 0 }
          }
          guard let deepest = below.max(), deepest < Int.max else { continue }
          if deepest + 1 < expansions[symbol][choice].height {
            expansions[symbol][choice].height = deepest + 1
            changed = true
          }
        }
        heights[symbol] = expansions[symbol].map(\.height).min() ?? Int.max
      }
    }
    if let endless = heights.firstIndex(of: Int.max) {
      throw Failure(.argument, "the symbol '\(names[endless])' of 'rules' never comes to words only")
    }
  }

  /// The height of the least tree.
  var leastHeight: Int { expansions.first?.map(\.height).min() ?? 0 }

  /// A small English: agreement in number, relative clauses, verbs with and without objects.
  static let english = [
    "S -> NPS VPS | NPP VPP", "NPS -> DET NS [4] | DET ADJ NS [2] | DET NS that VPS [1]",
    "NPP -> the NP [4] | the ADJ NP [2] | the NP that VPP [1]", "VPS -> IVS | TVS OBJ [2] | IVS ADV",
    "VPP -> IVP | TVP OBJ [2] | IVP ADV", "OBJ -> NPS | NPP", "DET -> the [2] | a",
    "NS -> cat [3] | dog [3] | child [2] | teacher | bird | fox",
    "NP -> cats [3] | dogs [3] | children [2] | teachers | birds",
    "ADJ -> small [3] | old [2] | red | quiet | clever", "ADV -> here [2] | today | slowly | again",
    "IVS -> sleeps [2] | runs [2] | sings | waits", "IVP -> sleep [2] | run [2] | sing | wait",
    "TVS -> sees [3] | likes [2] | follows | helps", "TVP -> see [3] | like [2] | follow | help",
  ]
}
