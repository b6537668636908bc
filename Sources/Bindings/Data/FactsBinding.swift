import Basics
import DataKit
import Kernels
import LuaHost

/// A made-up world, a value in Swift, as an object that scripts hold.
final class FactsBox {
  let world: FactWorld
  init(_ world: FactWorld) { self.world = world }
}

/// `lab.data.facts{...}`: facts about made-up entities, their text, and questions about them.
extension Lab {
  func installFacts() throws {
    try define(
      Doc(
        "lab.data.facts", "lab.data.facts{\(Doc.shown(defaults: FactWorld.options))}", chapter: "Generated data",
        parameters: ["options"],
        "A made-up world of entities with a value for each relation, told in registers of which the first is right.",
        details: Doc.details(limits: FactWorld.options),
        notes:
          "Entities come in groups of siblings, which never share a value: a sibling's value is a near miss. See facts:text, facts:questions, facts:entities.",
        example:
          "local facts = lab.data.facts{entities = 20, relations = 2, rng = lab.rng(1)}\nprint(facts, facts:text().text[1])"
      )
    ) { [self] call in
      try call.atMost(1)
      let (given, options) = try readSettings(call, 1, known: FactWorld.options)
      return call.push(FactsBox(try FactWorld(given, try dataStream(options))), data.facts)
    }
    data.facts.describe { box in
      let world = box.world
      let registers = world.registers.isEmpty ? "no registers" : "registers \(world.registers.joined(separator: ", "))"
      return "Facts: \(world.entities.count) entities in \((world.groups.max() ?? 0) + 1) groups, "
        + "relations \(world.relations.joined(separator: ", ")), \(registers)"
    }
    installFactMethods()
  }

  private func installFactMethods() {
    let beginning = "local facts = lab.data.facts{entities = 20, relations = 2, rng = lab.rng(1)}\n"
    method(
      data.facts,
      Doc(
        "Facts.text", "facts:text{\(Doc.shown(defaults: FactWorld.textOptions))}", chapter: "Generated data",
        parameters: ["options"], "Every fact in every register as a line of text, in random order.",
        details: Doc.details(limits: FactWorld.textOptions).map(Self.worldsOwn) + [
          "columns text, entity, relation, register, group: the line and ids of what it tells",
          "column value: the value without its phrase; column right: bool, whether it is the true one",
        ], example: beginning + "print(facts:text{copies = 2}.text[1])")
    ) { [self] call, box in
      let (given, stream) = try read(call, FactWorld.textOptions)
      return push(try box.world.text(given, stream), call)
    }
    method(
      data.facts,
      Doc(
        "Facts.questions", "facts:questions{\(Doc.shown(defaults: FactWorld.questionOptions))}",
        chapter: "Generated data", parameters: ["options"], "A question about each fact, with choices in random order.",
        details: Doc.details(limits: FactWorld.questionOptions).map(Self.worldsOwn) + [
          "columns question, choice_1, choice_2, ...; answer: the id of the right choice",
          "columns correct, near_miss, unrelated: the first choice of each kind",
          "columns text (question and right answer), entity, relation, group",
        ],
        example: beginning
          + "local q = facts:questions{choices = {\"correct\", \"near_miss\"}}\nprint(q[1].question, q[1].correct, q[1].answer)"
      )
    ) { [self] call, box in
      let (given, stream) = try read(call, FactWorld.questionOptions)
      return push(try box.world.questions(given, stream), call)
    }
    method(
      data.facts,
      Doc(
        "Facts.entities", "facts:entities()", chapter: "Generated data",
        "A row for each entity: name, alias, group, and a column of values for each relation.",
        example: beginning + "print(facts:entities())")
    ) { [self] call, box in push(try box.world.table(), call) }
  }

  private func read(
    _ call: Call, _ known: [OptionSpec]
  ) throws -> (settings: [(name: String, value: SettingValue)], stream: RandomStream?) {
    let (given, options) = try readSettings(call, 1, known: known)
    return (given, options.has("rng") ? try dataStream(options) : nil)
  }

  private static func worldsOwn(_ line: String) -> String {
    line.hasPrefix("{rng}")
      ? "{rng}: the source of random numbers; the world's own when left out, the same each time" : line
  }
}
