import Stats

/// The verdicts as text: the last thing that a run prints.
public enum VerdictTable {
  /// The lines, without a blank line before; empty when the recipe states nothing.
  public static func render(_ outcome: Outcome) -> String {
    var lines = claimLines(outcome)
    if !outcome.checks.isEmpty && !outcome.isSmoke {
      if !lines.isEmpty { lines.append("") }
      var table = TextTable(columns: [.init(title: "check"), .init(title: "", wrapsAt: 72), .init(title: "")])
      for check in outcome.checks {
        let times = check.stated > 1 ? "\(check.held) of \(check.stated) times" : ""
        table.rows.append([check.holds ? "holds" : "FAILS", check.name, times])
      }
      lines += table.lines
    }
    if !outcome.controls.isEmpty {
      if !lines.isEmpty { lines.append("") }
      var table = TextTable(columns: [
        .init(title: "control"), .init(title: "", wrapsAt: 44), .init(title: "should break", wrapsAt: 44),
      ])
      for control in outcome.controls {
        table.rows.append([Self.word(control), control.control.says, control.breaks])
      }
      lines += table.lines
      if outcome.controls.allSatisfy({ $0.verdict == nil }) && !outcome.isSmoke {
        lines.append("`perilune verify` runs the controls.")
      }
    }
    return lines.isEmpty ? "" : lines.joined(separator: "\n") + "\n"
  }

  private static func word(_ control: ControlOutcome) -> String {
    switch control.brokeItsClaim {
    case nil: "not run"
    case true?: "breaks it"
    case false?: "DOES NOT"
    }
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
    ])
    var notes: [String] = []
    for claim in outcome.claims {
      let verdict = claim.verdict?.rawValue ?? "not decided"
      let word = claim.isPostHoc ? verdict + "*" : verdict
      if claim.parts.count == 1 {
        table.rows.append([word, claim.says] + cells(claim.parts[0]))
      } else {
        table.rows.append([word, claim.says, "", "", "", "", ""])
        for part in claim.parts {
          table.rows.append(["", "  " + (part.decision?.verdict.rawValue ?? "") + ": " + part.measure] + cells(part))
        }
      }
      if claim.isPostHoc {
        notes.append("* '\(claim.says)' is post hoc: it was stated after results were read and cannot be supported")
      }
      for part in claim.parts {
        for note in part.decision?.notes ?? [] { notes.append("'\(claim.says)': \(note)") }
        if let note = smallest(part) { notes.append("'\(claim.says)': \(note)") }
      }
    }
    return table.lines
      + notes.flatMap { note in
        TextTable.wrapped(note, width: 96).enumerated().map { ($0.offset == 0 ? "  - " : "    ") + $0.element }
      }
  }

  /// Where seeds were too few, how large an effect would have shown.
  private static func smallest(_ part: ClaimOutcome.Part) -> String? {
    guard let decision = part.decision, decision.verdict == .undecided, let size = decision.smallestDetectable() else {
      return nil
    }
    return
      "\(NumberText.count(decision.count, "seed")) would show a distance of \(NumberText.short(size)) from the threshold four times out of five"
  }

  private static func cells(_ part: ClaimOutcome.Part) -> [String] {
    guard let decision = part.decision else { return ["", "", part.condition.text, "", ""] }
    let interval = decision.adjustedInterval ?? decision.interval
    return [
      NumberText.short(decision.estimate),
      interval.map { "[\(NumberText.short($0.lower)), \(NumberText.short($0.upper))]" } ?? "",
      part.condition.text + (part.condition.everySeed ? " each" : ""), String(decision.count),
      (decision.adjustedP ?? decision.p).map(NumberText.probability) ?? "",
    ]
  }
}
