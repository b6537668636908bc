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
  public let claims: [ClaimOutcome]
  public let checks: [CheckOutcome]
  public let controls: [ControlOutcome]
  public let figures: [DrawnFigure]
  public let seconds: Double

  /// The same with other outcomes of its controls and another duration.
  func with(controls: [ControlOutcome], seconds: Double) -> Outcome {
    Outcome(
      file: file, recipe: recipe, parameters: parameters, seeds: seeds, isSmoke: isSmoke, trials: trials,
      claims: claims,
      checks: checks, controls: controls, figures: figures, seconds: seconds)
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
  }

  public let says: String
  public let parts: [Part]
  public let isPostHoc: Bool
  /// Absent when nothing was to be decided (smoke runs, declarations).
  public let verdict: Verdict?
}

/// A check and how often it held.
public struct CheckOutcome: Sendable {
  public let name: String
  public let held: Int
  public let stated: Int
  public var holds: Bool { held == stated }
}

/// A control, and the verdict of its claim under it.
public struct ControlOutcome: Sendable {
  public let control: Control
  /// The place of its claim, from 0, and the claim's text.
  public let claimPlace: Int
  public let breaks: String
  /// Absent when the control was not run.
  public let verdict: Verdict?
  public var brokeItsClaim: Bool? { verdict.map { $0 != .supported } }
}
