import Basics
import DataKit
import LuaHost

/// `lab.pace`: how large a part of the rows is available at each moment of training.
extension Lab {
  func installPaces() throws {
    data.paces.describe { "pace: \($0.pacing)" }
    method(
      data.paces,
      Doc(
        "Pace.at", "pace:at(step, {epoch, progress})", chapter: "Data", parameters: ["step", "options"],
        "The available fraction of the rows at a step.",
        details: [
          "{epoch}: counts from 1, 1 when left out",
          "{progress}: the part of the training that is over, 0 when left out",
        ],
        example: "print(lab.pace.linear(0.2, 1, 100):at(51))")
    ) { call, box in
      let step = try call.integer(1)
      let options = try call.options(2, known: ["epoch", "progress"])
      let epoch = try options.integer("epoch") ?? 1
      guard step >= 1, epoch >= 1 else {
        throw Failure(.range, "steps and epochs count from 1, found \(step) and \(epoch)")
      }
      return call.push(
        try box.pacing.fraction(
          at: TrainingMoment(step: step, epoch: epoch, progress: try options.number("progress") ?? 0)))
    }
    try defineCurves()
    try defineOtherPaces()
  }

  private func defineCurves() throws {
    try curve("linear", "Goes from one fraction of the rows to another at constant speed.") { from, to, span, _ in
      try .linear(from: from, to: to, over: span)
    }
    try curve("exponential", "Goes from one fraction of the rows to another by equal factors.") { from, to, span, _ in
      try .exponential(from: from, to: to, over: span)
    }
    try curve(
      "root", "Goes from one fraction of the rows to another, fast at first: the p-th root of a straight line.",
      extra: ["p"], source: "Platanios et al. 2019, Competence-based Curriculum Learning for Neural Machine Translation"
    ) { from, to, span, options in try .root(try options.number("p") ?? 2, from: from, to: to, over: span) }
  }

  private func curve(
    _ name: String, _ summary: String, extra: [String] = [], source: String? = nil,
    _ make: @escaping (Double, Double, PacingSpan, Options) throws -> Pacing
  ) throws {
    let details =
      [
        "to: 1 when left out",
        "span: a number of steps, or {steps = n} or {epochs = n}; the whole training when left out",
      ]
      + (extra.isEmpty ? [] : ["{p}: the root, 2 when left out"])
    try define(
      Doc(
        "lab.pace." + name, "lab.pace.\(name)(from, [to], [span])", chapter: "Data",
        parameters: ["from", "to", "span"], summary,
        details: details, source: source, example: "print(lab.pace.\(name)(0.2, 1.0, 500):at(100))")
    ) { [data] call in
      try call.atMost(3)
      var span = PacingSpan.run
      let options = try call.options(call.isNumber(3) ? 4 : 3, known: ["steps", "epochs"] + extra)
      if call.isNumber(3) { span = .steps(try call.integer(3)) }
      if let steps = try options.integer("steps") { span = .steps(steps) }
      if let epochs = try options.integer("epochs") {
        guard !options.has("steps") else { throw Failure(.argument, "takes 'steps' or 'epochs', not both") }
        span = .epochs(epochs)
      }
      return call.push(PaceBox(try make(try call.number(1), try call.number(2, default: 1), span, options)), data.paces)
    }
  }

  private func defineOtherPaces() throws {
    try pace("constant", "fraction", "The same fraction of the rows always.", "lab.pace.constant(0.5)") { call in
      try .constant(try call.number(1))
    }
    try pace(
      "step", "stairs", "A staircase: each fraction holds from its step until the next one's.",
      "lab.pace.step{ {1, 0.2}, {100, 0.5}, {300, 1} }"
    ) { call in
      try .step(
        try call.table(1).map { stack, position in
          let pair = try stack.table(at: -1, "entry \(position) of argument 1 (stairs)")
          guard pair.count == 2 else {
            throw Failure(.argument, "entry \(position) must be a pair {step, fraction}, but has \(pair.count) entries")
          }
          return (
            try pair.item(1) { try $0.integer(at: -1, pair.entryName(1)) },
            try pair.item(2) { try $0.number(at: -1, pair.entryName(2)) }
          )
        })
    }
    try pace(
      "cycle", "{from, to, factor}",
      "Up and down by epochs: each epoch's fraction is the last one's times the factor, then divided by it.",
      "lab.pace.cycle{ from = 0.25, to = 1, factor = 2 }",
      source: "Kesgin and Amasyali 2022, Cyclical Curriculum Learning"
    ) { call in
      let options = try call.options(1, known: ["from", "to", "factor"])
      return try .cycle(
        from: try options.required("from") { try $0.number(at: -1, $1) }, to: try options.number("to") ?? 1,
        factor: try options.number("factor") ?? 2)
    }
    try pace(
      "custom", "f, name", "A function of the step (from 1) that gives the fraction; it must depend on nothing else.",
      "lab.pace.custom(function(step) return math.min(1, 0.2 + step / 1000) end)"
    ) { call in
      let function = try call.function(1)
      return try .custom(try call.string(2, default: "a function")) { step in
        let result = try function.call(.integer(step)).first ?? .nil
        if let number = result.number { return number }
        throw Failure(
          .argument,
          "the pace's function must return a number, but returned \(result.described(on: try function.stack())) for step \(step)"
        )
      }
    }
  }

  private func pace(
    _ name: String, _ parameters: String, _ summary: String, _ example: String, source: String? = nil,
    _ make: @escaping (Call) throws -> Pacing
  ) throws {
    let isTable = parameters.hasPrefix("{")
    let doc = Doc(
      "lab.pace." + name, isTable ? "lab.pace.\(name)\(parameters)" : "lab.pace.\(name)(\(parameters))",
      chapter: "Data",
      parameters: isTable
        ? ["options"] : parameters.split(separator: ",").map { $0.trimmingPrefix(" ") }.map(String.init),
      summary, source: source, example: "print(\(example):at(1))")
    try define(doc) { [data] call in call.push(PaceBox(try make(call)), data.paces) }
  }
}
