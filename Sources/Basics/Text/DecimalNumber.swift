/// A number as text files write it. Always the point as decimal mark, no hexadecimal, no thousands separators.
public enum DecimalNumber: Equatable, Sendable {
  /// No point, no exponent, and within 64 bits.
  case whole(Int64)
  case real(Double)

  public var asDouble: Double {
    switch self {
    case .whole(let value): Double(value)
    case .real(let value): value
    }
  }

  /// Reads the whole of `text`: an optional sign, digits with an optional point, an optional exponent, or `inf`,
  /// `infinity` and `nan` in any case. Correctly rounded. `nil` when it is anything else; spaces are not skipped.
  public static func parse(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> DecimalNumber? {
    var position = text.startIndex
    let end = text.endIndex
    var isNegative = false
    if position < end, text[position] == UInt8(ascii: "-") || text[position] == UInt8(ascii: "+") {
      isNegative = text[position] == UInt8(ascii: "-")
      position += 1
    }
    guard position < end else { return nil }
    if text[position] >= UInt8(ascii: "A") { return parseWord(text[position...], isNegative: isNegative) }

    var digits = 0
    var significand: UInt64 = 0
    var isExact = true
    var exponent = 0
    var isWhole = true
    func take(_ digit: UInt8) {
      digits += 1
      let (tens, overflow) = significand.multipliedReportingOverflow(by: 10)
      let (sum, carry) = tens.addingReportingOverflow(UInt64(digit))
      if overflow || carry { isExact = false } else { significand = sum }
    }
    while position < end, let digit = digitValue(text[position]) {
      take(digit)
      position += 1
    }
    if position < end, text[position] == UInt8(ascii: ".") {
      isWhole = false
      position += 1
      while position < end, let digit = digitValue(text[position]) {
        take(digit)
        exponent -= 1
        position += 1
      }
    }
    guard digits > 0 else { return nil }
    if position < end, text[position] | 0x20 == UInt8(ascii: "e") {
      isWhole = false
      guard let written = parseExponent(text[(position + 1)...]) else { return nil }
      exponent += written
      position = end
    }
    guard position == end else { return nil }

    if isWhole, isExact, let value = signed(significand, isNegative: isNegative) { return .whole(value) }
    // Both factors are exact below 2^53 and 10^22, so that one rounding gives the nearest number (Clinger 1990).
    if isExact, significand < 1 << 53, abs(exponent) < powersOfTen.count {
      let scaled =
        exponent < 0 ? Double(significand) / powersOfTen[-exponent] : Double(significand) * powersOfTen[exponent]
      return .real(isNegative ? -scaled : scaled)
    }
    return Double(String(decoding: text, as: UTF8.self)).map { .real($0) }
  }

  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
  ]

  private static func digitValue(_ byte: UInt8) -> UInt8? {
    let value = byte &- UInt8(ascii: "0")
    return value < 10 ? value : nil
  }

  private static func signed(_ magnitude: UInt64, isNegative: Bool) -> Int64? {
    guard isNegative else { return Int64(exactly: magnitude) }
    return magnitude == 1 << 63 ? .min : Int64(exactly: magnitude).map { -$0 }
  }

  /// An optional sign and digits; beyond ±99,999, which no number needs, the value no longer grows.
  private static func parseExponent(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
    var digits = text
    let sign = digits.first
    if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { digits = digits.dropFirst() }
    guard !digits.isEmpty else { return nil }
    var value = 0
    for byte in digits {
      guard let digit = digitValue(byte) else { return nil }
      value = min(value * 10 + Int(digit), 99_999)
    }
    return sign == UInt8(ascii: "-") ? -value : value
  }

  private static func parseWord(_ word: Slice<UnsafeBufferPointer<UInt8>>, isNegative: Bool) -> DecimalNumber? {
    guard word.count <= 8 else { return nil }
    switch String(decoding: word, as: UTF8.self).lowercased() {
    case "inf", "infinity": return .real(isNegative ? -.infinity : .infinity)
    case "nan": return .real(.nan)
    default: return nil
    }
  }
}
