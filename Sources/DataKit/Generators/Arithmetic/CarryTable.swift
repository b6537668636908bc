import Kernels

/// Draws pairs of numbers with a given number of carries, each such pair equally likely: the chances of what is left to draw
/// are tabulated from the highest column down.
struct CarryTable {
  private let base: Int
  private let left: Int
  private let right: Int
  private let isDifference: Bool
  private let columns: Int
  /// [column][carry in][carries still to come] is the probability under uniform digits.
  private var chances: [[[Double]]]
  /// The numbers of carries that can happen.
  private let possible: [Int]

  init(base: Int, left: Int, right: Int, isDifference: Bool) {
    (self.base, self.left, self.right, self.isDifference) = (base, left, right, isDifference)
    let columns = max(left, right)
    self.columns = columns
    var table = [[[Double]]](
      repeating: [[Double]](repeating: [Double](repeating: 0, count: columns + 2), count: 2), count: columns + 1)
    table[columns][0][0] = 1
    // A borrow out of the highest column would make the difference negative.
    table[columns][1][0] = isDifference ? 0 : 1
    for column in (0..<columns).reversed() {
      for carry in 0...1 {
        let chance = Self.carryChance(base, column < left, column < right, carry, isDifference)
        for count in 0...columns {
          let onward = count > 0 ? chance * table[column + 1][1][count - 1] : 0
          table[column][carry][count] = onward + (1 - chance) * table[column + 1][0][count]
        }
      }
    }
    chances = table
    possible = (0...columns).filter { table[0][0][$0] > 0 }
  }

  /// The probability that a column of uniform digits hands on a carry; an operand that has no digit there has 0.
  private static func carryChance(
    _ base: Int, _ hasLeft: Bool, _ hasRight: Bool, _ carry: Int, _ isDifference: Bool
  ) -> Double {
    var found = 0
    for a in 0..<(hasLeft ? base : 1) {
      for b in 0..<(hasRight ? base : 1) where carries(a, b, carry, base, isDifference) { found += 1 }
    }
    return Double(found) / Double((hasLeft ? base : 1) * (hasRight ? base : 1))
  }

  private static func carries(_ a: Int, _ b: Int, _ carry: Int, _ base: Int, _ isDifference: Bool) -> Bool {
    isDifference ? a - b - carry < 0 : a + b + carry >= base
  }

  func draw(_ stream: inout RandomStream) -> (left: DigitNumber, right: DigitNumber) {
    var count = possible[stream.nextInteger(below: possible.count)]
    var carry = 0
    var a: [UInt8] = []
    var b: [UInt8] = []
    for column in 0..<columns {
      let chance = Self.carryChance(base, column < left, column < right, carry, isDifference)
      let onward = count > 0 ? chance * chances[column + 1][1][count - 1] : 0
      // Rounding must not ask for what cannot be.
      let draw = stream.nextDouble() * chances[column][carry][count] < onward
      let wanted = chance >= 1 || (chance > 0 && draw)
      // Rejection keeps all pairs of digits of the wanted kind equally likely.
      while true {
        let x = column < left ? stream.nextInteger(below: base) : 0
        let y = column < right ? stream.nextInteger(below: base) : 0
        if Self.carries(x, y, carry, base, isDifference) == wanted {
          a.append(UInt8(x))
          b.append(UInt8(y))
          break
        }
      }
      carry = wanted ? 1 : 0
      if wanted { count -= 1 }
    }
    return (DigitNumber(a), DigitNumber(b))
  }
}
