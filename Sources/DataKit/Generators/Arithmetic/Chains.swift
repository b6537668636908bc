import Basics
import Kernels
import Tensors

extension Generators {
  static let chains: Generator = Generator(
    "chains", "Chains of calculations with remainders, worked step by step, with attempts that go wrong at some step.",
    columns: [
      ("text", "question, steps and answer"), ("question", "such as 3+4*2=, worked from left to right"),
      ("steps", "the right steps, such as 3+4=7;7*2=4;"), ("answer", "the right result"),
      ("attempt", "steps with, in a share {wrong} of the rows, one wrong step and its consequences"),
      ("attempt_answer", "the attempt's result"),
      ("first_wrong", "int64, the attempt's wrong step, 0 for none"),
      ("attempt_right", "bool, whether the attempt's result is right, by luck perhaps"),
      ("critique", "\"right\", or the first wrong step's number with the right steps from there on"),
      ("terms", "int64, how many numbers there are"), ("difficulty", "float32, steps, each product counting twice"),
    ],
    options: [
      count(1000), integer("terms", 2...100, default: 4, "most numbers in a chain"),
      integer("min_terms", 0...100, default: 0, "fewest numbers; 0 for always as many as {terms}"),
      integer("modulus", 2...1000, default: 10, "numbers go from 0 to below it"),
      OptionSpec(
        "operations", .choices(["add", "subtract", "multiply", "quasigroup"]),
        default: .texts(["add", "subtract", "multiply"]), "what steps do, each equally likely"),
      number("wrong", 0...1, default: 0.5, "share of the attempts that have a wrong step"),
    ],
    notes:
      "Every step takes the remainder. \"quasigroup\" (@) is p(q(x) + r(y)) with permutations p, q, r drawn once for the data set: a table that has each result once in each row and column.",
    source:
      "The settings of Wang, Yue and Chen 2025, Critique Fine-Tuning; Setlur et al. 2024, RL on Incorrect Synthetic Data Scales the Efficiency of LLM Math Reasoning by Eight-Fold",
    example:
      "local chains = lab.data.chains{count = 10, terms = 4, rng = lab.rng(1)}\nprint(chains[1].text, chains[1].critique)"
  ) { settings, stream in
    try ChainProblems(settings, stream.split("table")).make(
      count: settings.integer("count"), wrong: settings.number("wrong"), &stream)
  }
}

private struct ChainProblems {
  private let least: Int
  private let most: Int
  private let modulus: Int
  private let operations: [String]
  /// Three permutations that make a quasigroup.
  private let permutations: [[Int]]

  init(_ settings: Settings, _ stream: RandomStream) throws {
    var stream = stream
    most = settings.integer("terms")
    least = settings.integer("min_terms") == 0 ? most : settings.integer("min_terms")
    guard least >= 2, least <= most else {
      throw Failure(.range, "'min_terms' must be from 2 to 'terms' (\(most)), found \(least)")
    }
    modulus = settings.integer("modulus")
    operations = settings.texts("operations")
    let size = modulus
    permutations = (0..<3).map { _ in stream.permutation(size) }
  }

  private func sign(_ operation: Int) -> String {
    switch operations[operation] {
    case "add": "+"
    case "subtract": "-"
    case "multiply": "*"
    default: "@"
    }
  }

  private func result(_ x: Int, _ operation: Int, _ y: Int) -> Int {
    switch operations[operation] {
    case "add": (x + y) % modulus
    case "subtract": (x - y + modulus) % modulus
    case "multiply": x * y % modulus
    default: permutations[0][(permutations[1][x] + permutations[2][y]) % modulus]
    }
  }

  /// The steps from a value on; step `wrongStep` (from 0) is off by `error`.
  private func work(
    from start: Int, _ chosen: ArraySlice<Int>, _ terms: ArraySlice<Int>, wrongStep: Int? = nil, error: Int = 0
  ) -> (steps: String, result: Int) {
    var value = start
    var steps = ""
    for (place, (operation, term)) in zip(chosen, terms).enumerated() {
      var next = result(value, operation, term)
      if place == wrongStep { next = (next + error) % modulus }
      steps += "\(value)\(sign(operation))\(term)=\(next);"
      value = next
    }
    return (steps, value)
  }

  func make(count: Int, wrong: Double, _ stream: inout RandomStream) throws -> Dataset {
    var mistakes = stream.split("mistakes")
    var texts = [[String]](repeating: [], count: 7)
    var (firstWrong, sizes): ([Int64], [Int64]) = ([], [])
    var isRight: [Bool] = []
    var difficulties: [Float] = []
    try Generators.forEachRow(count) { _ in
      let size = least + stream.nextInteger(below: most - least + 1)
      let terms = (0..<size).map { _ in stream.nextInteger(below: modulus) }
      let chosen = (1..<size).map { _ in stream.nextInteger(below: operations.count) }
      let question = "\(terms[0])" + zip(chosen, terms[1...]).map { sign($0) + String($1) }.joined() + "="
      let right = work(from: terms[0], chosen[...], terms[1...])
      var (attempt, critique, step) = (right, "right", 0)
      if mistakes.nextBernoulli(wrong) {
        let place = mistakes.nextInteger(below: size - 1)
        let error = 1 + mistakes.nextInteger(below: modulus - 1)
        attempt = work(from: terms[0], chosen[...], terms[1...], wrongStep: place, error: error)
        step = place + 1
        let before = work(from: terms[0], chosen[..<place], terms[1..<step]).result
        let rest = work(from: before, chosen[place...], terms[step...])
        critique = "step \(step): \(rest.steps)\(rest.result)"
      }
      let row = [
        question + right.steps + String(right.result), question, right.steps, String(right.result), attempt.steps,
        String(attempt.result), critique,
      ]
      for (column, text) in row.enumerated() { texts[column].append(text) }
      firstWrong.append(Int64(step))
      sizes.append(Int64(size))
      isRight.append(attempt.result == right.result)
      difficulties.append(Float(size - 1 + chosen.count { operations[$0] == "multiply" }))
    }
    let names = ["text", "question", "steps", "answer", "attempt", "attempt_answer", "critique"]
    return try Dataset(
      checked: zip(names, texts).map { Dataset.Column($0, $1) } + [
        .integers("first_wrong", firstWrong), .booleans("attempt_right", isRight), .integers("terms", sizes),
        .floats("difficulty", difficulties),
      ])
  }
}
