import Basics
import Kernels

/// The problems that the options ask for.
struct ArithmeticProblems {
  private let operation: ArithmeticText.Operation
  private let base: Int
  private let sampler: OperandSampler
  private let text: ArithmeticText
  private let allowsNegative: Bool
  private let isDistinct: Bool
  private let spaces: Double
  private let boundary: String
  private let columns: Int
  private let fitsIntegers: Bool

  init(_ settings: Settings) throws {
    operation = ArithmeticText.Operation(rawValue: settings.text("operation")) ?? .add
    base = settings.integer("base")
    let left = settings.integer("digits")
    let right = settings.integer("right_digits") == 0 ? left : settings.integer("right_digits")
    try Generators.requireOrder(settings, "min_digits", "digits")
    allowsNegative = settings.boolean("negative")
    let scratchpad = ArithmeticText.Scratchpad(rawValue: settings.text("scratchpad")) ?? .none
    if operation == .subtract {
      guard right <= left || allowsNegative else {
        throw Failure(
          .range, "'right_digits' (\(right)) must not be above 'digits' (\(left)) where differences are not negative")
      }
      guard right <= left || settings.text("sampling") != "carries" else {
        throw Failure(.range, "'sampling' \"carries\" needs 'right_digits' (\(right)) not above 'digits' (\(left))")
      }
      guard scratchpad == .none || !allowsNegative else {
        throw Failure(.argument, "'negative' does not go with a scratchpad")
      }
    } else if allowsNegative {
      throw Failure(.argument, "'negative' goes with 'operation' \"subtract\" only")
    }
    let law = OperandSampler.Law(rawValue: settings.text("sampling")) ?? .uniform
    if law == .carries, operation == .multiply {
      throw Failure(.argument, "'sampling' \"carries\" does not go with 'operation' \"multiply\"")
    }
    sampler = try OperandSampler(
      law: law, base: base, least: settings.integer("min_digits"), leftDigits: left, rightDigits: right,
      isDifference: operation == .subtract)
    columns =
      switch operation {
      case .add: max(left, right) + 1
      case .subtract: max(left, right)
      case .multiply: left + right
      }
    fitsIntegers = Double(columns) * Double.log2(Double(base)) <= 62
    let pads = settings.boolean("pad")
    text = ArithmeticText(
      operation: operation, order: ArithmeticText.Order(rawValue: settings.text("format")) ?? .plain,
      scratchpad: scratchpad, base: base, leftWidth: pads ? left : 0, rightWidth: pads ? right : 0,
      resultWidth: pads ? columns : 0)
    isDistinct = settings.boolean("distinct")
    spaces = settings.number("spaces")
    boundary = settings.text("boundary")
    let pairs = Double.pow(Double(base), Double(left + right))
    if isDistinct, Double(settings.integer("count")) > pairs {
      throw Failure(
        .range, "'count' asks for \(settings.integer("count")) distinct questions, but there are only \(Int(pairs))")
    }
  }

  func make(count: Int, _ stream: inout RandomStream) throws -> Dataset {
    var table = ProblemTable()
    var seen: Set<String> = []
    var buffer = TextBuffer()
    // Spaces and mistakes have streams of their own, so that they leave the operands as they are.
    var spaceStream = stream.split("spaces")
    var mistakeStream = stream.split("mistakes")
    var draws = 0
    try Generators.forEachRow(count) { row in
      var (left, right) = draw(&stream)
      text.question(left, right, &buffer)
      var question = buffer.take()
      while isDistinct, !seen.insert(question).inserted {
        draws += 1
        guard draws < 100_000 + 100 * count else {
          throw Failure(
            .range, "found only \(row) distinct questions in \(draws + row) draws, but 'count' asks for \(count)")
        }
        if draws & 1023 == 0, Interrupt.isRequested { throw Failure(.interrupted, "interrupted") }
        (left, right) = draw(&stream)
        text.question(left, right, &buffer)
        question = buffer.take()
      }
      if spaces > 0 { question = spaced(question, &buffer, &spaceStream) }
      let calculation = calculate(left, right)
      let wrong = mistake(left, right, calculation, &mistakeStream)
      text.steps(left, right, calculation, &buffer)
      table.steps.append(buffer.take())
      table.questions.append(boundary + question)
      text.answer(calculation.result, &buffer)
      buffer.add(boundary)
      table.answers.append(buffer.take())
      text.answer(wrong, &buffer)
      buffer.add(boundary)
      table.nearMisses.append(buffer.take())
      table.add(left, right, calculation, isProduct: operation == .multiply)
      if fitsIntegers { table.addNumbers(left, right, calculation, base: base, columns: columns) }
    }
    return try table.dataset(columns: fitsIntegers ? columns : nil)
  }

  private func draw(_ stream: inout RandomStream) -> (left: DigitNumber, right: DigitNumber) {
    let (left, right) = sampler.draw(&stream)
    guard operation == .subtract else { return (left, right) }
    if allowsNegative {
      // Balanced carries come with the larger operand first.
      let turns = sampler.law == .carries && sampler.leftDigits == sampler.rightDigits && stream.nextBernoulli(0.5)
      return turns ? (right, left) : (left, right)
    }
    return left.isSmaller(than: right) ? (right, left) : (left, right)
  }

  private func calculate(_ left: DigitNumber, _ right: DigitNumber, forgotten: Int? = nil) -> ColumnCalculation {
    switch operation {
    case .add: return .sum(left, right, base: base, forgotten: forgotten)
    case .multiply: return .product(left, right, base: base, forgotten: forgotten)
    case .subtract:
      guard left.isSmaller(than: right) else {
        return .difference(left, right, base: base, forgotten: forgotten)
      }
      var turned = ColumnCalculation.difference(right, left, base: base, forgotten: forgotten)
      turned.result = DigitNumber(turned.result.digits, isNegative: true)
      return turned
    }
  }

  /// A forgotten carry, or one digit off by one, equally likely where both can be.
  private func mistake(
    _ left: DigitNumber, _ right: DigitNumber, _ calculation: ColumnCalculation, _ stream: inout RandomStream
  ) -> DigitNumber {
    let carrying = calculation.carries.indices.filter { calculation.carries[$0] > 0 }
    if !carrying.isEmpty, stream.nextBernoulli(0.5) {
      return calculate(left, right, forgotten: carrying[stream.nextInteger(below: carrying.count)]).result
    }
    var digits = calculation.result.digits
    let place = stream.nextInteger(below: digits.count)
    // The highest digit of a longer number does not become 0, and no digit leaves the base.
    let lowest = place == digits.count - 1 && place > 0 ? 1 : 0
    let digit = Int(digits[place])
    let up = digit == base - 1 ? false : digit == lowest ? true : stream.nextBernoulli(0.5)
    if up == false, digit == lowest {
      // Base 2 has no other highest digit: another one changes.
      digits[0] = digits[0] == 0 ? 1 : 0
    } else {
      digits[place] = UInt8(up ? digit + 1 : digit - 1)
    }
    return DigitNumber(digits, isNegative: calculation.result.isNegative)
  }

  private func spaced(_ question: String, _ buffer: inout TextBuffer, _ stream: inout RandomStream) -> String {
    for (place, byte) in question.utf8.enumerated() {
      if place > 0, stream.nextBernoulli(spaces) { buffer.add(UInt8(ascii: " ")) }
      buffer.add(byte)
    }
    return buffer.take()
  }
}
