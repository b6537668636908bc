import XCTest

/// Generators as scripts use them.
final class GeneratorScriptTests: XCTestCase {
  private func check(_ expression: String, _ expected: String, line: UInt = #line) {
    XCTAssertEqual(message("local result = " + expression), "script.lua:1: " + expected, line: line)
  }

  func testSourcesOfRandomNumbers() throws {
    XCTAssertEqual(
      try run(
        """
        local function sums(rng) return lab.data.arithmetic{ count = 30, rng = rng } end
        local one, two = sums(lab.rng(1)), sums(lab.rng(1))
        local rng = lab.rng(1)
        local first, second = sums(rng), sums(rng)
        print(one == two, one == first, first == second)
        """), "true\ttrue\tfalse\n")
  }

  func testCurriculaOverLatentColumns() throws {
    XCTAssertEqual(
      try run(
        """
        local sums = lab.data.arithmetic{ count = 64, digits = 4, sampling = "carries", rng = lab.rng(1) }
        local order = sums:order{ by = "difficulty", pace = lab.pace.linear(0.25, 1) }
        for step, batch in sums:batches(8, { order = order, steps = 3 }) do
          print(step, #batch.text, batch.difficulty:max():item() <= 8)
        end
        print(#sums:filter(function(row) return row.carries == 2 end) > 5)
        """), "1\t8\ttrue\n2\t8\ttrue\n3\t8\ttrue\ntrue\n")
  }

  func testFactsAndQuestions() throws {
    XCTAssertEqual(
      try run(
        """
        local facts = lab.data.facts{ entities = 24, relations = 2, registers = {"credible", "gossip"}, rng = lab.rng(3) }
        print(facts)
        local text, q = facts:text(), facts:questions{ choices = {"correct", "near_miss", "unrelated"} }
        print(#text, #q, #q:columns(), q[1]["choice_" .. q[1].answer] == q[1].correct)
        local seen, unseen = q:split_by("entity", 0.5, { rng = lab.rng(1) })
        print(#seen, #unseen, #facts:entities())
        print(facts:text() == text, facts:text{ rng = lab.rng(1) } == text)
        """),
      """
      Facts: 24 entities in 6 groups, relations city, job, registers credible, gossip
      96\t48\t12\ttrue
      24\t24\t24
      true\tfalse

      """)
  }

  func testErrors() {
    check("lab.data.arithmetic{digit = 3}", "arithmetic: unknown option 'digit'; did you mean 'digits'?")
    check("lab.data.arithmetic{digits = 2.5}", "arithmetic: 'digits' must be a whole number from 1 to 1000, found 2.5")
    check("lab.data.arithmetic{digits = 'x'}", "arithmetic: 'digits' must be a whole number, found a text")
    check(
      "lab.data.arithmetic{rng = 3}", "arithmetic: option 'rng' must be a Rng, but is 3")
    check("lab.data.arithmetic(3)", "arithmetic: argument 1 (options) must be a table of options, but is 3")
    check("lab.data.arithmetic({}, 1)", "arithmetic: takes at most 1 argument, but got 2")
    check(
      "lab.data.sequences{skills = 'sorted'}",
      "sequences: 'skills' takes 'copy', 'reverse', 'sort', 'descend', 'rotate', 'swap', 'increment', 'unique', "
        + "'double', 'minimum', 'maximum', found 'sorted'; did you mean 'sort'?")
    check("lab.data.sequences{skills = 3}", "sequences: 'skills' must be a list of texts, found a number")
    check("lab.data.facts{entites = 3}", "facts: unknown option 'entites'; did you mean 'entities'?")
    check("lab.data.facts{}:questions{choices = {}}", "questions: 'choices' must have at least one entry, found none")
    check("lab.data.grammar{rules = {'S'}}", "grammar: rule 1 of 'rules' has no '->': \"S\"")
  }
}
