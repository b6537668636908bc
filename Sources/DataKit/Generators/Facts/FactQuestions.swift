import Basics
import Kernels
import Tensors

extension FactWorld {
  public static let questionOptions: [OptionSpec] = [
    OptionSpec(
      "choices", .texts(atLeast: 1), default: .texts(["correct", "near_miss", "near_miss", "unrelated"]),
      "what is to choose from: correct once, near_miss (a sibling's value), unrelated (another relation's)"),
    OptionSpec("aliases", .boolean, default: .boolean(false), "asks by second names"),
  ]

  /// A question about each fact with its choices in random order.
  ///
  /// - Parameter stream: where choices and phrases come from; the world's own when nil.
  public func questions(
    _ given: [(name: String, value: SettingValue)] = [], _ stream: RandomStream? = nil
  ) throws -> Dataset {
    let settings = try Settings(Self.questionOptions, given)
    let kinds = settings.texts("choices")
    try check(kinds)
    try Generators.requireRoom(entities.count, relations.count, kinds.count, what: "the choices")
    let names = settings.boolean("aliases") ? aliases : entities
    var stream = stream ?? self.stream.split("questions")
    var (asked, texts): ([String], [String]) = ([], [])
    var choices = [[String]](repeating: [], count: kinds.count)
    // The first choice of each kind has a column of its own.
    let columns = ["correct", "near_miss", "unrelated"].filter(kinds.contains)
    var byKind = [[String]](repeating: [], count: columns.count)
    var (answers, entityIds, relationIds, groupIds): ([Int64], [Int64], [Int64], [Int64]) = ([], [], [], [])
    try Generators.forEachRow(entities.count * relations.count) { row in
      let (entity, relation) = (row / relations.count, row % relations.count)
      let offered = offer(kinds, entity, relation, &stream)
      for (column, kind) in columns.enumerated() { byKind[column].append(offered[kinds.firstIndex(of: kind) ?? 0]) }
      let order = stream.permutation(kinds.count)
      for (place, choice) in order.enumerated() { choices[place].append(offered[choice]) }
      let right = kinds.firstIndex(of: "correct") ?? 0
      asked.append("the \(relations[relation]) of \(names[entity]) is ")
      texts.append(asked[row] + offered[right] + ".")
      answers.append(Int64((order.firstIndex(of: right) ?? 0) + 1))
      entityIds.append(Int64(entity + 1))
      relationIds.append(Int64(relation + 1))
      groupIds.append(Int64(groups[entity] + 1))
    }
    return try Dataset(
      checked: [Dataset.Column("question", asked)]
        + choices.enumerated().map { Dataset.Column("choice_\($0 + 1)", $1) }
        + [.integers("answer", answers)] + zip(columns, byKind).map { Dataset.Column($0, $1) } + [
          Dataset.Column("text", texts), .integers("entity", entityIds, labels: entities),
          .integers("relation", relationIds, labels: relations), .integers("group", groupIds),
        ])
  }

  private func check(_ kinds: [String]) throws {
    let known = ["correct", "near_miss", "unrelated"]
    for kind in kinds where !known.contains(kind) {
      throw Failure(
        .argument,
        "'choices' takes 'correct', 'near_miss', 'unrelated', found '\(kind)'\(NearestName.hint(kind, among: known))")
    }
    guard kinds.count(where: { $0 == "correct" }) == 1 else {
      throw Failure(
        .argument, "'choices' must have 'correct' once, found it \(kinds.count { $0 == "correct" }) times")
    }
    let near = kinds.count { $0 == "near_miss" }
    let smallest = members.map(\.count).min() ?? 0
    guard near < max(1, smallest) else {
      throw Failure(
        .range, "'choices' has \(near) near misses, but the smallest group of siblings has \(smallest) entities")
    }
    let unrelated = kinds.count { $0 == "unrelated" }
    // With one relation only, values that no sibling has are the unrelated ones.
    let largest = members.map(\.count).max() ?? 0
    let others =
      relations.count > 1 ? (relations.count - 1) * (pools.first?.count ?? 0) : (pools.first?.count ?? 0) - largest
    guard unrelated <= others else {
      throw Failure(.range, "'choices' has \(unrelated) unrelated values, but there are only \(others)")
    }
  }

  /// The choices in the order of their kinds, all with different values.
  private func offer(_ kinds: [String], _ entity: Int, _ relation: Int, _ stream: inout RandomStream) -> [String] {
    var siblings = members[groups[entity]].filter { $0 != entity }
    stream.shuffle(&siblings)
    var taken: Set<String> = []
    return kinds.map { kind in
      switch kind {
      case "correct": return surface(relation, values[entity][relation], &stream)
      case "near_miss": return surface(relation, values[siblings.removeLast()][relation], &stream)
      default:
        while true {
          let (other, value) = unrelated(entity, relation, &stream)
          if taken.insert(pools[other][value]).inserted { return surface(other, value, &stream) }
        }
      }
    }
  }

  private func unrelated(_ entity: Int, _ relation: Int, _ stream: inout RandomStream) -> (relation: Int, value: Int) {
    if relations.count > 1 {
      let other = (relation + 1 + stream.nextInteger(below: relations.count - 1)) % relations.count
      return (other, stream.nextInteger(below: pools[other].count))
    }
    let near = Set(members[groups[entity]].map { values[$0][relation] })
    while true {
      let value = stream.nextInteger(below: pools[relation].count)
      if !near.contains(value) { return (relation, value) }
    }
  }
}
