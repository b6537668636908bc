import Basics
import Stats

extension Outcome {
  /// What `--json` prints.
  public func summary(fingerprint: String) -> JSON {
    .record(
      ("recipe", recipe.map { .text($0.id) } ?? .null), ("params", parametersJSON), ("fingerprint", .text(fingerprint)),
      ("smoke", .boolean(isSmoke)), ("planned", .boolean(isPlanned)), ("trials", trialsJSON),
      ("claims", .list(claims.map(\.json))),
      ("checks", .list(checks.map(\.json))), ("controls", .list(controls.map(\.json))),
      ("reused", .integer(reusedCount)), ("seconds", .number(seconds)))
  }

  var parametersJSON: JSON {
    .object(parameters.map { JSON.Member(name: $0.parameter.name, value: $0.value.json) })
  }

  /// The parameters that differ from the recipe's defaults.
  var changedParametersJSON: JSON {
    .object(parameters.filter(\.isChanged).map { JSON.Member(name: $0.parameter.name, value: $0.value.json) })
  }

  /// One object per seed and arm; `call` counts the calls of `lab.trials` where there are several.
  var trialsJSON: JSON {
    .list(
      trials.enumerated().flatMap { call, trials in
        trials.map { trial in
          var members = [
            JSON.Member(name: "seed", value: .integer(trial.seed)),
            JSON.Member(name: "arm", value: .nonempty(trial.arm)),
            JSON.Member(
              name: "metrics",
              value: .object(trial.metrics.map { JSON.Member(name: $0.name, value: .number($0.value)) })),
          ]
          if let reason = trial.failure { members.append(JSON.Member(name: "failure", value: .text(reason))) }
          if self.trials.count > 1 { members.insert(JSON.Member(name: "call", value: .integer(call + 1)), at: 0) }
          return .object(members)
        }
      })
  }

  /// The series of all trials, or nothing when there are none.
  var seriesJSON: JSON? {
    let all: [JSON] = trials.enumerated().flatMap { call, trials in
      trials.flatMap { trial in
        trial.series.map { series in
          .record(
            ("call", .integer(call + 1)), ("seed", .integer(trial.seed)), ("arm", .nonempty(trial.arm)),
            ("name", .text(series.name)), ("logged", .boolean(series.isLogged)),
            ("steps", .list(series.samples.map { .number($0.step) })),
            ("values", .list(series.samples.map { .number($0.value) })))
        }
      }
    }
    return all.isEmpty ? nil : .list(all)
  }
}

extension ClaimOutcome {
  /// A claim of several conditions has them in `conditions`; the numbers beside them are those of the first.
  var json: JSON {
    guard case .object(let members)? = parts.first?.json else { return .record(("says", .text(says))) }
    var all = [
      JSON.Member(name: "says", value: .text(says)),
      JSON.Member(name: "verdict", value: verdict.map { .text($0.rawValue) } ?? .null),
      JSON.Member(name: "rule", value: .text(rule)),
    ]
    all += members.filter { $0.name != "verdict" }
    all.append(JSON.Member(name: "post_hoc", value: .boolean(isPostHoc)))
    if let change { all.append(JSON.Member(name: "change", value: .text(change))) }
    if parts.count > 1 { all.append(JSON.Member(name: "conditions", value: .list(parts.map(\.json)))) }
    return .object(all)
  }
}

extension ClaimOutcome.Part {
  var json: JSON {
    let decision = self.decision
    func interval(_ interval: Interval?) -> JSON {
      interval.map { .list([.number($0.lower), .number($0.upper)]) } ?? .null
    }
    return .record(
      ("verdict", decision.map { .text($0.verdict.rawValue) } ?? .null), ("measure", .nonempty(measure)),
      ("estimate", .optional(decision?.estimate)), ("interval", interval(decision?.interval)),
      ("adjusted_interval", interval(decision?.adjustedInterval)), ("wanted", .text(condition.text)),
      ("range", condition.range), ("every_seed", .boolean(condition.everySeed)),
      ("confidence", .number(condition.confidence)),
      ("n", decision.map { .integer($0.count) } ?? .null), ("p", .optional(decision?.p)),
      ("adjusted_p", .optional(decision?.adjustedP)),
      ("effect_size", .optional(decision?.effectSize)),
      ("smallest_detectable", .optional(decision?.smallestDetectable())),
      ("values", .list(values.map { .number($0) })),
      ("notes", .list((decision?.notes ?? []).map { .text($0) })))
  }
}

extension CheckOutcome {
  var json: JSON {
    .record(("name", .text(name)), ("holds", .boolean(holds)), ("held", .integer(held)), ("stated", .integer(stated)))
  }
}

extension ControlOutcome {
  var json: JSON {
    .record(
      ("says", .text(control.says)), ("breaks", .text(breaks)),
      ("set", .object(control.settings.map { JSON.Member(name: $0.name, value: $0.value.json) })),
      ("verdict", verdict.map { .text($0.rawValue) } ?? .null),
      (
        "claims",
        .list(
          targets.map { target in
            .record(
              ("says", .text(target.says)), ("verdict", target.verdict.map { .text($0.rawValue) } ?? .null))
          })
      ))
  }
}

extension Condition {
  /// The values that support it, as a pair; null where it has no end.
  fileprivate var range: JSON {
    switch rule {
    case .above(let threshold): .list([.number(threshold), .null])
    case .below(let threshold): .list([.null, .number(threshold)])
    case .within(let low, let high): .list([.number(low), .number(high)])
    }
  }
}

extension Parameter {
  /// What a recipe declares about it.
  var json: JSON {
    .record(
      ("name", .text(name)), ("default", initial.json), ("takes", .text(wanted)), ("unit", .nonempty(unit)),
      ("help", .nonempty(help)))
  }
}
