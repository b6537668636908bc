import Basics
import Kernels
import Tensors

extension Generators {
  static let modular: Generator = Generator(
    "modular", "Calculations with remainders: all pairs of numbers, or some, with the result as a class.",
    columns: [
      ("tokens", "int64 {count, 4}: ids of the left number, the sign, the right number and the equals sign"),
      ("y", "class ids of the results, told by {noise} where it falsifies them; id 1 is the number 0"),
      ("left, right", "the numbers themselves, int64"), ("text, question, answer", "such as 12+34=46"),
      ("wrong", "bool, whether y is false"),
    ],
    options: [
      OptionSpec(
        "count", .integer(0...10_000_000), default: .number(0), "how many pairs at random; 0 for each pair once"),
      integer("modulus", 2...1000, default: 97, "the numbers go from 0 to below it"),
      choice(
        "operation", ["add", "subtract", "multiply", "divide", "square_sum", "quadratic"],
        "x + y, x - y, x y, x / y (y from 1, prime modulus), x^2 + y^2, x^2 + x y + y^2"),
      number("noise", 0...1, default: 0, "share of the results that is false, each false one equally likely"),
    ],
    notes: "Token ids: a number n has n + 1, the sign {modulus} + 1, the equals sign {modulus} + 2.",
    source:
      "Power, Burda, Edwards, Babuschkin and Misra 2022, Grokking: Generalization Beyond Overfitting on Small Algorithmic Datasets",
    example: "local table = lab.data.modular{modulus = 7, operation = \"divide\"}\nprint(#table, table.text[1])"
  ) { settings, stream in
    try ModularTable(settings).make(count: settings.integer("count"), noise: settings.number("noise"), &stream)
  }
}

private struct ModularTable {
  private let modulus: Int
  private let operation: String

  init(_ settings: Settings) throws {
    modulus = settings.integer("modulus")
    operation = settings.text("operation")
    let modulus = modulus
    if operation == "divide", modulus > 3, let divisor = (2..<modulus).first(where: { modulus % $0 == 0 }) {
      throw Failure(
        .range, "'operation' \"divide\" needs a prime 'modulus', but \(modulus) is divisible by \(divisor)")
    }
  }

  private var firstRight: Int { operation == "divide" ? 1 : 0 }

  private var sign: String {
    switch operation {
    case "add": "+"
    case "subtract": "-"
    case "multiply": "*"
    case "divide": "/"
    case "square_sum": "#"
    default: "?"
    }
  }

  private func result(_ x: Int, _ y: Int) -> Int {
    switch operation {
    case "add": (x + y) % modulus
    case "subtract": (x - y + modulus) % modulus
    case "multiply": x * y % modulus
    case "divide": x * inverse(y) % modulus
    case "square_sum": (x * x + y * y) % modulus
    default: (x * x + x * y + y * y) % modulus
    }
  }

  /// By Fermat's little theorem: y^(p - 2).
  private func inverse(_ y: Int) -> Int {
    var (power, base, result) = (modulus - 2, y, 1)
    while power > 0 {
      if power & 1 == 1 { result = result * base % modulus }
      base = base * base % modulus
      power >>= 1
    }
    return result % modulus
  }

  func make(count: Int, noise: Double, _ stream: inout RandomStream) throws -> Dataset {
    let rights = modulus - firstRight
    let rows = count == 0 ? modulus * rights : count
    var noiseStream = stream.split("noise")
    var tokens: [Int64] = []
    var (y, left, right): ([Int64], [Int64], [Int64]) = ([], [], [])
    var wrong: [Bool] = []
    var (questions, answers): ([String], [String]) = ([], [])
    try Generators.forEachRow(rows) { row in
      let pair = count == 0 ? row : stream.nextInteger(below: modulus * rights)
      let (a, b) = (pair / rights, pair % rights + firstRight)
      var c = result(a, b)
      let isWrong = noise > 0 && noiseStream.nextBernoulli(noise)
      if isWrong { c = (c + 1 + noiseStream.nextInteger(below: modulus - 1)) % modulus }
      tokens += [Int64(a + 1), Int64(modulus + 1), Int64(b + 1), Int64(modulus + 2)]
      y.append(Int64(c + 1))
      left.append(Int64(a))
      right.append(Int64(b))
      wrong.append(isWrong)
      questions.append("\(a)\(sign)\(b)=")
      answers.append(String(c))
    }
    return try Dataset(checked: [
      .integers("tokens", tokens, width: 4), .integers("y", y, labels: (0..<modulus).map(String.init)),
      .integers("left", left), .integers("right", right),
      Dataset.Column("text", zip(questions, answers).map { $0 + $1 }),
      Dataset.Column("question", questions), Dataset.Column("answer", answers), .booleans("wrong", wrong),
    ])
  }
}
