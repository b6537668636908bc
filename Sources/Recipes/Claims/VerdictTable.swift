import Stats

/// The verdicts as text: the last thing that a run prints.
public enum VerdictTable {
  /// The lines, without a blank line before; empty when the recipe states nothing.
  public static func render(_ outcome: Outcome) -> String {
    var blocks = [claimLines(outcome), checkLines(outcome), controlLines(outcome), failureLines(outcome)]
    blocks.removeAll(where: \.isEmpty)
    return blocks.map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
  }

  private static func checkLines(_ outcome: Outcome) -> [String] {
    guard !outcome.checks.isEmpty, !outcome.isSmoke else { return [] }
    var table = TextTable(columns: [.init(title: "check"), .init(title: "", wrapsAt: 72), .init(title: "")])
    for check in outcome.checks {
      let times = check.stated > 1 ? "\(check.held) of \(check.stated) times" : ""
      table.rows.append([check.holds ? "holds" : "FAILS", check.name, times])
    }
    return table.lines
  }

  private static func controlLines(_ outcome: Outcome) -> [String] {
    guard !outcome.controls.isEmpty else { return [] }
    var table = TextTable(columns: [
      .init(title: "control"), .init(title: "", wrapsAt: 44), .init(title: "should break", wrapsAt: 44),
    ])
    for control in outcome.controls {
      for (place, target) in control.targets.enumerated() {
        table.rows.append([word(target), place == 0 ? control.control.says : "", target.says])
      }
    }
    let waits = outcome.controls.allSatisfy { $0.verdict == nil } && !outcome.isSmoke
    return table.lines + (waits ? ["`perilune verify` runs the controls."] : [])
  }

  private static func word(_ target: ControlOutcome.Target) -> String {
    switch target.verdict {
    case nil: "not run"
    case .supported?: "DOES NOT"
    default: "breaks it"
    }
  }

  private static func failureLines(_ outcome: Outcome) -> [String] {
    let lines = outcome.trials.joined().compactMap { trial in trial.failure.map { "\(trial.label) \($0)" } }
    return lines.isEmpty ? [] : ["trials without a result:"] + lines.map { "  " + $0 }
  }

  private static func claimLines(_ outcome: Outcome) -> [String] {
    guard !outcome.claims.isEmpty else { return [] }
    if outcome.isSmoke {
      let count = NumberText.count(outcome.claims.count, "claim")
      return ["smoke run: one seed with smoke values proves that the recipe executes; it decides nothing (\(count))"]
    }
    var table = TextTable(columns: [
      .init(title: "verdict"), .init(title: "claim", wrapsAt: 44), .init(title: "estimate", alignsRight: true),
      .init(title: "interval"), .init(title: "wanted"), .init(title: "N", alignsRight: true), .init(title: "p"),
      .init(title: "effect", alignsRight: true),
    ])
    for claim in outcome.claims {
      let verdict = claim.verdict?.rawValue ?? "not decided"
      let word = claim.isPostHoc ? verdict + "*" : verdict
      let isList = claim.parts.count > 1
      table.rows.append([word, claim.says] + (isList ? [String](repeating: "", count: 6) : cells(claim.parts[0])))
      for part in claim.parts {
        if isList {
          table.rows.append(["", "  " + (part.decision?.verdict.rawValue ?? "") + ": " + part.measure] + cells(part))
        }
        for note in notes(part) { table.rows.append(note: note, indent: isList ? 4 : 2) }
      }
      if claim.isPostHoc {
        table.rows.append(
          note: "* post hoc: it was stated after results were read and cannot be supported", indent: 2)
      }
      if let change = claim.change { table.rows.append(note: change, indent: 2) }
    }
    return table.lines + planLines(outcome)
  }

  private static func planLines(_ outcome: Outcome) -> [String] {
    guard let recipe = outcome.recipe else { return [] }
    if !outcome.isPlanned {
      let plan = recipe.looks.map(String.init).joined(separator: ", ")
      return [
        "The recipe plans \(plan) seeds, not these \(outcome.seeds.count): seeds that are added or left out after looking make "
          + "a false verdict likelier."
      ]
    }
    guard recipe.looks.count > 1, let place = recipe.looks.firstIndex(of: outcome.seeds.count) else { return [] }
    return [
      "Look \(place + 1) of \(recipe.looks.count) planned ones; each gets 1/\(recipe.looks.count) of the chance of error."
    ]
  }

  private static func notes(_ part: ClaimOutcome.Part) -> [String] {
    guard let decision = part.decision else { return [] }
    var notes = decision.notes
    if decision.verdict == .undecided, let size = decision.smallestDetectable() {
      notes.append(
        "\(NumberText.count(decision.count, "seed")) would show a distance of \(NumberText.short(size)) from the threshold "
          + "four times out of five")
    }
    return notes
  }

  /// Distances of very many standard deviations come from rounding in a measure that does not vary.
  static func effect(_ size: Double) -> String {
    abs(size) < 1000 ? NumberText.fixed(size, digits: 2) : size > 0 ? "> 1000" : "< -1000"
  }

  private static func cells(_ part: ClaimOutcome.Part) -> [String] {
    guard let decision = part.decision else { return ["", "", part.condition.text, "", "", ""] }
    let interval = decision.adjustedInterval ?? decision.interval
    return [
      NumberText.short(decision.estimate),
      interval.map { "[\(NumberText.short($0.lower)), \(NumberText.short($0.upper))]" } ?? "",
      part.condition.text + (part.condition.everySeed ? " each" : ""), String(decision.count),
      (decision.adjustedP ?? decision.p).map(NumberText.probability) ?? "",
      decision.effectSize.map(effect) ?? "",
    ]
  }
}

extension [[String]] {
  /// A note below a claim, in the claim's column.
  fileprivate mutating func append(note: String, indent: Int) {
    append(["", String(repeating: " ", count: indent) + note] + [String](repeating: "", count: 6))
  }
}
