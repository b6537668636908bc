import Basics
import Kernels
import Tensors

/// A made-up world: entities in groups of siblings, each with a value for every relation, told in registers of which the
/// first is right. Siblings never share a value, so a sibling's value is a near miss: of the right kind, and wrong.
public struct FactWorld: Sendable {
  /// The entities' names and second names.
  public let entities: [String]
  public let aliases: [String]
  public let relations: [String]
  public let registers: [String]
  /// The group of each entity, from 0.
  public let groups: [Int]
  /// The entities of each group.
  let members: [[Int]]
  /// [relation] are the values that there are.
  let pools: [[String]]
  /// [entity][relation] is a place in the relation's pool.
  let values: [[Int]]
  /// What may stand before a value, the most frequent first; none when empty.
  let phrases: [String]
  let phraseChoice: WeightedChoice?
  let stream: RandomStream

  private static let relationNames = [
    "city", "job", "food", "pet", "sport", "language", "drink", "instrument", "plant", "river", "tool", "colour",
  ]

  public static let options: [OptionSpec] = [
    Generators.integer("entities", 1...100_000, default: 200, "how many entities"),
    Generators.integer(
      "relations", 1...relationNames.count, default: 4, "how many: " + relationNames.joined(separator: ", ")),
    Generators.integer("values", 2...100_000, default: 20, "values that each relation can have"),
    Generators.integer("siblings", 1...1000, default: 4, "entities of a group, or a few more"),
    OptionSpec(
      "registers", .texts(atLeast: 0), default: .texts(["credible", "gossip"]),
      "how facts are told: the first tells the truth, others a sibling's value; {} tells the truth without a name"),
    Generators.integer(
      "phrases", 0...10_000, default: 0, "phrases of one to three words, one of which stands before a value"),
    Generators.number("zipf", 0...10, default: 1, "phrase k is as likely as 1 / k^zipf"),
  ]

  /// The world under options; see ``options``.
  public init(_ given: [(name: String, value: SettingValue)] = [], _ stream: RandomStream) throws {
    let settings = try Settings(Self.options, given)
    let (count, kinds) = (settings.integer("entities"), settings.integer("relations"))
    let groupCount = max(1, count / settings.integer("siblings"))
    let groups = (0..<count).map { $0 % groupCount }
    var members = [[Int]](repeating: [], count: groupCount)
    for (entity, group) in groups.enumerated() { members[group].append(entity) }
    let largest = members.map(\.count).max() ?? 0
    let pool = settings.integer("values")
    guard largest <= pool else {
      throw Failure(
        .range,
        "'values' (\(pool)) must not be below the largest group of siblings, which has \(largest) entities: siblings never share a value"
      )
    }
    registers = settings.texts("registers")
    if registers.count > 1, members.contains(where: { $0.count < 2 }) {
      throw Failure(
        .argument, "a register that tells siblings' values needs 'siblings' and 'entities' of at least 2")
    }
    (self.groups, self.members, self.stream) = (groups, members, stream)
    relations = Array(Self.relationNames.prefix(kinds))
    let phraseCount = settings.integer("phrases")
    var words = PseudoWords(capacity: 2 * count + kinds * pool + 2 * phraseCount)
    var names = stream.split("names")
    entities = words.next(count, &names).map { $0.prefix(1).uppercased() + $0.dropFirst() }
    aliases = words.next(count, &names).map { $0.prefix(1).uppercased() + $0.dropFirst() }
    pools = (0..<kinds).map { _ in words.next(pool, &names) }
    phrases = (0..<phraseCount).map { place in words.next(1 + place % 3, &names).joined(separator: " ") }
    let exponent = settings.number("zipf")
    phraseChoice = WeightedChoice(weights: (0..<phraseCount).map { Double.pow(Double($0 + 1), -exponent) })
    var values = [[Int]](repeating: [Int](repeating: 0, count: kinds), count: count)
    var valueStream = stream.split("values")
    for group in members {
      for relation in 0..<kinds {
        let drawn = valueStream.sample(group.count, of: pool) ?? []
        for (entity, value) in zip(group, drawn) { values[entity][relation] = value }
      }
    }
    self.values = values
  }

  /// A value as it is told, behind a phrase where there are phrases.
  func surface(_ relation: Int, _ value: Int, _ stream: inout RandomStream) -> String {
    guard let phraseChoice else { return pools[relation][value] }
    return phrases[phraseChoice.draw(&stream)] + " " + pools[relation][value]
  }

  /// Another entity of the same group, which exists.
  func sibling(of entity: Int, _ stream: inout RandomStream) -> Int {
    let others = members[groups[entity]].filter { $0 != entity }
    return others.isEmpty ? entity : others[stream.nextInteger(below: others.count)]
  }

  /// One row for each entity, with its names, its group, and a column of values for each relation.
  public func table() throws -> Dataset {
    let columns = relations.indices.map { relation in
      Dataset.Column(relations[relation], entities.indices.map { pools[relation][values[$0][relation]] })
    }
    return try Dataset(
      checked: [
        .integers("entity", entities.indices.map { Int64($0 + 1) }, labels: entities),
        Dataset.Column("name", entities), Dataset.Column("alias", aliases),
        .integers("group", groups.map { Int64($0 + 1) }),
      ] + columns)
  }
}
