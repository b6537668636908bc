import Basics
import LuaHost
import Tensors

/// Random numbers in scripts: `lab.randn` and its like, and sources of one's own.
extension Lab {
  func installRandom(_ host: LuaHost) throws {
    installSourceMethods()
    try define(
      Doc(
        "lab.rng", "lab.rng(seed, [name])", chapter: "Random numbers", parameters: ["seed", "name"],
        "A source of random numbers of its own.",
        notes:
          "Pass it as {rng = source} to the functions of this chapter. source:split(name) gives an independent source for each name.",
        example: "local rng = lab.rng(7)\nprint(lab.randn({3}, {rng = rng}))\nprint(rng:split(\"data\"):integer(1, 6))")
    ) { [self] call in
      call.push(
        RandomSource(seed: UInt64(bitPattern: Int64(try call.integer(1))), name: try call.string(2, default: "root")),
        sources)
    }
    try define(
      Doc(
        "lab.manual_seed", "lab.manual_seed(seed)", chapter: "Random numbers", parameters: ["seed"],
        "Starts everything random that is not given a source anew from a seed. Scripts start with 0, trials with their seed.",
        example: "lab.manual_seed(1)\nprint(lab.rand{2})")
    ) { call in
      let seed = UInt64(bitPattern: Int64(try call.integer(1)))
      RandomSource.root = RandomSource(seed: seed)
      call.host.seed(seed)
      return 0
    }
    try defineDraws()
  }

  private func installSourceMethods() {
    sources.method("split", parameters: ["name"]) { [self] call, source in
      let name = call.isNumber(1) ? String(try call.integer(1)) : try call.string(1)
      return call.push(source.child(name), sources)
    }
    sources.method("uniform") { call, source in call.push(source.draw { $0.nextDouble() }) }
    sources.method("normal") { call, source in call.push(source.draw { $0.nextNormal() }) }
    sources.method("integer", parameters: ["lower", "upper"]) { call, source in
      let lower = try call.integer(1)
      let upper = try call.integer(2)
      guard lower <= upper, upper.subtractingReportingOverflow(lower).partialValue < Int.max,
        !upper.subtractingReportingOverflow(lower).overflow
      else {
        throw Failure(.range, "needs lower <= upper, found \(lower) and \(upper)")
      }
      return call.push(lower + source.draw { $0.nextInteger(below: upper - lower + 1) })
    }
    sources.method("shuffle", parameters: ["list"]) { call, source in
      var values = try call.table(1).values()
      source.draw { $0.shuffle(&values) }
      return try call.push(.array(values))
    }
    sources.method("permutation", parameters: ["count"]) { [self] call, source in
      call.push(try source.permutation(try call.count(1)), tensors)
    }
    sources.method("state") { call, source in
      let state = source.state
      return call.push([state.key, state.stream, state.counter].map { Int(Int64(bitPattern: $0)) })
    }
    sources.method("restore", parameters: ["state"]) { call, source in
      let numbers = try call.table(1).integers().map { UInt64(bitPattern: Int64($0)) }
      guard numbers.count == 3 else { throw Failure(.argument, "a state has 3 numbers, found \(numbers.count)") }
      source.state = (numbers[0], numbers[1], numbers[2])
      return call.pushSelf()
    }
    sources.describe { source in "Rng (\(source.state.counter) blocks used)" }
  }

  /// The source given as option `rng`, or the one of a name below the root.
  func source(_ options: Options, _ name: String) throws -> RandomSource {
    try options.object("rng", sources) ?? RandomSource.root.child(name)
  }

  private func defineDraws() throws {
    drawRow("rand", "shape", "Uniform numbers from 0 to below 1.", "print(lab.rand{2, 3})") {
      [self] call, source, dtype in
      try source.uniform(try readShape(call, 1), dtype)
    }
    drawRow("randn", "shape", "Normal numbers with mean 0 and standard deviation 1.", "print(lab.randn{2, 3})") {
      [self] call, source, dtype in
      try source.normal(try readShape(call, 1), dtype)
    }
    drawRow("uniform", "shape, lower, upper", "Uniform numbers between two ends.", "print(lab.uniform({4}, -1, 1))") {
      [self] call, source, dtype in
      try source.uniform(try readShape(call, 1), from: try call.number(2), to: try call.number(3), dtype)
    }
    drawRow(
      "normal", "shape, mean, deviation", "Normal numbers with a mean and a standard deviation.",
      "print(lab.normal({4}, 10, 2))"
    ) { [self] call, source, dtype in
      try source.normal(try readShape(call, 1), mean: try call.number(2), deviation: try call.number(3), dtype)
    }
    drawRow(
      "randint", "shape, lower, upper", "Whole numbers between two ends, both included, as int64.",
      "print(lab.randint({5}, 1, 6))"
    ) { [self] call, source, _ in
      try source.integers(try readShape(call, 1), from: try call.integer(2), to: try call.integer(3))
    }
    drawRow("randperm", "count", "The ids 1 to count in random order, as int64.", "print(lab.randperm(5))") {
      call, source, _ in
      try source.permutation(try call.count(1))
    }
    drawRow("bernoulli", "shape, p", "Ones with probability p, else zeros.", "print(lab.bernoulli({6}, 0.5))") {
      [self] call, source, dtype in
      try source.bernoulli(try readShape(call, 1), probability: try call.number(2), dtype)
    }
    drawRow(
      "multinomial", "weights, count",
      "Ids drawn with probability proportional to the weights; a row of them for each row.",
      "print(lab.multinomial(lab.tensor{0.1, 0.9}, 5, {replacement = true}))", extra: ["replacement"]
    ) { [self] call, source, _ in
      let options = try call.options(3, known: ["replacement", "rng", "dtype"])
      return try source.multinomial(
        try call.object(1, tensors), count: try call.count(2), replacement: try options.boolean("replacement") ?? false)
    }
  }

  /// One function that draws; the options are the last argument.
  private func drawRow(
    _ name: String, _ parameters: String, _ summary: String, _ example: String, extra: [String] = [],
    _ body: @escaping (Call, RandomSource, DType) throws -> Tensor
  ) {
    let names = parameters.split(separator: ",").map { $0.trimmingPrefix(" ") }.map(String.init)
    let doc = Doc(
      "lab." + name, "lab.\(name)(\(parameters), {\((extra + ["dtype", "rng"]).joined(separator: ", "))})",
      chapter: "Random numbers",
      parameters: names + ["options"], summary,
      details: ["{rng}: the source, see lab.rng; the script's own when left out"], example: example)
    try? define(doc) { [self] call in
      try call.atMost(names.count + 1)
      // A dtype alone may stand by itself, as in the functions that make tensors from numbers.
      let isAlone = call.isString(names.count + 1)
      let position = names.count + (isAlone ? 2 : 1)
      let options = try call.options(position, known: ["dtype", "rng"] + extra)
      let dtype =
        isAlone
        ? try readDType(call, names.count + 1, default: .float32)
        : try options.read("dtype") { try self.readDType($0, -1, $1) } ?? .float32
      return call.push(try body(call, try source(options, name), dtype), tensors)
    }
  }
}
