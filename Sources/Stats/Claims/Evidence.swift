import Glibc

/// What the values of one condition say before the correction for other conditions.
struct Evidence {
  enum Basis {
    /// Decided by a t test: the p value and the verdict that a small enough one brings.
    case test(p: Double, leaning: Verdict)
    /// Decided by looking at each seed.
    case inspection(Verdict)
    /// Cannot be decided, but still counts as a hypothesis.
    case none
  }

  let values: [Double]
  let condition: Condition
  let basis: Basis
  let interval: TInterval?
  let notes: [String]

  /// The p value that enters Holm's correction; conditions on every seed make no inference and do not enter.
  var hypothesis: Double? {
    switch basis {
    case .test(let p, _): p
    case .none: condition.everySeed ? nil : 1
    case .inspection: nil
    }
  }

  init(_ values: [Double], _ condition: Condition) {
    self.values = values
    self.condition = condition
    let broken = values.filter { !$0.isFinite }.count
    guard broken == 0, !values.isEmpty else {
      basis = .none
      interval = nil
      notes = [values.isEmpty ? "no seeds" : "\(broken) of \(values.count) values are NaN or infinite"]
      return
    }
    var remarks: [String] = []
    let measured = try? TInterval(values, confidence: condition.confidence)
    let usable = measured.flatMap { $0.interval.lower.isFinite && $0.interval.upper.isFinite ? $0 : nil }
    let constant = Sample.isConstant(values)
    if constant, values.count > 1 { remarks.append("identical in every seed") }
    if constant, values[0] == 1 || values[0] == 0 {
      remarks.append("exactly \(values[0] == 1 ? "1" : "0") in every seed: suspiciously perfect")
    }
    if condition.everySeed {
      let failing = values.filter { !condition.holds(for: $0) }.count
      basis = .inspection(failing == 0 ? .supported : .refuted)
      remarks.append(failing == 0 ? Self.reach(values.count) : "fails in \(failing) of \(values.count) seeds")
    } else if values.count < 2 {
      basis = .none
      remarks.append("one seed has no interval; at least two are needed")
    } else if let usable {
      let (p, leaning) = Self.test(usable, values, condition)
      basis = .test(p: p, leaning: leaning)
    } else {
      basis = .none
      remarks.append("values too large to average")
    }
    interval = usable
    notes = remarks
  }

  /// What success in all of `count` seeds says about others: Clopper & Pearson's one-sided bound is 0.05^(1/count).
  private static func reach(_ count: Int) -> String {
    let bound = exp(log(0.05) / Double(count))
    return "holds in all \(count) seeds; with 95 % confidence in more than \(Int(bound * 100)) % of seeds"
  }

  /// The p value of the mean lying on the side where it does lie, and the verdict if that is believed.
  private static func test(_ mean: TInterval, _ values: [Double], _ condition: Condition) -> (Double, Verdict) {
    let p = condition.thresholds.map { threshold in
      (try? TTest.oneSample(values, mean: threshold).p) ?? 1
    }
    let supports = condition.holds(for: mean.mean)
    switch condition.rule {
    case .above, .below:
      return (p[0], mean.mean == condition.thresholds[0] ? .undecided : supports ? .supported : .refuted)
    case .within(let lower, _):
      if supports {
        // Identical values on a bound still lie within.
        return (mean.standardDeviation == 0 ? 0 : max(p[0], p[1]), .supported)
      }
      return (mean.mean < lower ? p[0] : p[1], .refuted)
    }
  }
}
