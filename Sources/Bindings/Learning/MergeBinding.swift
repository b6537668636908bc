import Basics
import Learn
import LuaHost
import Tensors

/// `lab.merge` and `lab.prune` in scripts: a function for each row of merge methods, and masks by magnitude.
extension Lab {
  func defineMerging() throws {
    let home = try subtable("merge", of: table)
    for method in MergeMethods.all {
      docs.add(Doc(method))
      let parameters = ["weights"] + (method.companion == nil ? [] : ["companions"]) + ["options"]
      try home.define(method.name, parameters: parameters) { [self] call in try merge(method, call) }
    }
    try define(
      Doc(
        "lab.merge.agreement", "lab.merge.agreement(vectors, {share = 1})", chapter: "Merging weights",
        parameters: ["vectors", "options"],
        "Ones where all task vectors (or the given share of them) changed a weight in the same direction, else zeros.",
        source: "Kim, Han and Choe 2025, NegMerge: Sign-Consensual Weight Merging for Machine Unlearning",
        example:
          "local w = lab.nn.Linear(2, 2):weights()\nprint(lab.merge.agreement{w, w * 2}:norm(), lab.merge.agreement{w, -w}:norm())"
      )
    ) { [self] call in
      let options = try call.options(2, known: ["share"])
      return push(try MergeMethods.agreement(try weightsList(call, 1), share: try options.number("share") ?? 1), call)
    }
    try definePruning()
  }

  private func merge(_ method: MergeMethod, _ call: Call) throws -> Int {
    let last = method.companion == nil ? 2 : 3
    try call.atMost(last)
    let list = try weightsList(call, 1)
    let companions = method.companion == nil ? [] : try weightsList(call, 2)
    let own = ["base", "rng"]
    let given = try OptimizerBinding.settings(
      call.stack, call.index(last), call.argumentName(last), except: Set(own))
    var known = own
    if method.kind != .vectors { known.removeFirst() }
    if !method.draws { known.removeLast() }
    let options = try call.options(last, known: method.options.map(\.name) + known)
    let source = method.draws ? try options.object("rng", sources) ?? RandomSource.root.child(method.name) : nil
    let base = method.kind == .vectors ? try options.object("base", weights)?.weights : nil
    return push(try method(list, base: base, companions: companions, given, source: source), call)
  }

  private func weightsList(_ call: Call, _ position: Int) throws -> [Weights] {
    guard call.isTable(position) else { throw call.mismatch(position, wanted: "a table of Weights") }
    return try call.table(position).objects(weights).map { try $0.weights }
  }

  private func definePruning() throws {
    try define(
      Doc(
        "lab.prune.magnitude", "lab.prune.magnitude(weights, {keep, scope = \"whole\"})", chapter: "Masks",
        parameters: ["weights", "options"],
        "A mask with ones at the largest weights and zeros elsewhere; of equal ones the first are kept.",
        details: [
          "{keep}: the share that is kept",
          "{scope}: \"whole\" ranks all weights together, \"tensor\" those of each tensor",
        ],
        notes: "The mask is itself weights: w * mask prunes, net:sparsify(mask) keeps the net pruned while it trains.",
        source: "Han et al. 2015, Learning both Weights and Connections for Efficient Neural Networks",
        example: "local w = lab.nn.Linear(4, 4):weights()\nprint(lab.prune.magnitude(w, {keep = 0.5}).weight)")
    ) { [self] call in
      let options = try call.options(2, known: ["keep", "scope"])
      let keep = try options.required("keep") { try $0.number(at: -1, $1) }
      let scope = try options.choice("scope", Magnitude.Scope.allCases.map(\.rawValue)).flatMap(Magnitude.Scope.init)
      return push(
        try Magnitude.mask(try call.object(1, weights).weights, keep: keep, scope: scope ?? .whole), call)
    }
    try define(
      Doc(
        "lab.prune.random", "lab.prune.random(weights, {keep, scope = \"whole\", rng})", chapter: "Masks",
        parameters: ["weights", "options"],
        "A mask with ones at as many weights as lab.prune.magnitude keeps, drawn blindly: the control of any mask.",
        details: ["{keep}: the share that is kept", "{scope}: \"whole\" or \"tensor\"", "{rng}: the source"],
        example: "local w = lab.nn.Linear(4, 4):weights()\nprint(lab.prune.random(w, {keep = 0.25}).weight:sum())")
    ) { [self] call in
      let options = try call.options(2, known: ["keep", "scope", "rng"])
      let keep = try options.required("keep") { try $0.number(at: -1, $1) }
      let scope = try options.choice("scope", Magnitude.Scope.allCases.map(\.rawValue)).flatMap(Magnitude.Scope.init)
      let source = try options.object("rng", sources) ?? RandomSource.root.child("prune")
      let noise = try call.object(1, weights).weights.map { _, tensor in
        try source.uniform(tensor.shape, .float64).converted(to: tensor.dtype.isFloating ? tensor.dtype : .float32)
      }
      return push(try Magnitude.mask(noise, keep: keep, scope: scope ?? .whole), call)
    }
  }

  /// Private functions that the Lua parts of the library use for masks and grafts.
  func defineCoreForMasks(_ core: LuaReference) throws {
    try core.define("hold") { [tensors] call in
      let mask = call.isNil(2) ? nil : try call.object(2, tensors)
      try SparseMasks.hold(try call.object(1, tensors), mask, try call.boolean(3) ? .frozen : .zero)
      return 0
    }
    try core.define("held") { [self] call in
      guard let (mask, rule) = SparseMasks.mask(of: try call.object(1, tensors)) else { return call.pushNil() }
      call.push(mask, tensors)
      call.push(rule == .frozen)
      return 2
    }
    try core.define("is_weights") { [weights] call in call.push(call.isObject(1, weights)) }
    try core.define("data_kind") { [data] call in
      if call.isObject(1, data.datasets) { return call.push("dataset") }
      if call.isObject(1, data.orderings) { return call.push("ordering") }
      return call.pushNil()
    }
    try core.define("enforce_mask") { [tensors] call in
      try SparseMasks.enforce(try call.object(1, tensors))
      return 0
    }
  }
}

extension Doc {
  /// The documentation of a merge method, from its row.
  init(_ method: MergeMethod) {
    var shown = method.options.map { $0.name + ($0.fallback.map { " = \($0)" } ?? "") }
    if method.kind == .vectors { shown.append("base") }
    if method.draws { shown.append("rng") }
    let list = method.kind == .vectors ? "vectors" : "models"
    let companions = method.companion == nil ? "" : "companions, "
    var details = method.options.map { "{\($0.name)}: \($0.summary), \($0.bounds)" }
    if method.kind == .vectors {
      details.append(
        "{base}: weights that make the list models: what is merged are their differences from it, and it is added")
    }
    if method.draws { details.append("{rng}: the source of random numbers") }
    if let companion = method.companion { details.insert("companions: a \(companion) for each, as weights", at: 0) }
    let beside = method.companion == nil ? "" : "{a * a, b * b}, "
    self.init(
      "lab.merge." + method.name, "lab.merge.\(method.name)(\(list), \(companions){\(shown.joined(separator: ", "))})",
      chapter: "Merging weights", method.summary, details: details, formula: method.formula,
      notes: method.notes, source: method.source,
      example:
        "local a, b = lab.nn.Linear(2, 2):weights(), lab.nn.Linear(2, 2):weights()\nprint(lab.merge.\(method.name)({a, b}, \(beside){\(method.exampleOptions)}))"
    )
  }
}
