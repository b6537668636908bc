import Basics
import DataKit
import Kernels
import Tensors
import XCTest

final class FactWorldTests: XCTestCase {
  private func world(_ options: KeyValuePairs<String, SettingValue> = [:], seed: UInt64 = 7) throws -> FactWorld {
    try FactWorld(options.map { (name: $0.key, value: $0.value) }, testStream("facts", seed: seed))
  }

  private func refuse(
    _ expected: String, line: UInt = #line, _ body: () throws -> Void
  ) {
    XCTAssertThrowsError(try body(), line: line) { XCTAssertEqual(($0 as? Failure)?.message, expected, line: line) }
  }

  func testNamesAreDifferentAndSiblingsShareNoValue() throws {
    let facts = try world(["entities": 403, "relations": 5, "values": 9])
    let table = try facts.table()
    XCTAssertEqual(Set(facts.entities + facts.aliases).count, 806)
    let groups = try table.integers("group")
    for relation in facts.relations {
      let values = try table.text(relation)
      var seen: Set<String> = []
      for row in 0..<403 { XCTAssertTrue(seen.insert("\(groups[row]) \(values[row])").inserted) }
    }
  }

  func testTextTellsTheTruthAndGossip() throws {
    let facts = try world(["entities": 40, "relations": 3, "phrases": 6])
    let table = try facts.table()
    let text = try facts.text([("copies", 2), ("aliases", true)])
    XCTAssertEqual(text.rows, 2 * (40 * 3 * 2 + 40))
    let (entities, relations) = (try text.integers("entity"), try text.integers("relation"))
    let (registers, right) = (try text.integers("register"), try text.truths("right"))
    var counts: [String: Int] = [:]
    for row in 0..<text.rows {
      let (line, value) = (try text.text("text")[row], try text.text("value")[row])
      let name = facts.entities[entities[row] - 1]
      XCTAssertTrue(line.contains(name) && line.hasSuffix(value + "."), line)
      counts["\(entities[row]) \(relations[row]) \(registers[row]) \(value)", default: 0] += 1
      guard relations[row] <= 3 else {
        XCTAssertEqual(line, "\(name) is also called \(facts.aliases[entities[row] - 1]).")
        continue
      }
      let relation = facts.relations[relations[row] - 1]
      let truth = try table.text(relation)[entities[row] - 1]
      XCTAssertEqual(right[row], registers[row] == 1)
      XCTAssertEqual(value == truth, right[row])
      XCTAssertTrue(line.hasPrefix("\(facts.registers[registers[row] - 1]): the \(relation) of "))
    }
    XCTAssertTrue(counts.values.allSatisfy { $0 == 2 })
  }

  func testChoices() throws {
    let facts = try world(["entities": 60, "relations": 3])
    let table = try facts.table()
    let questions = try facts.questions()
    XCTAssertEqual(questions.rows, 180)
    let answers = try questions.integers("answer")
    for place in 1...4 { XCTAssertEqual(answers.count { $0 == place }, 45, accuracy: 25) }
    let (entities, relations) = (try questions.integers("entity"), try questions.integers("relation"))
    let groups = try table.integers("group")
    for row in 0..<180 {
      let choices = try (1...4).map { try questions.text("choice_\($0)")[row] }
      XCTAssertEqual(Set(choices).count, 4)
      let (relation, entity) = (facts.relations[relations[row] - 1], entities[row] - 1)
      let truth = try table.text(relation)[entity]
      XCTAssertEqual(choices[answers[row] - 1], truth)
      XCTAssertEqual(try questions.text("correct")[row], truth)
      let near = try questions.text("near_miss")[row]
      let siblings = try (0..<60).filter { groups[$0] == groups[entity] && $0 != entity }
        .map { try table.text(relation)[$0] }
      XCTAssertTrue(siblings.contains(near))
      XCTAssertFalse(try table.text(relation).contains(try questions.text("unrelated")[row]))
      XCTAssertEqual(try questions.text("text")[row], "the \(relation) of \(facts.entities[entity]) is \(truth).")
    }
    let byAlias = try facts.questions([("aliases", true)])
    XCTAssertTrue(try byAlias.text("question")[0].contains(facts.aliases[0]))
  }

  func testPhrasesFollowZipf() throws {
    let facts = try world(["entities": 500, "relations": 4, "phrases": 3, "zipf": 1])
    let text = try facts.text()
    var counts: [Int: Int] = [:]
    for row in 0..<text.rows {
      // Phrases of one, two and three words in the order of their frequency.
      let line = try text.text("text")[row]
      counts[line.split(separator: " ").count, default: 0] += 1
    }
    let expected = [6, 3, 2].map { Double($0) / 11 * 4000 }
    for (place, words) in counts.keys.sorted().enumerated() {
      XCTAssertEqual(Double(counts[words] ?? 0), expected[place], accuracy: 130)
    }
  }

  func testTheWorldRepeatsItself() throws {
    let (one, two) = (try world(), try world())
    XCTAssertEqual(try one.text().fingerprint(), try two.text().fingerprint())
    XCTAssertEqual(try one.questions().fingerprint(), try two.questions().fingerprint())
    XCTAssertNotEqual(try one.text().fingerprint(), try world(seed: 8).text().fingerprint())
    XCTAssertNotEqual(try one.text().fingerprint(), try one.text([], testStream("other")).fingerprint())
  }

  func testSmallWorlds() throws {
    let lonely = try world(["entities": 1, "relations": 1, "registers": .texts([]), "values": 2])
    XCTAssertEqual(try lonely.text().rows, 1)
    XCTAssertEqual(try lonely.questions([("choices", .texts(["correct", "unrelated"]))]).rows, 1)
    refuse("'choices' has 1 near misses, but the smallest group of siblings has 1 entities") {
      _ = try lonely.questions([("choices", .texts(["correct", "near_miss"]))])
    }
  }

  func testRefusals() throws {
    refuse(
      "'values' (3) must not be below the largest group of siblings, which has 4 entities: siblings never share a value"
    ) { _ = try self.world(["values": 3]) }
    refuse("a register that tells siblings' values needs 'siblings' and 'entities' of at least 2") {
      _ = try self.world(["siblings": 1])
    }
    let facts = try world()
    refuse("'choices' must have 'correct' once, found it 2 times") {
      _ = try facts.questions([("choices", .texts(["correct", "correct"]))])
    }
    refuse("'choices' takes 'correct', 'near_miss', 'unrelated', found 'near_mis'; did you mean 'near_miss'?") {
      _ = try facts.questions([("choices", .texts(["near_mis"]))])
    }
    refuse("'choices' has 4 near misses, but the smallest group of siblings has 4 entities") {
      _ = try facts.questions([
        ("choices", .texts(["correct"] + [String](repeating: "near_miss", count: 4)))
      ])
    }
  }
}
