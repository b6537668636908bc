import Basics
import LuaHost
import Stats

extension Session {
  /// Evaluates all measures and checks, and decides what is to be decided.
  ///
  /// - Throws: `Failure` when a measure fails or is not a metric, or when the recipe contradicts itself.
  func concluded(seconds: Double) throws -> Outcome {
    if let setting = options.settings.first, recipe == nil {
      throw Failure(
        .recipe, "\(setting.origin): \(file.name) declares no parameters (it has no lab.recipe)")
    }
    let targets = try controls.map { control in (control, try claimPlaces(of: control)) }
    if results.isEmpty, !claims.isEmpty {
      throw Failure(.recipe, "\(file.name) states claims but never calls lab.trials")
    }
    return Outcome(
      file: file, recipe: recipe, parameters: parameters?.entries ?? [], seeds: seeds, isSmoke: options.smoke,
      trials: results.map(\.trials), claims: try decidedClaims(),
      checks: try decidedChecks(),
      controls: targets.map { control, places in
        ControlOutcome(control: control, targets: places.map { .init(place: $0, says: claims[$0].says) })
      },
      figures: figures + trialFigures, output: output, files: recordedFiles, dataUse: dataUse.sorted(), seconds: seconds
    )
  }

  /// What was drawn inside of trials.
  private var trialFigures: [DrawnFigure] {
    results.flatMap(\.trials).flatMap { trial in
      trial.figures.map { figure in
        var figure = figure
        figure.trial = trial.label
        return figure
      }
    }
  }

  /// The files by names that tell nothing about the machine.
  private var recordedFiles: [Trial.ReadFile] {
    var all: [Trial.ReadFile] = []
    for read in files + results.flatMap({ $0.trials.flatMap(\.files) }) {
      let prefix = file.folder == "." ? "" : file.folder + "/"
      let isBelow = read.path.hasPrefix(prefix) && !read.path.dropFirst(prefix.count).hasPrefix("/")
      let name =
        isBelow && !read.path.contains("..")
        ? String(read.path.dropFirst(prefix.count)) : read.path.split(separator: "/").last.map(String.init) ?? ""
      let recorded = Trial.ReadFile(path: name, hash: read.hash)
      if !all.contains(recorded) { all.append(recorded) }
    }
    return all
  }

  private func decidedClaims() throws -> [ClaimOutcome] {
    isDeciding = true
    defer { isDeciding = false }
    let measures = try claims.map { claim in try claim.parts.map { try measure($0.measure, claim.says) } }
    guard !options.smoke else {
      return zip(claims, measures).map { claim, metrics in
        ClaimOutcome(
          says: claim.says,
          parts: zip(claim.parts, metrics).map {
            .init(measure: $1.name, condition: $0.condition, decision: nil, values: $1.values)
          },
          isPostHoc: claim.isPostHoc, verdict: nil)
      }
    }
    // Claims that were stated beforehand make one family; those found in the data only make it worse for themselves.
    let tested = try zip(claims, measures).map { claim, metrics in
      try zip(claim.parts, metrics).map { (values: $1.values, condition: try paidFor($0.condition)) }
    }
    let stated = claims.indices.filter { !claims[$0].isPostHoc }
    let family = decideTogether(stated.map { tested[$0] })
    let everything = decideTogether(tested)
    return claims.indices.map { place in
      let claim = claims[place]
      let decision = stated.firstIndex(of: place).map { family[$0] } ?? everything[place]
      let parts = claim.parts.indices.map { part in
        ClaimOutcome.Part(
          measure: measures[place][part].name, condition: claim.parts[part].condition,
          decision: decision.conditions[part], values: measures[place][part].values)
      }
      let verdict = claim.isPostHoc && decision.verdict == .supported ? .undecided : decision.verdict
      return ClaimOutcome(says: claim.says, parts: parts, isPostHoc: claim.isPostHoc, verdict: verdict)
    }
  }

  /// Each of several planned looks gets an equal part of the chance of error (Bonferroni), so that all looks together
  /// keep to it, however often the recipe is run with more seeds.
  private func paidFor(_ condition: Condition) throws -> Condition {
    let looks = Double(recipe?.looks.count ?? 1)
    guard looks > 1, !condition.everySeed else { return condition }
    return try Condition(
      condition.rule, confidence: 1 - (1 - condition.confidence) / looks, everySeed: condition.everySeed)
  }

  private func measure(_ function: LuaReference, _ says: String) throws -> Metric {
    let values = try function.call(arguments: results.map { .object($0, types.results) })
    if let metric = values.first?.object(types.metrics) { return metric }
    let found = Self.describe(values.first ?? .nil)
    throw Failure(
      .recipe, "the measure of claim '\(says)' must return one number per seed, as in r.a - r.b, but returned \(found)")
  }

  private static func describe(_ value: LuaValue) -> String {
    switch value {
    case .nil: "nothing"
    case .integer(let value): "the number \(value)"
    case .number(let value): "the number \(NumberText.short(value)); do not average it with :mean()"
    case .boolean(let value): "\(value)"
    case .string, .bytes: "a string"
    case .object(_, let type): type.nameWithArticle
    default: "a table or function"
    }
  }

  private func decidedChecks() throws -> [CheckOutcome] {
    isDeciding = true
    defer { isDeciding = false }
    return try checks.map { check in
      guard let function = check.function else {
        return CheckOutcome(name: check.name, held: check.held, stated: check.stated)
      }
      guard !results.isEmpty else {
        throw Failure(.recipe, "check '\(check.name)' asks a function of the trials, but lab.trials was never called")
      }
      let values = try function.call(arguments: results.map { .object($0, types.results) })
      guard let holds = values.first?.boolean else {
        throw Failure(
          .recipe,
          "the function of check '\(check.name)' must return true or false, but returned \(Self.describe(values.first ?? .nil))"
        )
      }
      return CheckOutcome(name: check.name, held: holds ? 1 : 0, stated: 1)
    }
  }
}
