import Basics
import Kernels

/// Draws pairs of operands.
struct OperandSampler {
  enum Law: String {
    /// All numbers with as many digits as allowed are equally likely.
    case uniform
    /// All lengths are equally likely, and both operands have the same.
    case digits
    /// All numbers of carries are equally likely.
    case carries
  }

  let law: Law
  let base: Int
  /// The fewest digits of both, and the most of each.
  let least: Int
  let leftDigits: Int
  let rightDigits: Int
  private let carryTable: CarryTable?

  init(law: Law, base: Int, least: Int, leftDigits: Int, rightDigits: Int, isDifference: Bool) throws {
    (self.law, self.base, self.least, self.leftDigits, self.rightDigits) = (law, base, least, leftDigits, rightDigits)
    guard law == .carries else {
      carryTable = nil
      return
    }
    guard least == 1 else { throw Failure(.argument, "'min_digits' does not go with 'sampling' \"carries\"") }
    guard max(leftDigits, rightDigits) <= 64 else {
      throw Failure(
        .range, "'sampling' \"carries\" takes at most 64 digits, found \(max(leftDigits, rightDigits))")
    }
    carryTable = CarryTable(base: base, left: leftDigits, right: rightDigits, isDifference: isDifference)
  }

  func draw(_ stream: inout RandomStream) -> (left: DigitNumber, right: DigitNumber) {
    if let carryTable { return carryTable.draw(&stream) }
    switch law {
    case .digits:
      let length = least + stream.nextInteger(below: leftDigits - least + 1)
      let left = exactly(length, &stream)
      return (left, exactly(min(length, rightDigits), &stream))
    case .uniform, .carries:
      let left = uniform(leftDigits, &stream)
      return (left, uniform(rightDigits, &stream))
    }
  }

  /// A number of at most `most` digits, and at least `least` or `most`, whichever is fewer.
  private func uniform(_ most: Int, _ stream: inout RandomStream) -> DigitNumber {
    while true {
      let number = DigitNumber((0..<most).map { _ in UInt8(stream.nextInteger(below: base)) })
      if number.digits.count >= min(least, most) { return number }
    }
  }

  private func exactly(_ length: Int, _ stream: inout RandomStream) -> DigitNumber {
    var digits = (0..<length).map { _ in UInt8(stream.nextInteger(below: base)) }
    if length > 1 { digits[length - 1] = UInt8(1 + stream.nextInteger(below: base - 1)) }
    return DigitNumber(digits)
  }
}
