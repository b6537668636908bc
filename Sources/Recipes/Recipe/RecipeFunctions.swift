import Basics
import Bindings
import LuaHost

/// A parameter's declaration on its way from `lab.num` to `lab.recipe`.
final class ParameterDeclaration {
  let parameter: Parameter

  init(_ parameter: Parameter) { self.parameter = parameter }
}

/// `lab.recipe` and the types of parameters.
extension Session {
  func installRecipe() throws {
    try defineParameterTypes()
    types.declarations.describe { "a parameter: \($0.parameter.wanted), default \($0.parameter.initial)" }
    try lab.define(
      Doc(
        "lab.recipe", "local P = lab.recipe{id = ..., params = {...}, ...}", chapter: "Recipes",
        parameters: ["declaration"],
        "Declares the recipe of this file and returns its parameters, sealed.",
        details: [
          "id: letters, digits, '-' and '_'; names the records. Required.",
          "title, paper, theme: text. year: a whole number.",
          "params: name = default; lab.num, lab.int, lab.choice, lab.flag, lab.text add ranges, units and help.",
          "seeds: how many seeds decide the claims (default \(Recipe.defaultSeeds)); trials get the seeds 1 to this number. "
            + "{8, 16, 32} plans three looks: --seeds 16 adds seeds to the first eight, and each look gets a third of the "
            + "chance of error.",
          "smoke: parameter values for --smoke, which proves in seconds that the recipe executes.",
        ],
        notes:
          "A plain default fixes the type: 300 is a whole number, 1e-3 a number, true a flag, \"x\" text. Values come from "
          + "--set name=value. Reading an unknown parameter and assigning to one are errors.",
        example:
          "local P = lab.recipe{\n  id = \"my-study\", seeds = 8,\n  params = {steps = 300, lr = lab.num(1e-3, {min = 0})},\n}\nprint(P.steps)"
      )
    ) { [self] call in
      try call.atMost(1)
      return call.push(try declare(call), types.parameters)
    }
  }

  private func declare(_ call: Call) throws -> Parameters {
    guard recipe == nil else {
      throw Failure(.recipe, "a file declares one recipe; this one has '\(recipe?.id ?? "")' already")
    }
    guard results.isEmpty else { throw Failure(.recipe, "lab.recipe must come before lab.trials") }
    let options = try call.options(1, known: ["id", "title", "paper", "year", "theme", "params", "seeds", "smoke"])
    let id = try options.required("id") { try $0.string(at: -1, $1) }
    try Recipe.check(id: id)
    let declared = try options.read("params") { try self.readParameters(try $0.table(at: -1, $1)) } ?? []
    let looks = try readLooks(options)
    let base = Recipe(
      id: id, title: try options.string("title") ?? file.title ?? id, paper: try options.string("paper") ?? "",
      year: try options.integer("year"), theme: try options.string("theme") ?? "", parameters: declared, looks: looks,
      smoke: [])
    let smoke =
      try options.read("smoke") { try self.readSettings(try $0.table(at: -1, $1), base, "option 'smoke'") } ?? []
    let recipe = Recipe(
      id: base.id, title: base.title, paper: base.paper, year: base.year, theme: base.theme, parameters: declared,
      looks: looks, smoke: smoke)
    let parameters = try settled(recipe)
    self.recipe = recipe
    self.parameters = parameters
    return parameters
  }

  /// `seeds = 8`, or `seeds = {8, 16, 32}` for several planned looks.
  private func readLooks(_ options: Options) throws -> [Int] {
    let looks =
      try options.read("seeds") { stack, what in
        stack.kind(at: -1) == .table
          ? try stack.table(at: -1, what).integers() : [try stack.integer(at: -1, what)]
      } ?? [Recipe.defaultSeeds]
    for count in looks where !(1...Recipe.mostSeeds).contains(count) {
      throw Failure(.recipe, "option 'seeds' must be from 1 to \(Recipe.mostSeeds), but is \(count)")
    }
    guard !looks.isEmpty, zip(looks, looks.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw Failure(.recipe, "option 'seeds' lists the planned looks in ascending order, as in {8, 16, 32}")
    }
    return looks
  }

  private func readParameters(_ table: TableReader) throws -> [Parameter] {
    guard table.count == 0 else { throw Failure(.recipe, "params must have names: params = {steps = 300}") }
    return try table.fieldNames().map { name in
      try table.field(name) { stack in
        let declaration = stack.object(at: -1, types.declarations)
        guard var parameter = try declaration?.parameter ?? Parameter(plain: stack.value(at: -1)) else {
          throw Failure(
            .recipe,
            "parameter '\(name)' must be a number, true or false, text, or one of lab.num, lab.int, lab.choice, "
              + "lab.flag, lab.text, but is \(stack.describe(at: -1))")
        }
        parameter.name = name
        return try parameter.validated()
      }
    }
  }

  /// Parameter values given as a table: those of `smoke` and of controls.
  func readSettings(_ table: TableReader, _ recipe: Recipe, _ place: String) throws -> [(
    name: String, value: ParameterValue
  )] {
    guard table.count == 0 else { throw Failure(.recipe, "\(place) must name parameters, as in {steps = 5}") }
    return try table.fieldNames().map { name in
      let parameter = try recipe.parameter(name, in: place)
      return (
        name, try table.field(name) { try parameter.accept(try $0.value(at: -1), described: $0.describe(at: -1)) }
      )
    }
  }

  /// Defaults, then smoke values, then the command line's, then a control's.
  private func settled(_ recipe: Recipe) throws -> Parameters {
    var values: [String: ParameterValue] = [:]
    if options.smoke { for (name, value) in recipe.smoke { values[name] = value } }
    for setting in options.settings {
      let parameter = try recipe.parameter(setting.name, in: setting.origin)
      values[setting.name] = try parameter.parse(setting.text)
    }
    for (name, value) in options.controlSettings { values[name] = value }
    return Parameters(recipe.parameters.map { Parameters.Entry(parameter: $0, value: values[$0.name] ?? $0.initial) })
  }
}

extension Session {
  private func defineParameterTypes() throws {
    try defineNumber(
      "num", .number, "A parameter that is a number.",
      "lab.num(0.4, {min = 0, max = 1, help = \"step along the vector\"})")
    try defineNumber(
      "int", .integer, "A parameter that is a whole number.", "lab.int(16, {min = 1, help = \"training questions\"})")
    try defineDeclaration(
      "choice", "lab.choice(default, choices, [{help}])", ["default", "choices", "options"],
      "A parameter that is one of some names.",
      "lab.choice(\"adam\", {\"adam\", \"sgd\"})"
    ) { call in
      let choices = try call.table(2).strings()
      let initial = try call.string(1)
      guard choices.contains(initial) else {
        throw Failure(.recipe, "the default '\(initial)' is not among the choices \(choices.joined(separator: ", "))")
      }
      return (Parameter(.choice(choices), initial: .text(initial)), try call.options(3, known: ["help", "unit"]))
    }
    try defineDeclaration(
      "flag", "lab.flag(default, [{help}])", ["default", "options"], "A parameter that is true or false.",
      "lab.flag(true)"
    ) { call in
      (Parameter(.flag, initial: .flag(try call.boolean(1))), try call.options(2, known: ["help", "unit"]))
    }
    try defineDeclaration(
      "text", "lab.text(default, [{help}])", ["default", "options"], "A parameter that is any text.",
      "lab.text(\"the\")"
    ) { call in
      (Parameter(.text, initial: .text(try call.string(1))), try call.options(2, known: ["help", "unit"]))
    }
  }

  private func defineNumber(_ name: String, _ kind: Parameter.Kind, _ summary: String, _ example: String) throws {
    try defineDeclaration(
      name, "lab.\(name)(default, [{min, max, help, unit}])", ["default", "options"], summary, example
    ) { call in
      let options = try call.options(2, known: ["min", "max", "help", "unit"])
      let initial: ParameterValue = kind == .integer ? .integer(try call.integer(1)) : .number(try call.number(1))
      var parameter = Parameter(kind, initial: initial)
      parameter.minimum = try options.number("min")
      parameter.maximum = try options.number("max")
      return (parameter, options)
    }
  }

  private func defineDeclaration(
    _ name: String, _ signature: String, _ arguments: [String], _ summary: String, _ example: String,
    _ read: @escaping (Call) throws -> (Parameter, Options)
  ) throws {
    let doc = Doc(
      "lab.\(name)", signature, chapter: "Recipes", parameters: arguments, summary,
      notes: "Stands in the params of lab.recipe.", example: "print(\(example))")
    try lab.define(doc) { [self] call in
      try call.atMost(arguments.count)
      var (parameter, options) = try read(call)
      parameter.help = try options.string("help") ?? ""
      parameter.unit = try options.string("unit") ?? ""
      return call.push(ParameterDeclaration(parameter), types.declarations)
    }
  }
}
