import Basics

/// Runs a recipe and its controls.
public enum Verification {
  /// The outcome of the recipe with the verdicts of its controls.
  ///
  /// Each control executes the whole file once more, silently, with its own parameter values over all others.
  ///
  /// - Parameter announce: called before each control with its place (from 1), the number of controls, and its text.
  /// - Throws: `ScriptError` when the recipe or a control fails, `Failure` when the recipe is not one.
  public static func verify(
    _ file: RecipeFile, options: RunOptions, announce: (Int, Int, String) -> Void = { _, _, _ in }
  ) throws -> Outcome {
    let clock = Clock()
    let outcome = try ScriptHost(file: file, options: options).run()
    guard outcome.recipe != nil else {
      throw Failure(.recipe, "\(file.name) is not a recipe: it has no lab.recipe, so there is nothing to verify")
    }
    var controls: [ControlOutcome] = []
    for (place, control) in outcome.controls.enumerated() {
      announce(place + 1, outcome.controls.count, control.control.says)
      var changed = options
      changed.controlSettings = control.control.settings
      changed.isSilent = true
      changed.printsFigures = false
      let verdict = try ScriptHost(file: file, options: changed).run().claims
      guard let claim = verdict.first(where: { $0.says == control.breaks }) else {
        throw Failure(
          .recipe, "under control '\(control.control.says)' the recipe no longer states the claim '\(control.breaks)'")
      }
      controls.append(
        ControlOutcome(
          control: control.control, claimPlace: control.claimPlace, breaks: control.breaks, verdict: claim.verdict))
    }
    return outcome.with(controls: controls, seconds: clock.seconds)
  }
}
