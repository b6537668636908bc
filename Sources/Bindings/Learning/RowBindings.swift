import Autodiff
import Basics
import Learn
import LuaHost
import Tensors

/// Initialisers and schedules in scripts: one function for each row, with the row's options and documentation.
extension Lab {
  func defineInitialisers() throws {
    let home = try subtable("init", of: try subtable("nn", of: table))
    for kind in Initialisers.all {
      docs.add(Doc(kind))
      try home.define(kind.name, parameters: ["tensor", "options"]) { [self] call in
        let tensor = try call.object(1, tensors)
        guard tensor.history == nil, !(tensor.requiresGradient && Recording.isOn) || tensor.gradient == nil else {
          throw Failure(.gradient, "only leaves without a gradient can be initialised")
        }
        let given = try OptimizerBinding.settings(call.stack, call.index(2), "argument 2 (options)", except: ["rng"])
        let options = call.isNil(2) ? nil : try call.table(2)
        let own =
          try options?.field("rng") { stack in
            stack.isNil(at: -1) ? nil : try stack.object(at: -1, self.sources, "option 'rng'")
          } ?? nil
        try (own ?? RandomSource.root.child("init")).draw { try kind.fill(tensor, given, &$0) }
        return call.pushArgument(1)
      }
    }
  }

  func defineSchedules() throws {
    let home = try subtable("schedule", of: table)
    for kind in Schedules.all {
      docs.add(Doc(kind))
      try home.define(kind.name, parameters: ["options"]) { call in
        let schedule = try kind.make(try OptimizerBinding.settings(call.stack, call.index(1), "argument 1 (options)"))
        return call.push(
          NativeFunction(kind.name, parameters: ["step"]) { call in call.push(schedule(try call.integer(1))) })
      }
    }
  }
}

extension Doc {
  private static func shown(_ options: [OptionSpec]) -> String {
    options.map { option in option.name + (option.fallback.map { " = \($0)" } ?? "") }.joined(separator: ", ")
  }

  private static func details(_ options: [OptionSpec]) -> [String] {
    options.map { "{\($0.name)}: \($0.summary), \($0.bounds)" }
  }

  init(_ kind: InitialiserKind) {
    let required = kind.options.filter { $0.fallback == nil }.map { "\($0.name) = 0.5" }.joined(separator: ", ")
    self.init(
      "lab.nn.init." + kind.name, "lab.nn.init.\(kind.name)(tensor, {\(Self.shown(kind.options))})",
      chapter: "Initialisers", kind.summary,
      details: Self.details(kind.options), formula: kind.formula, notes: "Fills the tensor in place and returns it.",
      source: kind.source,
      example: "print(lab.nn.init.\(kind.name)(lab.zeros{2, 2}\(required.isEmpty ? "" : ", {\(required)}")))")
  }

  init(_ kind: ScheduleKind) {
    let given = kind.options.filter { $0.fallback == nil || $0.name == "lr" }.map { option in
      switch option.kind {
      case .numbers: "\(option.name) = {3, 6}"
      case .integer: "\(option.name) = 10"
      default: "\(option.name) = 0.1"
      }
    }.joined(separator: ", ")
    self.init(
      "lab.schedule." + kind.name, "lab.schedule.\(kind.name){\(Self.shown(kind.options))}", chapter: "Schedules",
      kind.summary,
      details: Self.details(kind.options), formula: kind.formula,
      notes: "Returns a function of the step, which counts from 1: opt.lr = schedule(step).", source: kind.source,
      example: "local schedule = lab.schedule.\(kind.name){\(given)}\nprint(schedule(1), schedule(5))")
  }
}
