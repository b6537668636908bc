import Basics
import Kernels
import Tensors

extension Generators {
  static let grammar: Generator = Generator(
    "grammar", "Sentences of a probabilistic context-free grammar.",
    columns: [
      ("text", "the words with spaces between"), ("tree", "the derivation: (S (NP the cat) (VP sleeps))"),
      ("rule", "class ids of the first rule's choice, from 1"), ("words", "int64, how many"),
      ("depth", "int64, height of the tree"),
      ("log_probability", "float32, the derivation's, without the limit of depth"),
      ("difficulty", "float32, -log_probability for each word"),
    ],
    options: [
      count(1000),
      OptionSpec(
        "rules", .texts(atLeast: 0), default: .texts([]),
        "such as \"S -> NP VP [0.7] | VP\", weights in brackets; the first symbol begins; a small English when left out"
      ),
      integer("max_depth", 1...1000, default: 12, "the greatest height of a tree"),
      OptionSpec("trees", .boolean, default: .boolean(true), "makes the column tree"),
    ],
    notes: "Where a tree would grow too high, only the choices that can end in time are left, by their weights.",
    source: "Booth and Thompson 1973, Applying Probability Measures to Abstract Languages",
    example:
      "local set = lab.data.grammar{count = 5, rules = {\"S -> a S b | a b [2]\"}, rng = lab.rng(1)}\nprint(set.text, set.depth)"
  ) { settings, stream in
    let given = settings.texts("rules")
    let rules = try GrammarRules(given.isEmpty ? GrammarRules.english : given)
    let limit = settings.integer("max_depth")
    guard rules.leastHeight <= limit else {
      throw Failure(.range, "'max_depth' is \(limit), but the least tree has the height \(rules.leastHeight)")
    }
    return try SentenceWriter(rules, limit: limit).make(
      count: settings.integer("count"), trees: settings.boolean("trees"), &stream)
  }
}

private struct SentenceWriter {
  private let rules: GrammarRules
  private let limit: Int
  /// The most words of one sentence.
  private static let mostWords = 100_000

  init(_ rules: GrammarRules, limit: Int) { (self.rules, self.limit) = (rules, limit) }

  private struct Sentence {
    var words: [String] = []
    var tree = ""
    var depth = 0
    var logProbability = 0.0
    var firstChoice = 0
  }

  private func grow(
    _ symbol: Int, depth: Int, into sentence: inout Sentence, trees: Bool, _ stream: inout RandomStream
  ) throws {
    let choices = rules.expansions[symbol]
    let allowed = choices.indices.filter { depth - 1 + choices[$0].height <= limit }
    var target = stream.nextDouble() * allowed.reduce(0) { $0 + choices[$1].probability }
    var chosen = allowed.last ?? 0
    for choice in allowed {
      if target < choices[choice].probability {
        chosen = choice
        break
      }
      target -= choices[choice].probability
    }
    if depth == 1 { sentence.firstChoice = chosen }
    sentence.depth = max(sentence.depth, depth)
    sentence.logProbability += Double.log(choices[chosen].probability)
    if trees { sentence.tree += "(" + rules.names[symbol] }
    for part in choices[chosen].parts {
      if trees { sentence.tree += " " }
      switch part {
      case .word(let word):
        guard sentence.words.count < Self.mostWords else {
          throw Failure(.range, "a sentence has more than \(Self.mostWords) words; lower 'max_depth'")
        }
        sentence.words.append(word)
        if trees { sentence.tree += word }
      case .symbol(let other): try grow(other, depth: depth + 1, into: &sentence, trees: trees, &stream)
      }
    }
    if trees { sentence.tree += ")" }
  }

  func make(count: Int, trees: Bool, _ stream: inout RandomStream) throws -> Dataset {
    var (texts, treeTexts): ([String], [String]) = ([], [])
    var (choices, words, depths): ([Int64], [Int64], [Int64]) = ([], [], [])
    var (logs, difficulties): ([Float], [Float]) = ([], [])
    var total = 0
    try Generators.forEachRow(count) { _ in
      var sentence = Sentence()
      try grow(0, depth: 1, into: &sentence, trees: trees, &stream)
      total += sentence.words.count
      guard total <= 100_000_000 else {
        throw Failure(.memory, "\(count) sentences have more than 10^8 words; lower 'count' or 'max_depth'")
      }
      texts.append(sentence.words.joined(separator: " "))
      treeTexts.append(sentence.tree)
      choices.append(Int64(sentence.firstChoice + 1))
      words.append(Int64(sentence.words.count))
      depths.append(Int64(sentence.depth))
      logs.append(Float(sentence.logProbability))
      difficulties.append(Float(-sentence.logProbability / Double(sentence.words.count)))
    }
    return try Dataset(
      checked: [Dataset.Column("text", texts)] + (trees ? [Dataset.Column("tree", treeTexts)] : []) + [
        .integers("rule", choices), .integers("words", words), .integers("depth", depths),
        .floats("log_probability", logs), .floats("difficulty", difficulties),
      ])
  }
}
