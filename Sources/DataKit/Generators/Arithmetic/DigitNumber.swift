import Basics

/// A whole number of any size as digits in a base, the lowest first, without zeros in front; zero has one digit.
struct DigitNumber: Equatable {
  let digits: [UInt8]
  var isNegative = false

  /// From digits, the lowest first; zeros in front are dropped.
  init(_ digits: [UInt8], isNegative: Bool = false) {
    var end = digits.count
    while end > 1, digits[end - 1] == 0 { end -= 1 }
    self.digits = end == 0 ? [0] : end == digits.count ? digits : Array(digits[..<end])
    self.isNegative = isNegative && self.digits != [0]
  }

  subscript(place: Int) -> Int { place < digits.count ? Int(digits[place]) : 0 }

  /// By size, whatever the signs.
  func isSmaller(than other: DigitNumber) -> Bool {
    if digits.count != other.digits.count { return digits.count < other.digits.count }
    for place in digits.indices.reversed() where digits[place] != other.digits[place] {
      return digits[place] < other.digits[place]
    }
    return false
  }

  /// The number as 64 bits, which must suffice.
  func value(base: Int) -> Int64 {
    var sum: Int64 = 0
    for digit in digits.reversed() { sum = sum &* Int64(base) &+ Int64(digit) }
    return isNegative ? -sum : sum
  }
}
