import Basics
import DataKit
import Tensors
import XCTest

final class ChainsTests: XCTestCase {
  /// Works a chain such as "3+4*2=" from left to right.
  private func work(_ question: String, modulus: Int) -> Int {
    var value: Int?
    var (sign, number) = (Character("+"), 0)
    for character in question {
      if let digit = character.wholeNumberValue {
        number = 10 * number + digit
        continue
      }
      let old = value ?? 0
      switch sign {
      case "+": value = (old + number) % modulus
      case "-": value = (old - number + modulus) % modulus
      default: value = old * number % modulus
      }
      (sign, number) = (character, 0)
    }
    return value ?? 0
  }

  func testChainsAndAttempts() throws {
    let set = try generate("chains", ["count": 500, "terms": 5, "min_terms": 2, "modulus": 23, "wrong": 0.5])
    let (first, isRight) = (try set.integers("first_wrong"), try set.truths("attempt_right"))
    XCTAssertEqual(first.count { $0 > 0 }, 250, accuracy: 40)
    for row in 0..<500 {
      let (steps, attempt) = (try set.text("steps")[row], try set.text("attempt")[row])
      let (answer, critique) = (try set.text("answer")[row], try set.text("critique")[row])
      XCTAssertEqual(answer, String(work(try set.text("question")[row], modulus: 23)))
      XCTAssertEqual(try set.text("text")[row], try set.text("question")[row] + steps + answer)
      let (right, tried) = (steps.split(separator: ";"), attempt.split(separator: ";"))
      XCTAssertEqual(right.count, tried.count)
      let differing = zip(right, tried).enumerated().first { $1.0 != $1.1 }.map { $0.offset + 1 } ?? 0
      XCTAssertEqual(first[row], differing)
      XCTAssertEqual(isRight[row], try set.text("attempt_answer")[row] == answer)
      for step in right {
        let sides = step.split(separator: "=")
        XCTAssertEqual(String(work(sides[0] + "=", modulus: 23)), String(sides[1]))
      }
      if differing == 0 {
        XCTAssertEqual(critique, "right")
      } else {
        let rest = right[(differing - 1)...].map { $0 + ";" }.joined()
        XCTAssertEqual(critique, "step \(differing): \(rest)\(answer)")
        // Every later step of the attempt goes on from the wrong number without a mistake of its own.
        for step in tried[differing...] {
          let sides = step.split(separator: "=")
          XCTAssertEqual(String(work(sides[0] + "=", modulus: 23)), String(sides[1]))
        }
      }
    }
  }

  func testQuasigroupIsALatinSquare() throws {
    let set = try generate("chains", ["count": 3000, "terms": 2, "modulus": 7, "operations": .texts(["quasigroup"])])
    var table: [String: String] = [:]
    for (question, answer) in zip(try set.text("question"), try set.text("answer")) {
      XCTAssertEqual(table[question] ?? answer, answer)
      table[question] = answer
    }
    XCTAssertEqual(table.count, 49)
    for x in 0..<7 {
      XCTAssertEqual(Set((0..<7).compactMap { table["\(x)@\($0)="] }).count, 7)
      XCTAssertEqual(Set((0..<7).compactMap { table["\($0)@\(x)="] }).count, 7)
    }
  }

  func testModularTables() throws {
    for operation in ["add", "subtract", "multiply", "divide", "square_sum", "quadratic"] {
      let set = try generate("modular", ["modulus": 11, "operation": .text(operation)])
      XCTAssertEqual(set.rows, operation == "divide" ? 110 : 121)
      let (left, right, y) = (try set.integers("left"), try set.integers("right"), try set.integers("y"))
      for row in 0..<set.rows {
        let (a, b, c) = (left[row], right[row], y[row] - 1)
        switch operation {
        case "add": XCTAssertEqual(c, (a + b) % 11)
        case "subtract": XCTAssertEqual((c + b) % 11, a)
        case "multiply": XCTAssertEqual(c, a * b % 11)
        case "divide": XCTAssertEqual(c * b % 11, a)
        case "square_sum": XCTAssertEqual(c, (a * a + b * b) % 11)
        default: XCTAssertEqual(c, (a * a + a * b + b * b) % 11)
        }
      }
      XCTAssertEqual(Array(try set.integers("tokens")[0..<4]), [1, 12, operation == "divide" ? 2 : 1, 13])
    }
    let noisy = try generate("modular", ["modulus": 31, "noise": 0.3])
    XCTAssertEqual(try noisy.truths("wrong").count { $0 }, 288, accuracy: 45)
    let clean = try generate("modular", ["modulus": 31]).integers("y")
    for (row, isWrong) in try noisy.truths("wrong").enumerated() {
      XCTAssertEqual(try noisy.integers("y")[row] != clean[row], isWrong)
    }
  }

  func testRefusals() {
    refuse(
      "modular", ["modulus": 91, "operation": "divide"],
      "'operation' \"divide\" needs a prime 'modulus', but 91 is divisible by 7")
    refuse("chains", ["min_terms": 5], "'min_terms' must be from 2 to 'terms' (4), found 5")
    refuse(
      "chains", ["operations": .texts(["add", "add"])], "'operations' names 'add' twice")
    refuse("chains", ["operations": .texts([])], "'operations' must have at least one name, found none")
    refuse(
      "chains", ["operations": .texts(["plus"])],
      "'operations' takes 'add', 'subtract', 'multiply', 'quasigroup', found 'plus'")
  }
}
