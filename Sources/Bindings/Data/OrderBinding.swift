import Basics
import DataKit
import LuaHost
import Tensors

/// `set:order(...)`: the order in which a data set is presented, as an object.
extension Lab {
  func installOrderings() {
    datasetMethod(
      "order", "kind or {by, group, weights, permutation, interleave, ...}", parameters: ["kind"],
      "An order of presentation: pass it to batches, or call batches on it.",
      notes:
        "An ordering keeps no state: what it presents depends on it, the epoch or step, and the source of random numbers.",
      details: [
        "\"shuffle\": a new random order each epoch; \"sequential\": the rows as they stand",
        "{by}: a column of scores, or a Tensor of them: lowest first, the same each epoch. {reverse}: highest first",
        "{by, pace}: a curriculum: the pace tells how many of the first are available. {draw}: when rows are drawn from them, each \"step\" or \"epoch\"",
        "{by, cyclical = true}: up in odd epochs, down in even ones",
        "{group}: blocks by the values of a column, shuffled inside. {arrange}: \"blocks\", \"shuffled_blocks\" or \"turns\"",
        "{weights}: drawn in proportion to a column. {replacement}, {pace}: epoch sizes",
        "{permutation}: all row ids in an order of one's own",
        "{interleave}: orderings by turns. {repeats}: whether a row may come more than once in an epoch",
      ],
      source:
        "Bengio et al. 2009, Curriculum Learning; Hacohen and Weinshall 2019, On the Power of Curriculum Learning",
      example:
        "local scored = set:with(\"size\", set.x:sum(2))\nlocal easy = scored:order{ by = \"size\", pace = lab.pace.linear(0.2, 1.0) }\nprint(easy, easy:fingerprint())\nfor step, batch in easy:batches(16, {steps = 3, rng = lab.rng(1)}) do print(step, batch.size:max()) end"
    ) { [self] call, set in
      call.push(OrderingBox(DatasetBox(set), try readOrdering(call, set)), data.orderings)
    }
    data.orderings.describe { "ordering of \($0.ordering.rows) rows: \($0.ordering)" }
    data.orderings.field("dataset") { [data] call, box in call.push(box.data, data.datasets) }
    orderingMethod(
      "fingerprint", "",
      "Sixteen hexadecimal digits that tell orderings apart: kind, settings, and the values that they sort by.",
      example: "print(set:order(\"shuffle\"):fingerprint())"
    ) { call, box in call.push(box.ordering.fingerprint) }
    orderingMethod(
      "ids", "epoch, [rng]", parameters: ["epoch", "rng"],
      "The ids of the rows that an epoch presents, in order, as int64.",
      example: "print(set:order(\"shuffle\"):ids(1, lab.rng(1)))"
    ) { [self] call, box in
      let epoch = try call.integer(1, default: 1)
      return call.push(try idTensor(try box.ordering.ids(epoch: epoch, try dataStream(call, 2))), tensors)
    }
    orderingMethod(
      "reversed", "", "Each epoch of this ordering backwards.",
      example: "print(set:order(\"sequential\"):reversed():ids(1))"
    ) { [data] call, box in call.push(OrderingBox(box.data, try .reversed(box.ordering)), data.orderings) }
    orderingMethod(
      "batches", "size, {steps, epochs, presentations, drop_last, rng}", parameters: ["size", "options"],
      "Batches of the data in this order, see Dataset.batches.",
      example: "for step, batch in set:order(\"sequential\"):batches(50) do print(step, batch.y[1]) end"
    ) { [self] call, box in
      try makeBatches(call, box.data, known: ["steps", "epochs", "presentations", "drop_last", "rng"]) { _ in
        box.ordering
      }
    }
  }

  private func orderingMethod(
    _ name: String, _ arguments: String, parameters: [String] = [], _ summary: String, example: String,
    _ body: @escaping (Call, OrderingBox) throws -> Int
  ) {
    method(
      data.orderings,
      Doc(
        "Ordering." + name, "order:\(name)(\(arguments))", chapter: "Data", parameters: parameters, summary,
        example: "local set = lab.data.iris()\n" + example), body)
  }

  /// The kinds of orderings that a table can ask for, each with the options that go with it.
  private static let orderingKinds: [(name: String, options: [String])] = [
    ("by", ["reverse", "pace", "draw", "cyclical"]), ("group", ["arrange"]), ("weights", ["replacement", "pace"]),
    ("permutation", []), ("interleave", ["repeats"]),
  ]

  private func readOrdering(_ call: Call, _ set: Dataset) throws -> Ordering {
    if call.isString(1) {
      return try call.choice(1, ["shuffle", "sequential"]) == "shuffle" ? .shuffle(set) : .sequential(set)
    }
    guard call.isTable(1) else { throw call.mismatch(1, wanted: "\"shuffle\", \"sequential\" or a table of options") }
    let kinds = Self.orderingKinds
    var known = kinds.map(\.name)
    for kind in kinds { known += kind.options.filter { !known.contains($0) } }
    let options = try call.options(1, known: known)
    let given = kinds.filter { options.has($0.name) }
    guard given.count == 1, let kind = given.first else {
      let names = kinds.map { "'\($0.name)'" }.joined(separator: ", ")
      let found = given.isEmpty ? "none" : given.map { "'\($0.name)'" }.joined(separator: " and ")
      throw Failure(.argument, "needs exactly one of the options \(names), found \(found)")
    }
    for option in known where options.has(option) && option != kind.name && !kind.options.contains(option) {
      throw Failure(.argument, "option '\(option)' does not go with '\(kind.name)'")
    }
    switch kind.name {
    case "by": return try byScore(options, set)
    case "group": return try grouped(options, set)
    case "weights":
      return try .weighted(
        set, by: try options.string("weights") ?? "", replacement: try options.boolean("replacement") ?? false,
        pacing: try options.object("pace", data.paces)?.pacing)
    case "permutation":
      return try .permutation(set, ids: try options.required("permutation") { try self.readIds($0, -1, $1) })
    default:
      let parts = try options.required("interleave") { try $0.table(at: -1, $1).objects(self.data.orderings) }
      let ordering = try Ordering.interleaved(parts.map(\.ordering), repeats: try options.boolean("repeats") ?? false)
      guard ordering.rows == set.rows else {
        throw Failure(.shape, "the orderings are of data with \(ordering.rows) rows, but the data set has \(set.rows)")
      }
      return ordering
    }
  }

  private func byScore(_ options: Options, _ set: Dataset) throws -> Ordering {
    var set = set
    // Scores that are not a column yet become one of a copy.
    let name = try options.required("by") { stack, what in
      guard let scores = stack.object(at: -1, tensors) else {
        if stack.kind(at: -1) == .string { return try stack.string(at: -1, what) }
        throw Failure(
          .argument, "\(what) must be a column's name or a Tensor of scores, but is \(stack.describe(at: -1))")
      }
      set = try set.with("score", scores.detached())
      return "score"
    }
    let reverse = try options.boolean("reverse") ?? false
    let pace = try options.object("pace", data.paces)?.pacing
    let draw = try options.choice("draw", CurriculumDraw.allCases.map(\.rawValue)).flatMap(CurriculumDraw.init)
    if try options.boolean("cyclical") ?? false {
      guard pace == nil else {
        throw Failure(
          .argument, "option 'cyclical' does not go with 'pace'; a pace that goes up and down is lab.pace.cycle")
      }
      return try .cyclical(set, by: name, descending: reverse)
    }
    if let pace { return try .curriculum(set, by: name, descending: reverse, pacing: pace, draw: draw) }
    guard draw == nil else { throw Failure(.argument, "option 'draw' needs a 'pace'") }
    return try .score(set, by: name, descending: reverse)
  }

  private func grouped(_ options: Options, _ set: Dataset) throws -> Ordering {
    let name = try options.string("group") ?? ""
    switch try options.choice("arrange", ["blocks", "shuffled_blocks", "turns"]) {
    case "turns": return try .roundRobin(set, by: name)
    case "shuffled_blocks": return try .grouped(set, by: name, shuffleBlocks: true)
    default: return try .grouped(set, by: name)
    }
  }
}
