import Basics
import DataKit
import LuaHost
import Tensors

/// `set:negatives(...)`: wrong examples made of right ones.
extension Lab {
  func installNegatives() {
    datasetMethod(
      "negatives", "f or kind, {column, deviation, distances, copies, keep, rng}", parameters: ["f", "options"],
      "Wrong examples made of the rows, told by a bool column `negative`; the right rows come first.",
      notes: "A table {kind = ..., ...} as only argument does as well.",
      details: [
        "f: function(row, rng) returns the wrong row; rng is a source of this row's own",
        "\"wrong_label\": another class in {column}, each equally likely; \"nearest_label\": the nearest by {distances}, a matrix between classes",
        "\"shuffled\": another row's value in {column}; \"noise\": normal noise with {deviation} on {column}",
        "{copies}: wrong rows for each right one, 1 when left out; {keep}: whether the right rows stay, true when left out",
      ],
      example:
        "local both = set:negatives{ kind = \"wrong_label\", column = \"y\", rng = lab.rng(1) }\nprint(#both, both.negative:sum())"
    ) { [self] call, set in
      let general = ["copies", "keep", "rng"]
      let particular = ["kind", "column", "deviation", "distances"]
      let corruption: Corruption
      let options: Options
      if call.isFunction(1) {
        options = try call.options(2, known: general)
        let function = try call.function(1)
        let stack = call.stack
        corruption = .custom { row, stream in
          try self.cells(from: function, [self.value(row), self.value(stream)], row: row.id, known: set.names, stack)
        }
      } else {
        guard call.isTable(1) else {
          throw call.mismatch(1, wanted: "a function or a table such as {kind = \"wrong_label\", column = \"y\"}")
        }
        guard call.isNil(2) else { throw Failure(.argument, "takes one table of options") }
        options = try call.options(1, known: particular + general)
        corruption = try readCorruption(options)
      }
      return push(
        try set.negatives(
          corruption, copies: try options.integer("copies") ?? 1, keepRows: try options.boolean("keep") ?? true,
          try dataStream(options)), call)
    }
  }

  private func readCorruption(_ options: Options) throws -> Corruption {
    let kinds = ["wrong_label", "nearest_label", "shuffled", "noise"]
    let kind = try options.required("kind") { try $0.choice(at: -1, kinds, $1) }
    let column = try options.required("column") { try $0.string(at: -1, $1) }
    for (option, owner) in [("distances", "nearest_label"), ("deviation", "noise")]
    where options.has(option) && kind != owner {
      throw Failure(.argument, "option '\(option)' does not go with kind '\(kind)'")
    }
    switch kind {
    case "nearest_label":
      return .nearestLabel(
        column: column,
        distances: try options.required("distances") { try $0.object(at: -1, self.tensors, $1) }.detached())
    case "shuffled": return .shuffledColumn(column)
    case "noise":
      return .noise(column: column, deviation: try options.required("deviation") { try $0.number(at: -1, $1) })
    default: return .wrongLabel(column: column)
    }
  }
}
