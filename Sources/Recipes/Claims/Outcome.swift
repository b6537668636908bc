import Stats

/// What an execution of a recipe file brought.
public struct Outcome: Sendable {
  public let file: RecipeFile
  /// Absent for files that declare none.
  public let recipe: Recipe?
  public let parameters: [Parameters.Entry]
  public let seeds: [Int]
  public let isSmoke: Bool
  /// The trials of each call of `lab.trials`.
  public let trials: [[Trial]]
  public var claims: [ClaimOutcome]
  public let checks: [CheckOutcome]
  public let controls: [ControlOutcome]
  public let figures: [DrawnFigure]
  public let output: PrintedOutput
  /// The files that the script read, beside itself: paths below the recipe's folder, of others the last part only.
  public let files: [Trial.ReadFile]
  /// What batches were made of, sorted.
  public let dataUse: [Trial.DataFingerprint]
  public let seconds: Double

  /// Whether the seeds are those of a look that the recipe plans.
  public var isPlanned: Bool {
    guard let recipe, !isSmoke else { return true }
    return seeds.first == 1 && recipe.looks.contains(seeds.count)
  }

  /// How many trials were taken from the store.
  public var reusedCount: Int { trials.reduce(0) { $0 + $1.count(where: \.isReused) } }

  /// The same with other outcomes of its controls and another duration.
  func with(controls: [ControlOutcome], seconds: Double) -> Outcome {
    Outcome(
      file: file, recipe: recipe, parameters: parameters, seeds: seeds, isSmoke: isSmoke, trials: trials,
      claims: claims,
      checks: checks, controls: controls, figures: figures, output: output, files: files, dataUse: dataUse,
      seconds: seconds)
  }

  /// What `verify` answers: 0 all supported and all controls broke their claims, 1 something refuted, 2 undecided.
  public var verificationCode: Int32 {
    let broken =
      claims.contains { $0.verdict == .refuted } || checks.contains { !$0.holds }
      || controls.contains { $0.brokeItsClaim == false }
    if broken { return 1 }
    let decided = claims.allSatisfy { $0.verdict == .supported } && controls.allSatisfy { $0.brokeItsClaim == true }
    return decided && !(claims.isEmpty && checks.isEmpty) ? 0 : 2
  }
}

/// A claim and what the trials say about it.
public struct ClaimOutcome: Sendable {
  public struct Part: Sendable {
    /// The measure in terms of the metrics: "both - base".
    public let measure: String
    public let condition: Condition
    /// Absent when nothing was to be decided.
    public let decision: Decision?
    /// The measure of each seed; empty where no trial was run.
    public var values: [Double] = []
  }

  public let says: String
  public let parts: [Part]
  public let isPostHoc: Bool
  /// Absent when nothing was to be decided (smoke runs).
  public let verdict: Verdict?
  /// How it differs from what an earlier run of the recipe claimed, in words.
  public var change: String?

  /// What decides it, in words: "> 0.2 of both - base".
  public var rule: String {
    parts.map { part in
      part.condition.text + (part.condition.everySeed ? " in each seed" : "")
        + (part.measure.isEmpty ? "" : " of \(part.measure)")
    }.joined(separator: " and ")
  }
}

/// A check and how often it held.
public struct CheckOutcome: Sendable {
  public let name: String
  public let held: Int
  public let stated: Int
  public var holds: Bool { held == stated }
}

/// A control, and the verdicts of its claims under it.
public struct ControlOutcome: Sendable {
  public struct Target: Sendable {
    /// The place of the claim, from 0.
    public let place: Int
    public let says: String
    /// Absent when the control was not run.
    public var verdict: Verdict?
  }

  public let control: Control
  public var targets: [Target]

  /// The claims' texts, joined.
  public var breaks: String { targets.map(\.says).joined(separator: "; ") }

  /// The verdict that is nearest to `supported`; absent when the control was not run.
  public var verdict: Verdict? {
    let verdicts = targets.compactMap(\.verdict)
    guard verdicts.count == targets.count else { return nil }
    return verdicts.contains(.supported) ? .supported : verdicts.contains(.undecided) ? .undecided : .refuted
  }

  /// Whether none of its claims came out supported.
  public var brokeItsClaim: Bool? { verdict.map { $0 != .supported } }
}
