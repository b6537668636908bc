import Basics
import Glibc

/// Differences measured in standard deviations.
public enum EffectSize {
  /// Cohen's d of one sample or of paired differences: (mean - reference) / standard deviation.
  ///
  /// Infinite when there is a difference but no spread, zero when there is neither.
  public static func cohen(_ values: [Double], reference: Double = 0) throws -> Double {
    ratio(try Summary.mean(values) - reference, try Summary.standardDeviation(values))
  }

  /// Cohen's d of two independent samples: difference of means / pooled standard deviation.
  public static func cohen(_ first: [Double], _ second: [Double]) throws -> Double {
    let (n, m) = (Double(first.count), Double(second.count))
    let pooled = try ((n - 1) * Summary.variance(first) + (m - 1) * Summary.variance(second)) / (n + m - 2)
    return ratio(try Summary.mean(first) - Summary.mean(second), pooled.squareRoot())
  }

  /// Hedges' g of one sample: Cohen's d without its bias in small samples (Hedges 1981, the exact factor).
  ///
  /// Two values give one degree of freedom, for which the factor is not defined; the error says so.
  public static func hedges(_ values: [Double], reference: Double = 0) throws -> Double {
    try cohen(values, reference: reference) * unbiasing(Double(values.count - 1))
  }

  /// Hedges' g of two independent samples.
  public static func hedges(_ first: [Double], _ second: [Double]) throws -> Double {
    try cohen(first, second) * unbiasing(Double(first.count + second.count - 2))
  }

  /// Γ(v/2) / (sqrt(v/2) Γ((v-1)/2)).
  private static func unbiasing(_ v: Double) throws -> Double {
    guard v > 1 else { throw Failure(.numerics, "Hedges' g needs at least 2 degrees of freedom, got \(Int(v))") }
    return exp(LogGamma.value(v / 2) - LogGamma.value((v - 1) / 2)) / (v / 2).squareRoot()
  }

  private static func ratio(_ difference: Double, _ spread: Double) -> Double {
    guard spread == 0 else { return difference / spread }
    return difference == 0 ? 0 : difference > 0 ? .infinity : -.infinity
  }
}
