import Basics

/// A column-by-column calculation, as on paper.
struct ColumnCalculation {
  /// The result.
  var result: DigitNumber
  /// What stands in each column before its carry is taken off, what comes in included, the lowest column first: a + b + c for
  /// sums, a - b - c for differences, sum of a_i b_j + c for products.
  var sums: [Int]
  /// What each column hands to the next.
  var carries: [Int]

  /// How many columns hand something on.
  var carryCount: Int { carries.count { $0 > 0 } }

  /// The longest run of columns each of which hands something to the next.
  var longestChain: Int {
    var longest = 0
    var run = 0
    for carry in carries {
      run = carry > 0 ? run + 1 : 0
      longest = max(longest, run)
    }
    return longest
  }

  /// left + right.
  ///
  /// - Parameter forgotten: a column whose carry is lost.
  static func sum(_ left: DigitNumber, _ right: DigitNumber, base: Int, forgotten: Int? = nil) -> Self {
    run(max(left.digits.count, right.digits.count), base: base, forgotten: forgotten) { left[$0] + right[$0] + $1 }
  }

  /// left - right for left >= right; the carries are borrows.
  static func difference(_ left: DigitNumber, _ right: DigitNumber, base: Int, forgotten: Int? = nil) -> Self {
    run(left.digits.count, base: base, forgotten: forgotten) { left[$0] - right[$0] - $1 }
  }

  /// left * right.
  static func product(_ left: DigitNumber, _ right: DigitNumber, base: Int, forgotten: Int? = nil) -> Self {
    let (n, m) = (left.digits.count, right.digits.count)
    return run(n + m - 1, base: base, forgotten: forgotten) { place, carry in
      var sum = carry
      for i in max(0, place - m + 1)...min(place, n - 1) { sum += left[i] * right[place - i] }
      return sum
    }
  }

  private static func run(
    _ columns: Int, base: Int, forgotten: Int?, _ column: (_ place: Int, _ carry: Int) -> Int
  ) -> Self {
    var sums: [Int] = []
    var carries: [Int] = []
    var digits: [UInt8] = []
    var carry = 0
    for place in 0..<columns {
      let sum = column(place, carry)
      let digit = ((sum % base) + base) % base
      carry = abs(sum - digit) / base
      sums.append(sum)
      carries.append(carry)
      digits.append(UInt8(digit))
      if place == forgotten { carry = 0 }
    }
    while carry > 0 {
      digits.append(UInt8(carry % base))
      carry /= base
    }
    return Self(result: DigitNumber(digits), sums: sums, carries: carries)
  }
}
