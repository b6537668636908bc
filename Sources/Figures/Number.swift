/// Numbers as text: the same on every machine, whatever its language settings.
enum Number {
  /// With a fixed number of decimals, and without a minus sign on zero. Magnitudes of 2^53 and more, and values that are
  /// not finite, are written as Swift does.
  static func fixed(_ value: Double, decimals: Int) -> String {
    let power = (0..<max(0, min(decimals, 15))).reduce(1.0) { result, _ in result * 10 }
    let scaled = (abs(value) * power).rounded(.toNearestOrEven)
    guard scaled < 9e15 else { return "\(value)" }
    let whole = String(Int64(scaled))
    let digits = min(decimals, 15)
    let padded = String(repeating: "0", count: max(0, digits + 1 - whole.count)) + whole
    let sign = value < 0 && scaled > 0 ? "-" : ""
    if digits <= 0 { return sign + padded }
    return sign + padded.dropLast(digits) + "." + padded.suffix(digits)
  }

  /// About three significant digits, with a power of ten for very large and very small numbers.
  static func short(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "NaN" : value > 0 ? "∞" : "-∞" }
    if value == 0 { return "0" }
    let exponent = exponent10(value)
    if exponent >= 6 || exponent <= -5 { return scientific(value, exponent, decimals: 2) }
    return trimmed(fixed(value, decimals: max(0, 2 - exponent)))
  }

  /// A coordinate in an SVG: at most two decimals.
  static func coordinate(_ value: Double) -> String {
    trimmed(fixed(value.isFinite ? min(1e6, max(-1e6, value)) : 0, decimals: 2))
  }

  /// The digits of `value` at the resolution of `step`.
  static func tick(_ value: Double, step: Double) -> String {
    if abs(value) < step / 1e6 { return "0" }
    let exponent = exponent10(value)
    let stepExponent = exponent10(step)
    if exponent >= 6 || exponent <= -5 {
      return scientific(value, exponent, decimals: max(0, min(12, exponent - stepExponent)))
    }
    return fixed(value, decimals: max(0, -stepExponent))
  }

  /// 3 × 10⁻⁷ style.
  private static func scientific(_ value: Double, _ exponent: Int, decimals: Int) -> String {
    // In two steps, as 10^-exponent alone may overflow.
    let half = exponent / 2
    let mantissa = value / power10(half) / power10(exponent - half)
    var text = trimmed(fixed(mantissa, decimals: decimals))
    var shown = exponent
    if text == "10" || text == "-10" {
      text = text.replacing("10", with: "1")
      shown += 1
    }
    let raised = String(shown).map { superscripts[$0] ?? $0 }
    return (text == "1" ? "" : text == "-1" ? "-" : text + "×") + "10" + String(raised)
  }

  private static let superscripts: [Character: Character] = [
    "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷", "8": "⁸", "9": "⁹",
  ]

  private static func trimmed(_ text: String) -> String {
    guard text.contains("."), !text.contains("e") else { return text }
    var text = text
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }

  /// The exponent of the power of ten at or below |value|, which is finite and not zero.
  static func exponent10(_ value: Double) -> Int {
    let size = abs(value)
    guard size > 0, size.isFinite else { return 0 }
    // Swift's shortest description is exact about the power of ten.
    let text = "\(size)"
    if let mark = text.firstIndex(of: "e") { return Int(text[text.index(after: mark)...]) ?? 0 }
    let parts = text.split(separator: ".")
    if let whole = parts.first, whole != "0" { return whole.count - 1 }
    return parts.count > 1 ? -(parts[1].prefix { $0 == "0" }.count + 1) : 0
  }

  /// 10 to a whole power.
  static func power10(_ exponent: Int) -> Double { Double("1e\(exponent)") ?? 0 }
}
