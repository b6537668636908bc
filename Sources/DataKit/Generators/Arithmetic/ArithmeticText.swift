/// How problems are written.
struct ArithmeticText {
  enum Order: String {
    /// The highest digit first.
    case plain
    /// The answer with its lowest digit first.
    case reversed
    /// All numbers with their lowest digit first.
    case allReversed = "all_reversed"
  }

  enum Scratchpad: String {
    case none
    case simple
    case detailed
  }

  let operation: Operation
  let order: Order
  let scratchpad: Scratchpad
  let base: Int
  /// Digits that numbers are filled up to with zeros; 0 writes them as they are.
  let leftWidth: Int
  let rightWidth: Int
  let resultWidth: Int

  enum Operation: String {
    case add
    case subtract
    case multiply

    var sign: UInt8 {
      switch self {
      case .add: UInt8(ascii: "+")
      case .subtract: UInt8(ascii: "-")
      case .multiply: UInt8(ascii: "*")
      }
    }
  }

  private static let letters = Array("0123456789abcdefghijklmnopqrstuvwxyz".utf8)

  private func write(_ number: DigitNumber, width: Int, lowestFirst: Bool, _ text: inout TextBuffer) {
    if number.isNegative, !lowestFirst { text.add(UInt8(ascii: "-")) }
    let places = 0..<max(width, number.digits.count)
    if lowestFirst {
      for place in places { text.add(Self.letters[number[place]]) }
    } else {
      for place in places.reversed() { text.add(Self.letters[number[place]]) }
    }
    if number.isNegative, lowestFirst { text.add(UInt8(ascii: "-")) }
  }

  /// "12+34=".
  func question(_ left: DigitNumber, _ right: DigitNumber, _ text: inout TextBuffer) {
    write(left, width: leftWidth, lowestFirst: order == .allReversed, &text)
    text.add(operation.sign)
    write(right, width: rightWidth, lowestFirst: order == .allReversed, &text)
    text.add(UInt8(ascii: "="))
  }

  func answer(_ result: DigitNumber, _ text: inout TextBuffer) {
    write(result, width: resultWidth, lowestFirst: order != .plain, &text)
  }

  /// The steps of the calculation, the lowest column first.
  func steps(_ left: DigitNumber, _ right: DigitNumber, _ calculation: ColumnCalculation, _ text: inout TextBuffer) {
    guard scratchpad != .none else { return }
    if operation == .multiply {
      partialProducts(left, right, &text)
    } else {
      columns(left, right, calculation, &text)
    }
    text.add(UInt8(ascii: ";"))
  }

  /// "A5C1,A9C0" or "8+7+0=15,A5C1,2+6+1=9,A9C0": each column's digit and carry.
  private func columns(
    _ left: DigitNumber, _ right: DigitNumber, _ calculation: ColumnCalculation, _ text: inout TextBuffer
  ) {
    var carry = 0
    for place in 0..<max(calculation.sums.count, leftWidth, rightWidth) {
      let sum = place < calculation.sums.count ? calculation.sums[place] : 0
      if place > 0 { text.add(UInt8(ascii: ",")) }
      if scratchpad == .detailed {
        for digit in [left[place], right[place], carry] {
          text.add(Self.letters[digit])
          text.add(operation.sign)
        }
        text.replaceLast(UInt8(ascii: "="))
        let size = DigitNumber([UInt8(abs(sum) % base), UInt8(abs(sum) / base)], isNegative: sum < 0)
        write(size, width: 0, lowestFirst: false, &text)
        text.add(UInt8(ascii: ","))
      }
      text.add(UInt8(ascii: "A"))
      text.add(Self.letters[calculation.result[place]])
      carry = place < calculation.carries.count ? calculation.carries[place] : 0
      text.add(operation == .add ? UInt8(ascii: "C") : UInt8(ascii: "B"))
      text.add(Self.letters[carry])
    }
  }

  /// "P84S84,P063S804": the partial product for each digit of the right factor and the sum so far, the lowest digits first.
  private func partialProducts(_ left: DigitNumber, _ right: DigitNumber, _ text: inout TextBuffer) {
    var total = DigitNumber([0])
    for place in 0..<max(right.digits.count, rightWidth) {
      let digit = DigitNumber([UInt8(right[place])])
      let product = ColumnCalculation.product(left, digit, base: base).result
      let partial = DigitNumber([UInt8](repeating: 0, count: place) + product.digits)
      total = ColumnCalculation.sum(total, partial, base: base).result
      if place > 0 { text.add(UInt8(ascii: ",")) }
      if scratchpad == .detailed {
        write(left, width: leftWidth, lowestFirst: true, &text)
        text.add(UInt8(ascii: "*"))
        write(digit, width: 0, lowestFirst: true, &text)
        text.add(UInt8(ascii: "="))
        write(product, width: leftWidth > 0 ? leftWidth + 1 : 0, lowestFirst: true, &text)
        text.add(UInt8(ascii: ","))
      }
      text.add(UInt8(ascii: "P"))
      write(partial, width: leftWidth > 0 ? leftWidth + place + 1 : 0, lowestFirst: true, &text)
      text.add(UInt8(ascii: "S"))
      write(total, width: resultWidth, lowestFirst: true, &text)
    }
  }
}
