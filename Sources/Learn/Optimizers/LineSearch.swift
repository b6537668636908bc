/// How far to go along a direction.
enum LineSearch {
  /// A place on the line: how far, the loss, its slope along the line, and its whole gradient.
  struct Trial {
    let length: Double
    let value: Double
    let slope: Double
    let gradient: [Double]
  }

  /// The loss must fall by this share of what the first slope promises ...
  private static let decrease = 1e-4
  /// ... and the slope must flatten to this share.
  private static let curvature = 0.9

  /// A length that satisfies the strong Wolfe conditions, or the best that was seen before the budget was spent.
  ///
  /// Brackets a minimum and narrows the bracket by cubic interpolation (Nocedal and Wright 2006, Numerical Optimization,
  /// algorithms 3.5 and 3.6).
  static func strongWolfe(
    from origin: Trial, first: Double, budget: Int, smallest: Double, _ evaluations: inout Int,
    _ trial: (Double) throws -> Trial
  ) throws -> Trial {
    var left = budget
    func look(_ length: Double) throws -> Trial {
      left -= 1
      evaluations += 1
      return try trial(length)
    }
    func isTooHigh(_ t: Trial) -> Bool {
      !t.value.isFinite || t.value > origin.value + decrease * t.length * origin.slope
    }
    func isFlat(_ t: Trial) -> Bool { t.slope.magnitude <= -curvature * origin.slope }

    var before = origin
    var length = first
    while left > 0 {
      let now = try look(length)
      if isTooHigh(now) || (before.length > 0 && now.value >= before.value) {
        return try narrow(before, now)
      }
      if isFlat(now) { return now }
      if now.slope >= 0 { return try narrow(now, before) }
      let proposal = minimum(before, now) ?? 2 * length
      length = max(length + 0.1 * (length - before.length), min(10 * length, proposal))
      before = now
    }
    return before

    /// Between a low end, which satisfies the decrease, and a high one.
    func narrow(_ one: Trial, _ other: Trial) throws -> Trial {
      var (low, high) = (one, other)
      while left > 0, (high.length - low.length).magnitude > smallest {
        let (lower, upper) = (min(low.length, high.length), max(low.length, high.length))
        let margin = 0.1 * (upper - lower)
        let proposal = high.value.isFinite ? minimum(low, high) : nil
        let now = try look(max(lower + margin, min(upper - margin, proposal ?? (lower + upper) / 2)))
        if isTooHigh(now) || now.value >= low.value {
          high = now
        } else {
          if isFlat(now) { return now }
          if now.slope * (high.length - low.length) >= 0 { high = low }
          low = now
        }
      }
      return low
    }
  }

  /// Where the cubic through two places with their slopes has its minimum; `nil` where it has none.
  private static func minimum(_ a: Trial, _ b: Trial) -> Double? {
    let gap = b.length - a.length
    let d1 = a.slope + b.slope - 3 * (b.value - a.value) / gap
    let square = d1 * d1 - a.slope * b.slope
    guard square >= 0 else { return nil }
    let d2 = gap < 0 ? -square.squareRoot() : square.squareRoot()
    let place = b.length - gap * (b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2)
    return place.isFinite ? place : nil
  }
}
