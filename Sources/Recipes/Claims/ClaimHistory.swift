/// What earlier runs of a recipe claimed: a rule that was changed, or a claim that was added, after results had been seen
/// is marked.
public enum ClaimHistory {
  /// The outcome with its claims marked.
  ///
  /// - Parameter entries: the runs that were recorded before; those of the recipe with the same parameters count.
  public static func marked(_ outcome: Outcome, _ entries: [RunEntry]) -> Outcome {
    guard let recipe = outcome.recipe, !outcome.isSmoke else { return outcome }
    let changed = outcome.changedParametersJSON
    let earlier = entries.filter { entry in
      entry.recipe == recipe.id && !entry.isSmoke && entry.claims.contains { $0.verdict != nil }
        && entry.changed == RunEntry(name: "", run: .record(("changed_params", changed)), machine: nil).changed
    }
    var outcome = outcome
    for place in outcome.claims.indices {
      let claim = outcome.claims[place]
      for entry in earlier where outcome.claims[place].change == nil {
        if let before = entry.claims.first(where: { $0.says == claim.says }) {
          if before.rule != claim.rule {
            outcome.claims[place].change = "the rule was \(before.rule) in run \(entry.name)"
          }
        } else {
          outcome.claims[place].change = "run \(entry.name) did not claim it yet"
        }
      }
    }
    return outcome
  }
}
