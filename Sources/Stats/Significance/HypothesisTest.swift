/// Which deviations from the null hypothesis count.
public enum Alternative: String, Sendable, CaseIterable {
  case twoSided
  /// The first sample, or the mean, is greater.
  case greater
  /// The first sample, or the mean, is less.
  case less
}

/// The outcome of a significance test.
public struct HypothesisTest: Equatable, Sendable {
  /// The test's statistic: t, a rank sum, a mean, ...
  public let statistic: Double
  /// The probability, under the null hypothesis, of a statistic at least as far out.
  public let p: Double
  /// For tests that refer to a t distribution.
  public let degreesOfFreedom: Double?
  /// Whether `p` comes from the full distribution instead of an approximation or sampling.
  public let isExact: Bool

  init(statistic: Double, p: Double, degreesOfFreedom: Double? = nil, isExact: Bool = true) {
    self.statistic = statistic
    self.p = p
    self.degreesOfFreedom = degreesOfFreedom
    self.isExact = isExact
  }
}

extension Alternative {
  /// p of a t statistic.
  func p(t: Double, degreesOfFreedom: Double) -> Double {
    switch self {
    case .twoSided: StudentT.twoSided(t, degreesOfFreedom: degreesOfFreedom)
    case .greater: StudentT.upperTail(t, degreesOfFreedom: degreesOfFreedom)
    case .less: StudentT.cumulative(t, degreesOfFreedom: degreesOfFreedom)
    }
  }

  /// p of a discrete statistic from the probabilities of at most and at least the observed value.
  func p(atMost: Double, atLeast: Double) -> Double {
    switch self {
    case .twoSided: min(1, 2 * min(atMost, atLeast))
    case .greater: min(1, atLeast)
    case .less: min(1, atMost)
    }
  }

  /// p of a normal statistic; `continuity` moves it towards zero by that much of a standard deviation.
  func p(z: Double, continuity: Double = 0) -> Double {
    switch self {
    case .twoSided: min(1, 2 * Normal.upperTail(abs(z) - continuity))
    case .greater: Normal.upperTail(z - continuity)
    case .less: Normal.cumulative(z + continuity)
    }
  }
}
