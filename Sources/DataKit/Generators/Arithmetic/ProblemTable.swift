import Basics
import Tensors

/// The columns while they grow.
struct ProblemTable {
  var questions: [String] = []
  var steps: [String] = []
  var answers: [String] = []
  var nearMisses: [String] = []
  private var digits: [Int64] = []
  private var carries: [Int64] = []
  private var chains: [Int64] = []
  private var difficulties: [Float] = []
  private var operands: [Int64] = []
  private var sums: [Int64] = []

  mutating func add(_ left: DigitNumber, _ right: DigitNumber, _ calculation: ColumnCalculation, isProduct: Bool) {
    let longer = max(left.digits.count, right.digits.count)
    digits.append(Int64(longer))
    carries.append(Int64(calculation.carryCount))
    chains.append(Int64(calculation.longestChain))
    let steps = isProduct ? left.digits.count * right.digits.count : longer
    difficulties.append(Float(steps + calculation.carryCount))
  }

  mutating func addNumbers(
    _ left: DigitNumber, _ right: DigitNumber, _ calculation: ColumnCalculation, base: Int, columns: Int
  ) {
    operands.append(left.value(base: base))
    operands.append(right.value(base: base))
    for place in 0..<columns {
      // Above the highest column stands what it has handed on.
      let last = place == calculation.sums.count ? calculation.carries.last ?? 0 : 0
      sums.append(Int64(place < calculation.sums.count ? calculation.sums[place] : last))
    }
  }

  func dataset(columns: Int?) throws -> Dataset {
    let texts = questions.indices.map { questions[$0] + steps[$0] + answers[$0] }
    var all: [Dataset.Column] = [
      Dataset.Column("text", texts), Dataset.Column("question", questions), Dataset.Column("steps", steps),
      Dataset.Column("answer", answers), Dataset.Column("near_miss", nearMisses),
      try .integers("digits", digits), try .integers("carries", carries), try .integers("carry_chain", chains),
      try .floats("difficulty", difficulties),
    ]
    if let columns {
      all.append(try .integers("operands", operands, width: 2))
      all.append(try .integers("column_sums", sums, width: columns))
    }
    return try Dataset(checked: all)
  }
}
