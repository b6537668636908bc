import Basics
import DataKit
import Tensors
import XCTest

/// Answers, carries and formats against calculations of Swift's own integers.
final class ArithmeticTests: XCTestCase {
  /// The carries of a sum, or the borrows of a difference, counted column by column.
  private func carries(_ a: Int, _ b: Int, base: Int, isDifference: Bool) -> (count: Int, chain: Int) {
    var (a, b, carry, count, run, longest) = (a, b, 0, 0, 0, 0)
    while a > 0 || b > 0 {
      let column = isDifference ? a % base - b % base - carry : a % base + b % base + carry
      carry = isDifference ? (column < 0 ? 1 : 0) : (column >= base ? 1 : 0)
      count += carry
      run = carry > 0 ? run + 1 : 0
      longest = max(longest, run)
      (a, b) = (a / base, b / base)
    }
    return (count, longest)
  }

  private func operands(_ set: Dataset) throws -> [(Int, Int)] {
    let flat = try set.integers("operands")
    return (0..<set.rows).map { (flat[2 * $0], flat[2 * $0 + 1]) }
  }

  func testAnswersAndCarriesAreRight() throws {
    for (operation, sign) in [("add", "+"), ("subtract", "-"), ("multiply", "*")] {
      for base in [2, 10, 16] {
        for sampling in ["uniform", "digits"] {
          let set = try generate(
            "arithmetic",
            [
              "count": 300, "operation": .text(operation), "digits": 5, "right_digits": 4,
              "base": .number(Double(base)), "sampling": .text(sampling),
            ])
          let (questions, answers, wrong) = (
            try set.text("question"), try set.text("answer"), try set.text("near_miss")
          )
          let (counts, chains, digits) = (
            try set.integers("carries"), try set.integers("carry_chain"), try set.integers("digits")
          )
          for (row, (a, b)) in try operands(set).enumerated() {
            XCTAssertEqual(questions[row], "\(String(a, radix: base))\(sign)\(String(b, radix: base))=")
            let result = operation == "add" ? a + b : operation == "subtract" ? a - b : a * b
            XCTAssertGreaterThanOrEqual(result, 0)
            XCTAssertEqual(answers[row], String(result, radix: base))
            XCTAssertNotEqual(wrong[row], answers[row])
            XCTAssertNotNil(Int(wrong[row], radix: base))
            XCTAssertEqual(digits[row], max(String(a, radix: base).count, String(b, radix: base).count))
            if operation == "multiply" { continue }
            let (count, chain) = carries(a, b, base: base, isDifference: operation == "subtract")
            XCTAssertEqual(counts[row], count, questions[row])
            XCTAssertEqual(chains[row], chain, questions[row])
          }
        }
      }
    }
  }

  func testColumnSumsOfProducts() throws {
    let set = try generate("arithmetic", ["count": 200, "operation": "multiply", "digits": 3, "right_digits": 2])
    let (sums, counts) = (try set.integers("column_sums"), try set.integers("carries"))
    for (row, (a, b)) in try operands(set).enumerated() {
      let (x, y) = ([a % 10, a / 10 % 10, a / 100], [b % 10, b / 10])
      var (carry, found) = (0, 0)
      let columns = String(a).count + String(b).count - 1
      for k in 0..<5 {
        var sum = carry
        for i in 0..<3 where k - i >= 0 && k - i < 2 { sum += x[i] * y[k - i] }
        XCTAssertEqual(sums[5 * row + k], sum, "\(a) * \(b), column \(k)")
        carry = sum / 10
        if k < columns, carry > 0 { found += 1 }
      }
      XCTAssertEqual(counts[row], found)
    }
  }

  func testNumbersBeyondIntegers() throws {
    let set = try generate("arithmetic", ["count": 20, "digits": 400, "min_digits": 390, "format": "all_reversed"])
    XCTAssertFalse(set.names.contains("operands"))
    for (question, answer) in zip(try set.text("question"), try set.text("answer")) {
      let parts = question.dropLast().split(separator: "+").map { $0.utf8.map { Int($0) - 48 } }
      var (carry, digits) = (0, "")
      for place in 0..<max(parts[0].count, parts[1].count) {
        let sum =
          (place < parts[0].count ? parts[0][place] : 0) + (place < parts[1].count ? parts[1][place] : 0) + carry
        digits += String(sum % 10)
        carry = sum / 10
      }
      XCTAssertEqual(answer, digits + (carry > 0 ? "1" : ""))
    }
  }

  func testFormats() throws {
    let plain = try generate("arithmetic", ["count": 50, "boundary": "$"])
    let padded = try generate("arithmetic", ["count": 50, "pad": true, "format": "reversed", "boundary": "$"])
    let both = try generate("arithmetic", ["count": 50, "pad": true, "format": "all_reversed"])
    for row in 0..<50 {
      let answer = try plain.text("answer")[row].dropLast()
      let wide = String(repeating: "0", count: 4 - answer.count) + answer
      XCTAssertEqual(try padded.text("answer")[row], String(wide.reversed()) + "$")
      XCTAssertEqual(try both.text("answer")[row], String(wide.reversed()))
      let question = try padded.text("question")[row]
      XCTAssertEqual(question.count, 9)
      XCTAssertTrue(question.hasPrefix("$"))
      let parts = question.dropFirst().dropLast().split(separator: "+")
      XCTAssertEqual(try both.text("question")[row], parts.map { String($0.reversed()) }.joined(separator: "+") + "=")
      XCTAssertEqual(try padded.text("text")[row], question + (try padded.text("answer")[row]))
    }
  }

  func testScratchpads() throws {
    func first(_ options: KeyValuePairs<String, SettingValue>, _ question: String) throws -> String? {
      let set = try generate("arithmetic", options)
      let questions = try set.text("question")
      return try questions.firstIndex(of: question).map { try set.text("text")[$0] }
    }
    XCTAssertEqual(
      try first(["count": 20000, "digits": 2, "scratchpad": "simple"], "28+67="), "28+67=A5C1,A9C0;95")
    XCTAssertEqual(
      try first(["count": 20000, "digits": 2, "scratchpad": "detailed", "pad": true], "08+67="),
      "08+67=8+7+0=15,A5C1,0+6+1=7,A7C0;075")
    XCTAssertEqual(
      try first(["count": 40000, "digits": 2, "operation": "subtract", "scratchpad": "detailed"], "52-17="),
      "52-17=2-7-0=-5,A5B1,5-1-1=3,A3B0;35")
    XCTAssertEqual(
      try first(["count": 40000, "digits": 2, "operation": "multiply", "scratchpad": "simple"], "12*34="),
      "12*34=P84S84,P063S804;408")
    XCTAssertEqual(
      try first(["count": 40000, "digits": 2, "operation": "multiply", "scratchpad": "detailed"], "12*34="),
      "12*34=21*4=84,P84S84,21*3=63,P063S804;408")
  }

  func testNegativeDifferences() throws {
    let set = try generate(
      "arithmetic", ["count": 200, "operation": "subtract", "negative": true, "format": "reversed", "digits": 2])
    var negative = 0
    for (row, (a, b)) in try operands(set).enumerated() {
      XCTAssertEqual(try set.text("answer")[row], String(String(a - b).reversed()))
      if a < b { negative += 1 }
    }
    XCTAssertGreaterThan(negative, 60)
    XCTAssertLessThan(negative, 140)
  }

  func testBalancedSampling() throws {
    for (operation, largest) in [("add", 4), ("subtract", 3)] {
      let set = try generate(
        "arithmetic", ["count": 8000, "digits": 4, "sampling": "carries", "operation": .text(operation)])
      var counts = [Int](repeating: 0, count: 5)
      for carries in try set.integers("carries") { counts[carries] += 1 }
      let expected = 8000 / (largest + 1)
      for carries in 0...largest { XCTAssertEqual(counts[carries], expected, accuracy: expected / 10) }
    }
    let set = try generate("arithmetic", ["count": 6000, "digits": 6, "sampling": "digits"])
    var counts = [Int](repeating: 0, count: 7)
    for digits in try set.integers("digits") { counts[digits] += 1 }
    for digits in 1...6 { XCTAssertEqual(counts[digits], 1000, accuracy: 120) }
  }

  /// Among the pairs with a number of carries none is preferred: all 45 + 55 pairs of one digit.
  func testPairsWithinACarryClassAreEquallyLikely() throws {
    let set = try generate("arithmetic", ["count": 20000, "digits": 1, "sampling": "carries"])
    var counts = [Int](repeating: 0, count: 100)
    for (a, b) in try operands(set) { counts[10 * a + b] += 1 }
    var statistic = 0.0
    for a in 0..<10 {
      for b in 0..<10 {
        let expected = 10000 / (a + b >= 10 ? 45.0 : 55)
        statistic += (Double(counts[10 * a + b]) - expected) * (Double(counts[10 * a + b]) - expected) / expected
      }
    }
    // The 99.9 % point of chi-squared with 98 degrees of freedom is 147.
    XCTAssertLessThan(statistic, 147)
  }

  func testDistinctQuestions() throws {
    let set = try generate("arithmetic", ["count": 100, "digits": 1, "distinct": true])
    XCTAssertEqual(Set(try set.text("question")).count, 100)
    refuse(
      "arithmetic", ["count": 101, "digits": 1, "distinct": true],
      "'count' asks for 101 distinct questions, but there are only 100")
    refuse(
      "arithmetic", ["count": 60, "digits": 1, "operation": "subtract", "distinct": true],
      "found only 55 distinct questions in 106055 draws, but 'count' asks for 60")
  }

  func testSpacesLeaveOperandsAlone() throws {
    let plain = try generate("arithmetic", ["count": 200])
    let spaced = try generate("arithmetic", ["count": 200, "spaces": 0.5])
    XCTAssertEqual(try plain.tensor("operands").toIntegers(), try spaced.tensor("operands").toIntegers())
    XCTAssertEqual(
      try plain.text("question"), try spaced.text("question").map { $0.filter { $0 != " " } })
    XCTAssertNotEqual(try plain.text("question"), try spaced.text("question"))
  }

  func testNearMissesForgetCarries() throws {
    let set = try generate("arithmetic", ["count": 2000, "digits": 3])
    var (forgotten, slips) = (0, 0)
    for (answer, wrong) in zip(try set.text("answer"), try set.text("near_miss")) {
      let difference = (Int(answer) ?? 0) - (Int(wrong) ?? 0)
      XCTAssertTrue([1, 10, 100, 1000].contains(abs(difference)), "\(answer) \(wrong)")
      if [10, 100, 1000].contains(difference) { forgotten += 1 } else { slips += 1 }
    }
    XCTAssertGreaterThan(forgotten, 600)
    XCTAssertGreaterThan(slips, 600)
  }

  func testRefusals() {
    refuse("arithmetic", ["digits": 0], "'digits' must be a whole number from 1 to 1000, found 0")
    refuse("arithmetic", ["min_digits": 4], "'min_digits' (4) must not be above 'digits' (3)")
    refuse("arithmetic", ["negative": true], "'negative' goes with 'operation' \"subtract\" only")
    refuse(
      "arithmetic", ["operation": "subtract", "negative": true, "scratchpad": "simple"],
      "'negative' does not go with a scratchpad")
    refuse(
      "arithmetic", ["operation": "subtract", "right_digits": 4],
      "'right_digits' (4) must not be above 'digits' (3) where differences are not negative")
    refuse(
      "arithmetic", ["operation": "multiply", "sampling": "carries"],
      "'sampling' \"carries\" does not go with 'operation' \"multiply\"")
    refuse(
      "arithmetic", ["sampling": "carries", "min_digits": 2], "'min_digits' does not go with 'sampling' \"carries\"")
    refuse(
      "arithmetic", ["sampling": "carries", "digits": 65], "'sampling' \"carries\" takes at most 64 digits, found 65")
    refuse(
      "arithmetic", ["operation": "ad"],
      "'operation' must be one of 'add', 'subtract', 'multiply', found 'ad'; did you mean 'add'?")
    refuse("arithmetic", ["boundary": "123456789"], "'boundary' must have at most 8 characters, found 9")
    refuse("arithmetic", ["digit": 3], "unknown option 'digit'; did you mean 'digits'?")
  }
}
