/// Decides whether the measure of each seed supports a condition, on its own.
///
/// The rule: the two-sided t interval of the mean lies wholly beyond the threshold (inside the bounds): supported; wholly on
/// the other side: refuted; else undecided. In terms of p: the two-sided t test against the threshold falls below
/// alpha = 1 - confidence, and the estimate's side tells which verdict it is. For `within` that test is the worse of those
/// against both bounds when the mean lies inside, and that against the nearer bound when it lies outside.
///
/// Special cases, each with a note: NaN or infinite values, fewer than two values, and values too large to average leave
/// it undecided; identical values make the interval a point, which decides unless it sits on the threshold. A condition on
/// every seed is decided by looking at each value, for one seed too: supported when all satisfy the rule, refuted when one
/// does not; it makes no inference, so it has no p value.
public func decide(values: [Double], condition: Condition) -> Decision {
  decideTogether([[(values: values, condition: condition)]])[0].conditions[0]
}

/// Decides all claims of a recipe together, each a list of conditions with the values they speak about.
///
/// Every condition that is tested is one hypothesis of a single Holm family, whichever claim it belongs to, so the chance
/// of any false verdict stays below alpha. Conditions that cannot be decided (NaN, one seed) count with p = 1, so that a
/// failure never loosens the others; conditions on every seed are not tests and do not count. A condition is decided when
/// its adjusted p is below its own alpha. `adjustedInterval` is the interval at 1 - alpha·p/adjusted p: the step of Holm's
/// procedure at which the condition stands, or the step at which the procedure stopped if that is earlier. It excludes the
/// threshold exactly when the condition is decided. A claim is supported when all its conditions are, refuted when any is.
public func decideTogether(_ claims: [[(values: [Double], condition: Condition)]]) -> [ClaimDecision] {
  let evidence = claims.map { $0.map { Evidence($0.values, $0.condition) } }
  let family = evidence.flatMap { $0.compactMap(\.hypothesis) }
  var steps = Correction.holmFactors(family).makeIterator()
  return evidence.map { conditions in
    ClaimDecision(conditions: conditions.map { $0.decided(step: $0.hypothesis == nil ? nil : steps.next()) })
  }
}

extension Evidence {
  func decided(step factor: Double?) -> Decision {
    var verdict = Verdict.undecided
    var p: Double?
    switch basis {
    case .inspection(let seen): verdict = seen
    case .none: break
    case .test(let raw, let leaning):
      p = raw
      if raw * (factor ?? 1) < 1 - condition.confidence { verdict = leaning }
    }
    let alpha = (1 - condition.confidence) / (factor ?? 1)
    let adjusted = p == nil ? nil : try? TInterval(values, alpha: alpha)
    let spread = interval.map(\.standardDeviation).flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
    return Decision(
      estimate: (try? Summary.mean(values)) ?? .nan, interval: interval?.interval, count: values.count, p: p,
      adjustedP: p.map { min(1, $0 * (factor ?? 1)) }, adjustedInterval: adjusted?.interval,
      adjustedConfidence: adjusted?.confidence, verdict: verdict,
      effectSize: spread.flatMap { spread in nearestDistance.map { $0 / spread } },
      standardDeviation: interval?.standardDeviation, confidence: condition.confidence,
      notes: notes)
  }

  private var nearestDistance: Double? {
    guard let mean = interval?.mean else { return nil }
    return condition.thresholds.map { mean - $0 }.min { abs($0) < abs($1) }
  }
}
