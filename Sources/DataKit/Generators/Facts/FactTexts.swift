import Basics
import Kernels
import Tensors

extension FactWorld {
  public static let textOptions: [OptionSpec] = [
    Generators.integer("copies", 1...10_000, default: 1, "times that each fact is told in each register"),
    OptionSpec(
      "aliases", .boolean, default: .boolean(false),
      "tells second names, too, as often: \"Tamilo is also called Bero.\""),
  ]

  /// Every fact in every register as a line of text, in random order.
  ///
  /// - Parameter stream: where order and phrases come from; the world's own when nil.
  public func text(_ given: [(name: String, value: SettingValue)] = [], _ stream: RandomStream? = nil) throws -> Dataset
  {
    let settings = try Settings(Self.textOptions, given)
    let copies = settings.integer("copies")
    let voices = max(1, registers.count)
    try Generators.requireRoom(entities.count, relations.count, voices, copies, what: "the text")
    let facts = entities.count * relations.count * voices
    let aliasLines = settings.boolean("aliases") ? entities.count : 0
    let rows = (facts + aliasLines) * copies
    guard rows <= 50_000_000 else {
      throw Failure(.memory, "the text would have \(rows) lines, at most 50000000 are made at once")
    }
    var stream = stream ?? self.stream.split("text")
    // What a register says of a fact stays the same however often it is told.
    var gossip = self.stream.split("gossip")
    var told = [Int](repeating: 0, count: facts)
    for fact in 0..<facts {
      let (entity, relation, register) = place(fact, voices)
      told[fact] = values[register == 0 ? entity : sibling(of: entity, &gossip)][relation]
    }
    var (texts, valueTexts): ([String], [String]) = ([], [])
    var (entityIds, relationIds, registerIds, groupIds): ([Int64], [Int64], [Int64], [Int64]) = ([], [], [], [])
    var truths: [Bool] = []
    let order = stream.permutation(rows)
    try Generators.forEachRow(rows) { row in
      let line = order[row] / copies
      let isAlias = line >= facts
      let (entity, relation, register) = isAlias ? (line - facts, relations.count, 0) : place(line, voices)
      if isAlias {
        texts.append("\(entities[entity]) is also called \(aliases[entity]).")
        valueTexts.append(aliases[entity])
      } else {
        let value = surface(relation, told[line], &stream)
        let voice = registers.isEmpty ? "" : registers[register] + ": "
        texts.append("\(voice)the \(relations[relation]) of \(entities[entity]) is \(value).")
        valueTexts.append(pools[relation][told[line]])
      }
      entityIds.append(Int64(entity + 1))
      relationIds.append(Int64(relation + 1))
      registerIds.append(Int64(register + 1))
      groupIds.append(Int64(groups[entity] + 1))
      truths.append(isAlias || told[line] == values[entity][relation])
    }
    let voiceNames = registers.isEmpty ? ["plain"] : registers
    return try Dataset(checked: [
      Dataset.Column("text", texts), .integers("entity", entityIds, labels: entities),
      .integers("relation", relationIds, labels: relations + (aliasLines > 0 ? ["alias"] : [])),
      .integers("register", registerIds, labels: voiceNames), Dataset.Column("value", valueTexts),
      .booleans("right", truths), .integers("group", groupIds),
    ])
  }

  private func place(_ fact: Int, _ voices: Int) -> (entity: Int, relation: Int, register: Int) {
    (fact / voices / relations.count, fact / voices % relations.count, fact % voices)
  }
}
