import Foundation

/// Numbers as reports show them: short, the same in every locale.
public enum NumberText {
  /// Four significant digits at most: `0.3125`, `12.5`, `1.2e-07`.
  public static func short(_ value: Double) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    if value == value.rounded(), abs(value) < 1e9 { return String(Int(value)) }
    return String(format: "%.4g", value)
  }

  /// With so many digits behind the point: `1.50`.
  public static func fixed(_ value: Double, digits: Int) -> String {
    value.isFinite && abs(value) < 1e6 ? String(format: "%.\(digits)f", value) : short(value)
  }

  /// A probability: `0.0003`, `< 0.0001`.
  public static func probability(_ value: Double) -> String {
    value < 0.0001 ? "< 0.0001" : String(format: "%.4f", value)
  }

  /// A duration: `0.4 s`, `12 s`, `3 min 20 s`.
  public static func duration(seconds: Double) -> String {
    if seconds < 9.95 { return String(format: "%.1f s", max(0, seconds)) }
    let whole = Int(min(seconds, 1e9).rounded())
    return whole < 120 ? "\(whole) s" : "\(whole / 60) min \(whole % 60) s"
  }

  /// "1 seed", "8 seeds".
  public static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
