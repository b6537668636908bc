import Basics
import Kernels
import Tensors

extension Generators {
  static let sequences: Generator = Generator(
    "sequences",
    "Sequences and what skills make of them: copies, reversals, sorted ones, and skills one after another.",
    columns: [
      ("text", "question and answer"), ("question", "the skills' letters, the sequence: RS:3142="),
      ("answer", "the sequence after all skills"),
      ("skill", "class ids of the skills in their order, such as reverse+sort"),
      ("skills", "float32 {count, skills}, how often the row uses each of {skills}"),
      ("first, last", "class ids of the first and the last skill, by the order of {skills}"),
      ("depth", "int64, how many skills"), ("length", "int64, symbols of the sequence"),
      ("difficulty", "float32, length times depth"),
    ],
    options: [
      count(1000),
      OptionSpec(
        "skills", .choices(SequenceSkill.all.map(\.name)), default: .texts(["copy", "reverse", "sort"]), "the skills"),
      OptionSpec(
        "weights", .numbers(count: nil, 0...1e6), default: .numbers([]),
        "how likely each skill is, relative to the others; all alike when left out"),
      integer("depth", 1...8, default: 1, "most skills one after another"),
      integer("min_depth", 1...8, default: 1, "fewest skills"),
      integer("symbols", 2...36, default: 10, "how many symbols there are: digits, then lower-case letters"),
      integer("max_length", 1...1000, default: 8, "most symbols in a sequence"),
      integer("min_length", 1...1000, default: 2, "fewest symbols"),
      OptionSpec("repeats", .boolean, default: .boolean(true), "lets a symbol occur twice"),
      OptionSpec("marked", .boolean, default: .boolean(true), "puts the skills' letters in front"),
    ],
    notes: SequenceSkill.all.map { "\($0.letter) \($0.name)" }.joined(separator: ", ")
      + ". rotate moves the first symbol to the end, swap exchanges neighbours in pairs, unique keeps first occurrences.",
    example:
      "local set = lab.data.sequences{count = 100, skills = {\"reverse\", \"sort\"}, depth = 2, rng = lab.rng(1)}\nprint(set.text[1], set:labels(\"skill\"))"
  ) { settings, stream in
    try SequenceProblems(settings).make(count: settings.integer("count"), &stream)
  }
}

private struct SequenceProblems {
  private static let letters = Array("0123456789abcdefghijklmnopqrstuvwxyz".utf8)
  private let skills: [SequenceSkill]
  private let choice: WeightedChoice
  private let depths: ClosedRange<Int>
  private let lengths: ClosedRange<Int>
  private let symbols: Int
  private let repeats: Bool
  private let isMarked: Bool

  init(_ settings: Settings) throws {
    let names = settings.texts("skills")
    skills = names.compactMap { name in SequenceSkill.all.first { $0.name == name } }
    let weights = settings.numbers("weights")
    guard weights.isEmpty || weights.count == names.count else {
      throw Failure(.argument, "'weights' needs a number for each of the \(names.count) skills, found \(weights.count)")
    }
    guard let choice = WeightedChoice(weights: weights.isEmpty ? names.map { _ in 1 } : weights) else {
      throw Failure(.range, "'weights' needs at least one number above 0")
    }
    self.choice = choice
    try Generators.requireOrder(settings, "min_depth", "depth")
    try Generators.requireOrder(settings, "min_length", "max_length")
    depths = settings.integer("min_depth")...settings.integer("depth")
    lengths = settings.integer("min_length")...settings.integer("max_length")
    symbols = settings.integer("symbols")
    repeats = settings.boolean("repeats")
    isMarked = settings.boolean("marked")
    guard repeats || lengths.upperBound <= symbols else {
      throw Failure(
        .range, "'max_length' (\(lengths.upperBound)) must not be above 'symbols' (\(symbols)) without 'repeats'")
    }
  }

  private func sequence(_ stream: inout RandomStream) -> [Int] {
    let length = lengths.lowerBound + stream.nextInteger(below: lengths.count)
    if repeats { return (0..<length).map { _ in stream.nextInteger(below: symbols) } }
    return stream.sample(length, of: symbols) ?? []
  }

  func make(count: Int, _ stream: inout RandomStream) throws -> Dataset {
    try Generators.requireRoom(count, skills.count, what: "column 'skills'")
    var (questions, answers): ([String], [String]) = ([], [])
    var names: [String] = []
    var (first, last, sizes, lengths): ([Int64], [Int64], [Int64], [Int64]) = ([], [], [], [])
    var uses = [Float](repeating: 0, count: count * skills.count)
    var difficulties: [Float] = []
    var buffer = TextBuffer()
    try Generators.forEachRow(count) { row in
      let depth = depths.lowerBound + stream.nextInteger(below: depths.count)
      let chosen = (0..<depth).map { _ in choice.draw(&stream) }
      let source = sequence(&stream)
      let result = chosen.reduce(source) { skills[$1].apply($0, symbols) }
      for skill in chosen {
        uses[row * skills.count + skill] += 1
        if isMarked { buffer.add(skills[skill].letter) }
      }
      if isMarked { buffer.add(UInt8(ascii: ":")) }
      buffer.add(contentsOf: source.map { Self.letters[$0] })
      buffer.add(UInt8(ascii: "="))
      questions.append(buffer.take())
      buffer.add(contentsOf: result.map { Self.letters[$0] })
      answers.append(buffer.take())
      names.append(chosen.map { skills[$0].name }.joined(separator: "+"))
      first.append(Int64(chosen[0] + 1))
      last.append(Int64(chosen[depth - 1] + 1))
      sizes.append(Int64(depth))
      lengths.append(Int64(source.count))
      difficulties.append(Float(source.count * depth))
    }
    let labels = skills.map(\.name)
    return try Dataset(checked: [
      Dataset.Column("text", zip(questions, answers).map { $0 + $1 }), Dataset.Column("question", questions),
      Dataset.Column("answer", answers), Dataset.Column("skill", names),
      Dataset.Column("skills", try Tensor.from(uses, shape: [count, skills.count]), features: labels),
      .integers("first", first, labels: labels), .integers("last", last, labels: labels),
      .integers("depth", sizes), .integers("length", lengths), .floats("difficulty", difficulties),
    ]).labelled("skill")
  }
}
