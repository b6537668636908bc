import Basics
import DataKit
import Kernels
import Tensors
import XCTest

final class BracketsTests: XCTestCase {
  /// By deleting adjacent pairs until nothing changes.
  private func isBalanced(_ text: String) -> Bool {
    var text = Array(text)
    while let place = text.indices.dropLast().first(where: {
      ["()", "[]", "{}", "<>"].contains(String([text[$0], text[$0 + 1]]))
    }) { text.removeSubrange(place...(place + 1)) }
    return text.isEmpty
  }

  func testLabelsDepthsAndErrors() throws {
    for (kinds, depth) in [(1, 500), (2, 3), (4, 2)] {
      let set = try generate(
        "brackets", ["count": 600, "kinds": .number(Double(kinds)), "max_depth": .number(Double(depth))])
      let (texts, classes, depths) = (try set.text("text"), try set.integers("y"), try set.integers("depth"))
      let errors = try set.integers("error")
      XCTAssertEqual(classes.count { $0 == 2 }, 300, accuracy: 60)
      for (row, text) in texts.enumerated() {
        XCTAssertEqual(isBalanced(text), classes[row] == 2, text)
        XCTAssertEqual(text.count, try set.integers("length")[row])
        XCTAssertLessThanOrEqual(depths[row], depth)
        XCTAssertEqual(errors[row] == 0, classes[row] == 2)
        if errors[row] > 1, errors[row] <= text.count {
          // What stands before the error can be continued: closing what is open balances it.
          var open: [Character] = []
          for character in text.prefix(errors[row] - 1) {
            if let place = "([{<".firstIndex(of: character) {
              open.append(Array(")]}>")["([{<".distance(from: "([{<".startIndex, to: place)])
            } else {
              open.removeLast()
            }
          }
          XCTAssertTrue(isBalanced(text.prefix(errors[row] - 1) + String(open.reversed())), text)
        }
        if classes[row] == 2 {
          var (height, deepest) = (0, 0)
          for character in text {
            height += "([{<".contains(character) ? 1 : -1
            deepest = max(deepest, height)
          }
          XCTAssertEqual(depths[row], deepest)
        }
      }
    }
  }

  /// Of length 6 there are five shapes, each equally likely.
  func testShapesAreUniform() throws {
    let set = try generate(
      "brackets", ["count": 5000, "kinds": 1, "min_length": 6, "max_length": 6, "positive": 1])
    var counts: [String: Int] = [:]
    for text in try set.text("text") { counts[text, default: 0] += 1 }
    XCTAssertEqual(counts.count, 5)
    for (text, count) in counts { XCTAssertEqual(count, 1000, accuracy: 130, text) }
  }

  func testRefusals() {
    refuse("brackets", ["max_length": 7], "'max_length' must be even, found 7")
    refuse("brackets", ["min_length": 20], "'min_length' (20) must not be above 'max_length' (16)")
  }
}

final class RegularTests: XCTestCase {
  /// The languages by other means than automata.
  private static let languages: [String: @Sendable (String) -> Bool] = [
    "parity": { $0.count { $0 == "1" } % 2 == 0 },
    "tomita1": { $0.allSatisfy { $0 == "1" } },
    "tomita2": { $0 == String(repeating: "10", count: $0.count / 2) },
    "tomita3": { text in
      // A 1 at the end closes the last run.
      let characters = Array(text) + ["1"]
      var (ones, zeros, bad) = (0, 0, false)
      var last: Character?
      for character in characters {
        if character == "1" {
          if last == "0" {
            if ones % 2 == 1, zeros % 2 == 1 { bad = true }
            (ones, zeros) = (0, 0)
          }
          ones += 1
        } else {
          zeros += 1
        }
        last = character
      }
      return !bad
    },
    "tomita4": { !$0.contains("000") },
    "tomita5": { $0.count { $0 == "1" } % 2 == 0 && $0.count { $0 == "0" } % 2 == 0 },
    "tomita6": { text in (text.count { $0 == "1" } - text.count { $0 == "0" }) % 3 == 0 },
    "tomita7": { text in
      var blocks = text.first == "1" ? [Character("0")] : []
      for character in text where blocks.last != character { blocks.append(character) }
      return blocks.count <= 4
    },
    "even_pairs": { $0.first == $0.last },
    "cycle": { text in (text.count { $0 == "+" } - text.count { $0 == "-" }) % 5 == 0 },
  ]

  func testMembership() throws {
    for (name, contains) in Self.languages {
      let language = SettingValue.text(name)
      for negatives in ["near_miss", "uniform"] {
        let set = try generate("regular", ["count": 400, "language": language, "negatives": .text(negatives)])
        let (classes, near) = (try set.integers("y"), try set.truths("near_miss"))
        XCTAssertEqual(classes.count { $0 == 2 }, 200, accuracy: 50)
        let alphabet = name == "even_pairs" ? "ab" : name == "cycle" ? "+-0" : "01"
        for (row, text) in try set.text("text").enumerated() {
          XCTAssertEqual(contains(text), classes[row] == 2, "\(name) \(text)")
          XCTAssertTrue((1...20).contains(text.count))
          guard near[row] else { continue }
          XCTAssertEqual(negatives, "near_miss")
          let characters = Array(text)
          let mends = characters.indices.contains { place in
            alphabet.contains { other in
              var changed = characters
              changed[place] = other
              return contains(String(changed))
            }
          }
          XCTAssertTrue(mends, "\(name) \(text)")
        }
      }
    }
  }

  func testRefusals() {
    refuse(
      "regular", ["language": "tomita2", "min_length": 3, "max_length": 3],
      "no string of 3 to 3 characters is inside of the language 'tomita2'")
    refuse(
      "regular",
      ["language": "parity", "min_length": 0, "max_length": 1, "count": 5, "positive": 0.5, "negatives": "x"],
      "'negatives' must be one of 'near_miss', 'uniform', found 'x'")
  }
}

final class SequencesTests: XCTestCase {
  private func apply(_ skill: String, _ text: [Character]) -> [Character] {
    let digits = Array("0123456789")
    switch skill {
    case "copy": return text
    case "reverse": return text.reversed()
    case "sort": return text.sorted()
    case "descend": return text.sorted().reversed()
    case "rotate": return Array(text[1...]) + [text[0]]
    case "swap":
      return text.indices.map { $0 % 2 == 1 ? text[$0 - 1] : $0 + 1 < text.count ? text[$0 + 1] : text[$0] }
    case "increment": return text.map { digits[(($0.wholeNumberValue ?? 0) + 1) % 10] }
    case "unique": return text.indices.filter { !text[..<$0].contains(text[$0]) }.map { text[$0] }
    case "double": return text.flatMap { [$0, $0] }
    case "minimum": return text.min().map { [$0] } ?? []
    default: return text.max().map { [$0] } ?? []
    }
  }

  func testAnswersAndLabels() throws {
    let skills = [
      "copy", "reverse", "sort", "descend", "rotate", "swap", "increment", "unique", "double", "minimum", "maximum",
    ]
    let set = try generate("sequences", ["count": 800, "skills": .texts(skills), "depth": 3])
    let (labels, ids) = (try set.labels("skill"), try set.integers("skill"))
    let uses = try set.doubles("skills")
    for row in 0..<set.rows {
      let names = labels[ids[row] - 1].split(separator: "+").map(String.init)
      let question = try set.text("question")[row].dropLast().split(separator: ":")
      XCTAssertEqual(question[0].count, names.count)
      let result = names.reduce(Array(question[1])) { apply($1, $0) }
      XCTAssertEqual(try set.text("answer")[row], String(result))
      XCTAssertEqual(try set.integers("depth")[row], names.count)
      XCTAssertEqual(skills[try set.integers("last")[row] - 1], names.last)
      XCTAssertEqual(skills[try set.integers("first")[row] - 1], names.first)
      for (place, skill) in skills.enumerated() {
        XCTAssertEqual(uses[row * skills.count + place], Double(names.count { $0 == skill }))
      }
    }
  }

  func testWeightsAndRepeats() throws {
    let set = try generate(
      "sequences",
      ["count": 3000, "weights": .numbers([3, 1, 0]), "repeats": false, "max_length": 10, "marked": false])
    let first = try set.integers("first")
    XCTAssertEqual(first.count { $0 == 1 }, 2250, accuracy: 120)
    XCTAssertEqual(first.count { $0 == 3 }, 0)
    for question in try set.text("question") {
      XCTAssertEqual(Set(question).count, question.count)
      XCTAssertFalse(question.contains(":"))
    }
  }

  func testRefusals() {
    refuse("sequences", ["weights": .numbers([1])], "'weights' needs a number for each of the 3 skills, found 1")
    refuse("sequences", ["weights": .numbers([0, 0, 0])], "'weights' needs at least one number above 0")
    refuse(
      "sequences", ["repeats": false, "max_length": 11],
      "'max_length' (11) must not be above 'symbols' (10) without 'repeats'")
    refuse("sequences", ["min_depth": 2], "'min_depth' (2) must not be above 'depth' (1)")
  }
}

final class GrammarTests: XCTestCase {
  func testSentencesProbabilitiesAndTrees() throws {
    let set = try generate(
      "grammar", ["count": 4000, "rules": .texts(["S -> a S b [1] | c [3]"]), "max_depth": 1000])
    let texts = try set.text("text")
    var counts: [String: Int] = [:]
    for row in 0..<set.rows {
      let depth = try set.integers("depth")[row]
      let words = Array(repeating: "a", count: depth - 1) + ["c"] + Array(repeating: "b", count: depth - 1)
      XCTAssertEqual(texts[row], words.joined(separator: " "))
      XCTAssertEqual(try set.integers("words")[row], 2 * depth - 1)
      XCTAssertEqual(
        try set.doubles("log_probability")[row], Double(depth - 1) * Double.log(0.25) + Double.log(0.75), accuracy: 1e-4
      )
      XCTAssertEqual(try set.text("tree")[row].filter { $0 == "(" }.count, depth)
      XCTAssertEqual(try set.integers("rule")[row], depth == 1 ? 2 : 1)
      counts[texts[row], default: 0] += 1
    }
    XCTAssertEqual(counts["c"] ?? 0, 3000, accuracy: 130)
    XCTAssertEqual(counts["a c b"] ?? 0, 750, accuracy: 100)
  }

  func testDepthIsLimited() throws {
    let set = try generate(
      "grammar", ["count": 200, "rules": .texts(["S -> S S [9] | x [1]"]), "max_depth": 5, "trees": false])
    XCTAssertLessThanOrEqual(try set.integers("depth").max() ?? 0, 5)
    XCTAssertFalse(set.names.contains("tree"))
    XCTAssertGreaterThan(try set.integers("words").max() ?? 0, 8)
  }

  func testEnglishAgrees() throws {
    let set = try generate("grammar", ["count": 300])
    for text in try set.text("text") {
      XCTAssertFalse(text.contains("cats sleeps"), text)
      XCTAssertFalse(text.hasSuffix("cat sleep"), text)
    }
  }

  func testRefusals() {
    refuse("grammar", ["rules": .texts(["S a"])], "rule 1 of 'rules' has no '->': \"S a\"")
    refuse(
      "grammar", ["rules": .texts(["S -> a", "A B -> c"])], "rule 2 of 'rules' needs one symbol before '->', found 2")
    refuse("grammar", ["rules": .texts(["S -> a |"])], "rule 1 of 'rules' has a choice without words")
    refuse(
      "grammar", ["rules": .texts(["S -> a [x]"])], "rule 1 of 'rules' has the weight [x], wanted a number above 0")
    refuse("grammar", ["rules": .texts(["S -> a S"])], "the symbol 'S' of 'rules' never comes to words only")
    refuse(
      "grammar", ["rules": .texts(["S -> A", "A -> b"]), "max_depth": 1],
      "'max_depth' is 1, but the least tree has the height 2")
  }
}
