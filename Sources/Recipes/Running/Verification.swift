import Basics

/// Runs a recipe and its controls.
public enum Verification {
  /// The outcome of the recipe with the verdicts of its controls.
  ///
  /// Each control executes the whole file once more, silently, with its own parameter values over all others.
  ///
  /// - Parameters:
  ///   - announce: called before each control with its place (from 1), the number of controls, and its text.
  ///   - prepare: gets each host before it runs.
  /// - Throws: `ScriptError` when the recipe or a control fails, `Failure` when the recipe is not one.
  public static func verify(
    _ file: RecipeFile, options: RunOptions, announce: (Int, Int, String) -> Void = { _, _, _ in },
    prepare: (ScriptHost) -> Void = { _ in }
  ) throws -> Outcome {
    let clock = Clock()
    let script = try ScriptHost(file: file, options: options)
    prepare(script)
    let outcome = try script.run()
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
      let script = try ScriptHost(file: file, options: changed)
      prepare(script)
      let claims = try script.run().claims
      var broken = control
      for place in broken.targets.indices {
        guard let claim = claims.first(where: { $0.says == broken.targets[place].says }) else {
          throw Failure(
            .recipe,
            "under control '\(control.control.says)' the recipe no longer states the claim '\(broken.targets[place].says)'"
          )
        }
        broken.targets[place].verdict = claim.verdict
      }
      controls.append(broken)
    }
    return outcome.with(controls: controls, seconds: clock.seconds)
  }
}
