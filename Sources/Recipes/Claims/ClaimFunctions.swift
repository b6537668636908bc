import Basics
import Bindings
import LuaHost
import Stats

/// `lab.claim`, `lab.control` and `lab.check`.
extension Session {
  func installClaims() throws {
    try lab.define(
      Doc(
        "lab.claim", "lab.claim(says, {measure = function(r) ... end, above = x})", chapter: "Recipes",
        parameters: ["says", "rule"],
        "States what the trials will show, before they run, and the rule that decides it.",
        details: [
          "measure: gets the result of lab.trials (of each call, in order) and returns a metric, as in r.a - r.b.",
          "above, below, within = {low, high}: where the mean is claimed to lie; one of them.",
          "confidence: of the interval that decides, 0.95 by default.",
          "every_seed = true: each seed must satisfy the rule; decided by looking.",
          "A list of such rules: all must be supported.",
        ],
        notes:
          "Supported when the t interval of the measure lies wholly beyond the threshold, refuted when wholly on the other side, "
          + "else undecided; all conditions of a recipe are corrected together (Holm). Claims stated after results were read are post hoc "
          + "and never supported.",
        example: "lab.claim(\"seeds are positive\", {measure = function(r) return r.value end, above = 0})\n"
          + "local r = lab.trials(function(run) return {value = run.seed} end)")
    ) { [self] call in
      try call.atMost(2)
      let says = try call.string(1)
      guard !says.allSatisfy(\.isWhitespace) else {
        throw Failure(.recipe, "a claim must say something, but its text is empty")
      }
      guard !isInTrial else { throw Failure(.recipe, "claims are stated outside of trials") }
      guard !claims.contains(where: { $0.says == says }) else {
        throw Failure(.recipe, "there is a claim '\(says)' already")
      }
      claims.append(Claim(says: says, parts: try readParts(try call.table(2)), isPostHoc: resultsWereRead))
      return 0
    }
    try installControl()
    try installCheck()
  }

  private func readParts(_ table: TableReader) throws -> [Claim.Part] {
    guard table.beginsWithTable else { return [try readPart(table)] }
    guard try table.fieldNames().isEmpty else {
      throw Failure(.recipe, "a claim is one rule, or a list of rules, but argument 2 (rule) is both")
    }
    return try (1...table.count).map { position in try table.nested(position) { try readPart($0) } }
  }

  private func readPart(_ table: TableReader) throws -> Claim.Part {
    let options = try table.options(known: ["measure", "above", "below", "within", "every_seed", "confidence"])
    let measure = try options.required("measure") { try $0.function(at: -1, $1) }
    var rules: [Condition.Rule] = []
    if let threshold = try options.number("above") { rules.append(.above(threshold)) }
    if let threshold = try options.number("below") { rules.append(.below(threshold)) }
    if let bounds = try options.numbers("within") {
      guard bounds.count == 2 else {
        throw Failure(.recipe, "option 'within' must be two numbers {low, high}, but has \(bounds.count)")
      }
      rules.append(.within(bounds[0], bounds[1]))
    }
    guard let rule = rules.first, rules.count == 1 else {
      throw Failure(
        .recipe, "a claim needs one of above, below, within, but has \(rules.isEmpty ? "none" : "\(rules.count)")")
    }
    let condition = try Condition(
      rule, confidence: try options.number("confidence") ?? 0.95, everySeed: try options.boolean("every_seed") ?? false)
    return Claim.Part(measure: measure, condition: condition)
  }

  private func installControl() throws {
    try lab.define(
      Doc(
        "lab.control", "lab.control(says, {set = {...}, breaks = claim})", chapter: "Recipes",
        parameters: ["says", "variant"],
        "A deliberately broken variant of the recipe under which a claim must not be supported; `perilune verify` runs it.",
        details: [
          "set: the parameters that break it.",
          "breaks: the claim's text, or its place among the claims, or a list of these: each must break.",
        ],
        example: "local P = lab.recipe{id = \"demo\", params = {scale = 1.0}}\n"
          + "lab.claim(\"scaling helps\", {measure = function(r) return r.gain end, above = 0})\n"
          + "lab.control(\"no scale, no gain\", {set = {scale = 0}, breaks = \"scaling helps\"})\n"
          + "local r = lab.trials(function(run) return {gain = P.scale * run.seed} end)")
    ) { [self] call in
      try call.atMost(2)
      let says = try call.string(1)
      guard let recipe else { throw Failure(.recipe, "a control changes parameters, so lab.recipe must come first") }
      guard !isInTrial else { throw Failure(.recipe, "controls are stated outside of trials") }
      guard !controls.contains(where: { $0.says == says }) else {
        throw Failure(.recipe, "there is a control '\(says)' already")
      }
      let options = try call.options(2, known: ["set", "breaks"])
      let settings = try options.required("set") { try self.readSettings(try $0.table(at: -1, $1), recipe, $1) }
      guard !settings.isEmpty else {
        throw Failure(.recipe, "option 'set' changes no parameter, so the control is the recipe itself")
      }
      func target(_ stack: LuaStack, _ what: String) throws -> Control.Target {
        stack.isNumber(at: -1) ? .place(try stack.integer(at: -1, what)) : .says(try stack.string(at: -1, what))
      }
      let targets = try options.required("breaks") { stack, what -> [Control.Target] in
        guard stack.kind(at: -1) == .table else { return [try target(stack, what)] }
        let table = try stack.table(at: -1, what)
        return try table.map { try target($0, table.entryName($1)) }
      }
      guard !targets.isEmpty else { throw Failure(.recipe, "option 'breaks' names no claim") }
      controls.append(Control(says: says, settings: settings, targets: targets))
      return 0
    }
  }

  private func installCheck() throws {
    try lab.define(
      Doc(
        "lab.check", "lab.check(name, condition)", chapter: "Recipes", parameters: ["name", "condition"],
        "States an exact identity, decided without statistics: true or false, or a function of the trial results.",
        notes: "Inside a trial it must hold in every one.",
        example: "lab.check(\"two and two\", 2 + 2 == 4)")
    ) { [self] call in
      try call.atMost(2)
      let name = try call.string(1)
      guard call.isBoolean(2) || call.isFunction(2) else { throw call.mismatch(2, wanted: "true, false or a function") }
      if call.isFunction(2) {
        guard !checks.contains(where: { $0.name == name }), !isInTrial else {
          throw Failure(
            .recipe,
            "there is a check '\(name)' already, or it stands inside a trial; a check of a function is stated once")
        }
        checks.append(IdentityCheck(name: name, function: try call.function(2)))
      } else if let currentRun {
        currentRun.check(name, held: try call.boolean(2) ? 1 : 0, stated: 1)
      } else {
        note(name, held: try call.boolean(2) ? 1 : 0, stated: 1)
      }
      return 0
    }
  }

  /// Counts how often a check was stated and held.
  func note(_ name: String, held: Int, stated: Int) {
    let place = checks.firstIndex { $0.name == name } ?? checks.count
    if place == checks.count { checks.append(IdentityCheck(name: name)) }
    checks[place].held += held
    checks[place].stated += stated
  }

  /// The places of the claims that a control speaks about.
  func claimPlaces(of control: Control) throws -> [Int] { try control.targets.map { try claimPlace($0, control.says) } }

  private func claimPlace(_ target: Control.Target, _ control: String) throws -> Int {
    switch target {
    case .place(let place):
      guard (1...max(1, claims.count)).contains(place), !claims.isEmpty else {
        let count = claims.count == 1 ? "is 1 claim" : "are \(claims.count) claims"
        throw Failure(.recipe, "control '\(control)' breaks claim \(place), but there \(count)")
      }
      return place - 1
    case .says(let says):
      if let place = claims.firstIndex(where: { $0.says == says }) { return place }
      throw Failure(
        .recipe,
        "control '\(control)' breaks the claim '\(says)', which is not stated"
          + NearestName.hint(says, among: claims.map(\.says)))
    }
  }
}
