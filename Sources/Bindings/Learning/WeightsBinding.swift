import Autodiff
import Basics
import Learn
import LuaHost
import Tensors

/// Weights, a value in Swift, as an object that scripts hold; computed when it is first asked for a number.
public final class WeightsBox {
  public let expression: WeightsExpression
  /// The weights, computed now unless they were.
  public var weights: Weights { get throws { try expression.weights } }

  public init(_ expression: WeightsExpression) { self.expression = expression }
  public convenience init(_ weights: Weights) { self.init(WeightsExpression(weights)) }
}

/// Weights in scripts: ordered names -> tensors, with arithmetic.
extension Lab {
  func installWeights(_ host: LuaHost) throws {
    installWeightOperators()
    installWeightMethods()
    try defineWeightFiles()
  }

  func push(_ weights: Weights, _ call: Call) -> Int { call.push(WeightsBox(weights), self.weights) }

  private func push(_ expression: WeightsExpression, _ call: Call) -> Int {
    call.push(WeightsBox(expression), self.weights)
  }

  private func installWeightOperators() {
    operators(.add, { try $0 + $1 }, { try $0 + $1 }, { try $0 + $1 })
    operators(.subtract, { try $0 - $1 }, { try $0 - $1 }, { try $0 - $1 })
    operators(.multiply, { try $0 * $1 }, { try $0 * $1 }, { try $0 * $1 })
    operators(.divide, { try $0 / $1 }, { try $0 / $1 }, { try $0 / $1 })
    weights.on(.negate) { [self] call in push(try -call.object(1, weights).expression, call) }
    weights.on(.length) { [weights] call in call.push(try call.object(1, weights).expression.outline.count) }
    weights.on(.equal) { _ in
      throw Failure(.argument, "Lua's comparison cannot compare weights; use (a - b):norm() == 0")
    }
  }

  private func operators(
    _ event: Metamethod, _ both: @escaping (WeightsExpression, WeightsExpression) throws -> WeightsExpression,
    _ right: @escaping (WeightsExpression, Double) throws -> WeightsExpression,
    _ left: @escaping (Double, WeightsExpression) throws -> WeightsExpression
  ) {
    weights.on(event) { [self] call in
      switch (call.objectIfAny(1, weights), call.objectIfAny(2, weights)) {
      case (let a?, let b?): return push(try both(a.expression, b.expression), call)
      case (let a?, nil): return push(try right(a.expression, try call.number(2)), call)
      case (nil, let b?): return push(try left(try call.number(1), b.expression), call)
      case (nil, nil): throw call.mismatch(1, wanted: "Weights or a number")
      }
    }
  }

  private func installWeightMethods() {
    weights.describe { box in
      let weights = box.expression.outline
      let lines = weights.entries.prefix(20).map { "  \($0.name)  \($0.tensor.dtype.name) \($0.tensor.shape)" }
      let more = weights.count > 20 ? ["  ... \(weights.count - 20) more"] : []
      return (["Weights: \(Lab.grouped(weights.elementCount)) numbers in \(weights.count) tensors"] + lines + more)
        .joined(separator: "\n")
    }
    weights.index { [self] call, box in
      guard call.isString(1) else { return nil }
      return try box.weights[try call.string(1)].map { call.push($0, tensors) }
    }
    weights.method("get", parameters: ["name"]) { [self] call, box in
      call.push(try box.weights.tensor(try call.string(1)), tensors)
    }
    weights.method("names") { call, box in call.push(box.expression.outline.names) }
    weights.method("numel") { call, box in call.push(box.expression.outline.elementCount) }
    weights.method("norm") { call, box in call.push(try box.weights.norm()) }
    weights.method("dot", parameters: ["other"]) { [weights] call, box in
      call.push(try box.weights.dot(try call.object(1, weights).weights))
    }
    weights.method("cos", parameters: ["other"]) { [weights] call, box in
      call.push(try box.weights.cosine(try call.object(1, weights).weights))
    }
    weights.method("zeros_like") { [self] call, box in push(try box.expression.outline.zerosLike(), call) }
    weights.method("flatten") { [self] call, box in call.push(try box.weights.flatten(), tensors) }
    weights.method("unflatten", parameters: ["vector"]) { [self] call, box in
      push(try box.weights.unflatten(try call.object(1, tensors)), call)
    }
    weights.method("select", parameters: ["pattern"]) { [self] call, box in
      let patterns = try (1...max(1, call.count)).map { try call.string($0) }
      return push(try box.weights.select(patterns), call)
    }
    weights.method("map", parameters: ["f"]) { [self] call, box in
      let f = try call.function(1)
      let mapped = try box.weights.map { name, tensor in
        guard case .object(let made as Tensor, _)? = try f.call(.string(name), value(tensor)).first else {
          throw Failure(.argument, "the function must return a Tensor for '\(name)'")
        }
        return made.detached()
      }
      return push(mapped, call)
    }
    weights.on(.pairs) { [self] call in
      let entries = try call.object(1, weights).weights.entries
      var next = 0
      call.push(
        .init("next weight") { [self] call in
          guard next < entries.count else { return call.pushNil() }
          defer { next += 1 }
          call.push(entries[next].name)
          call.push(entries[next].tensor, tensors)
          return 2
        })
      return 1
    }
    documentWeights()
  }

  private func documentWeights() {
    let make = "local w = lab.nn.Linear(2, 2):weights()\n"
    let rows: [(String, String, String, String)] = [
      (
        "arithmetic", "a + b, a - b, a * b, a / b, -a",
        "Arithmetic by name; the other side may be a number. It is done when a tensor or a number of the result is first asked "
          + "for, a whole expression in one pass.",
        "local half = w * 0.5\nprint((w - half - half):norm())"
      ),
      ("get", "w:get(name)", "The tensor of a name, also as w[name].", "print(w:get(\"bias\").shape)"),
      ("names", "w:names()", "All names in their order.", "print(w:names())"),
      ("norm", "w:norm()", "The Euclidean norm of all numbers as one vector.", "print((w * 0):norm())"),
      ("dot", "w:dot(other)", "The inner product of all numbers as vectors.", "print(w:dot(w * 0))"),
      (
        "cos", "w:cos(other)", "The cosine of the angle between two weights as vectors.",
        "print(string.format(\"%.3f\", w:cos(w)))"
      ),
      (
        "map", "w:map(f)", "New weights from f(name, tensor) for each entry.",
        "print(w:map(function(name, t) return t:abs() end):names())"
      ),
      (
        "select", "w:select(pattern, ...)",
        "The entries whose names match a pattern; * stands for one part of a path, ** for any.",
        "print(w:select(\"*eight\"):names())"
      ),
      ("flatten", "w:flatten()", "All numbers as one vector.", "print(w:flatten().shape)"),
      (
        "unflatten", "w:unflatten(vector)", "The vector's numbers under the names and shapes of w.",
        "print(w:unflatten(w:flatten()):names())"
      ),
      ("zeros_like", "w:zeros_like()", "Zeros under the same names and shapes.", "print(w:zeros_like():norm())"),
    ]
    for (name, signature, summary, example) in rows {
      docs.add(Doc("Weights." + name, signature, chapter: "Weights", summary, example: make + example))
    }
  }

  private func defineWeightFiles() throws {
    try define(
      Doc(
        "lab.save", "lab.save(path, weights, [metadata])", chapter: "Weights",
        parameters: ["path", "weights", "metadata"],
        "Writes weights to a safetensors file; an existing file is replaced only when the new one is complete.",
        example:
          "lab.save(\"linear.safetensors\", lab.nn.Linear(2, 2):weights())\nprint(lab.load(\"linear.safetensors\"):names())"
      )
    ) { [self] call in
      let metadata =
        call.isNil(3) ? [] : try call.table(3).fields().map { (key: $0.name, value: $0.value.string ?? "") }
      try Safetensors.write(try call.object(2, weights).weights, metadata: metadata, to: try call.string(1))
      return 0
    }
    try define(
      Doc(
        "lab.load", "lab.load(path)", chapter: "Weights", parameters: ["path"],
        "Reads weights from a safetensors file. A file that is damaged or lies about its sizes is refused with the reason.",
        example:
          "lab.save(\"linear.safetensors\", lab.nn.Linear(2, 2):weights())\nprint(lab.load(\"linear.safetensors\"))"
      )
    ) { [self] call in push(try Safetensors.read(try call.string(1)).weights, call) }
  }

  /// Private functions that the Lua parts of the library use to learn.
  func defineCoreForLearning(_ core: LuaReference) throws {
    guard let host = core.owner else { return }
    let optimizers = try OptimizerBinding(self, in: host)
    try core.define("optimizer_kinds") { call in call.push(Optimizers.all.map(\.name)) }
    try core.set("optimizer", .function(NativeFunction("") { call in try optimizers.make(call) }))
    for kind in Optimizers.all { docs.add(Doc(kind)) }
    try defineInitialisers()
    try defineSchedules()
    try defineMerging()
    try defineCoreForMasks(core)
    try core.define("weights") { [self] call in
      let names = try call.table(1).strings()
      let list = try call.table(2).objects(tensors)
      return push(try Weights(Array(zip(names, list))), call)
    }
    try core.set(
      "require_same_weights",
      .function(
        NativeFunction("load", parameters: ["weights", "the module's own"]) { [weights] call in
          let given = try call.object(1, weights).weights
          try call.object(2, weights).weights.requireSame(given)
          return 0
        }))
    try core.define("name_matches") { call in call.push(try NamePattern(try call.string(1)).matches(try call.string(2)))
    }
    try core.define("dropout_mask") { [self] call in
      let x = try call.object(1, tensors)
      let p = try call.number(2)
      return call.push(
        try RandomSource.root.child("dropout").mask(x.shape, probability: 1 - p, value: 1 / (1 - p), x.dtype), tensors)
    }
    try core.set(
      "clip",
      .function(
        NativeFunction("clip") { [tensors] call in
          let list = try call.table(1).objects(tensors)
          let options = try call.options(2, known: ["norm", "value"])
          if let limit = try options.number("value") { try Clip.values(list, limit: limit) }
          let limit = try options.number("norm")
          guard limit != nil || options.has("value") else {
            throw Failure(.argument, "needs {norm = limit} or {value = limit}")
          }
          return call.push(try Clip.norm(list, limit: limit ?? .greatestFiniteMagnitude).norm)
        }))
    try defineAverage(core, host)
  }

  private func defineAverage(_ core: LuaReference, _ host: LuaHost) throws {
    let averages = try HostType<WeightAverage>("WeightAverage", in: host)
    averages.method("update") { call, average in
      try average.update()
      return call.pushSelf()
    }
    averages.method("weights") { [self] call, average in push(try average.weights(), call) }
    averages.describe { "WeightAverage {decay = \($0.decay)} after \($0.updates) updates" }
    try core.set(
      "average",
      .function(
        NativeFunction("average") { [tensors] call in
          let names = try call.table(1).strings()
          let list = try call.table(2).objects(tensors)
          let options = try call.options(3, known: ["decay", "warm_up"])
          return call.push(
            try WeightAverage(
              Array(zip(names, list)), decay: try options.number("decay") ?? 0.999,
              warmsUp: try options.boolean("warm_up") ?? false), averages)
        }))
  }
}

extension Doc {
  /// The documentation of an optimizer, from its row.
  init(_ kind: OptimizerKind) {
    let own = kind.options.prefix(kind.ownOptions)
    let options = own.map { "\($0.name) = \($0.fallback.map(\.description) ?? "?")" }.joined(separator: ", ")
    let shared = kind.options.dropFirst(kind.ownOptions).map(\.name)
    let needsFunction = kind.makeSolver != nil
    let use =
      needsFunction
      ? "parameters: a module or a table of tensors. minimize(function() return loss end) evaluates the loss as often as it needs to"
      : "parameters: a module, a table of tensors, or a table of groups {params = ..., lr = ...}. step() changes them, zero_grad() forgets "
        + "gradients, minimize(loss, {clip = 1}) does a whole step, minimize(loss, {every = 4}) one for every four losses"
    let loss = "(w ^ 2):sum()"
    self.init(
      "lab.optim." + kind.name, "lab.optim.\(kind.name)(parameters, {\(options)})", chapter: "Optimizers", kind.summary,
      details: own.map { "{\($0.name)}: \($0.summary), \($0.bounds)" }, formula: kind.formula,
      notes: use + "; lr can be set; state() and load(state) save and restore exactly."
        + (shared.isEmpty
          ? "" : " All such optimizers also take " + shared.joined(separator: ", ") + ": see lab.optim."),
      source: kind.source,
      example:
        "local w = lab.tensor{1, -2}:requires_grad_()\nlocal opt = lab.optim.\(kind.name)({w}, {lr = 0.1})\n"
        + "for step = 1, 3 do opt:minimize(\(needsFunction ? "function() return \(loss) end" : loss)) end\nprint(w, opt)"
    )
  }
}
