import Basics
import DataKit
import Kernels
import LuaHost
import Tensors

/// Methods that choose and arrange rows.
extension Lab {
  func installDatasetRows() {
    datasetMethod("take", "count", parameters: ["count"], "The first rows.", example: "print(#set:take(10))") {
      [self] call, set in
      push(try set.take(try call.count(1)), call)
    }
    datasetMethod("skip", "count", parameters: ["count"], "All but the first rows.", example: "print(#set:skip(10))") {
      [self] call, set in
      push(try set.skip(try call.count(1)), call)
    }
    datasetMethod(
      "slice", "first, last", parameters: ["first", "last"],
      "The rows from one id to another, both included; -1 is the last.",
      example: "print(#set:slice(11, -1))"
    ) { [self] call, set in push(try set.slice(from: try call.integer(1), to: try call.integer(2, default: -1)), call) }
    datasetMethod(
      "gather", "ids", parameters: ["ids"], "The rows with these ids, in this order; ids may repeat.",
      example: "print(set:gather{150, 1, 1}.y)"
    ) { [self] call, set in push(try set.gather(try readIds(call.stack, call.index(1), call.argumentName(1))), call) }
    datasetMethod(
      "filter", "function(row) or mask", parameters: ["f"],
      "The rows for which a function returns true, or where a bool Tensor is true.",
      example: "print(#set:filter(function(row) return row.y == 1 end), #set:filter(set.y:eq(1)))"
    ) { [self] call, set in
      if let mask = call.objectIfAny(1, tensors) { return push(try set.filter(mask: mask), call) }
      guard call.isFunction(1) else { throw call.mismatch(1, wanted: "a function or a bool Tensor") }
      let function = try call.function(1)
      let stack = call.stack
      return push(
        try set.filter { row in
          let result = try function.call(value(row)).first ?? .nil
          if let keep = result.boolean { return keep }
          throw Failure(
            .argument,
            "the function must return true or false, but returned \(result.described(on: stack)) for row \(row.id)")
        }, call)
    }
    datasetMethod(
      "concat", "other, ...", parameters: ["other"],
      "The rows of several data sets one below the other; all need the same columns.",
      example: "print(#set:concat(set, set:take(5)))"
    ) { [self] call, set in
      let others = try (1...max(1, call.count)).map { try call.object($0, data.datasets).value() }
      return push(try Dataset.concat([set] + others), call)
    }
    installArranging()
    installGrouping()
  }

  private func installArranging() {
    datasetMethod(
      "shuffle", "[rng]", parameters: ["rng"], "All rows in random order.",
      example: "print(set:shuffle(lab.rng(1)):take(3))"
    ) { [self] call, set in push(try set.shuffle(try dataStream(call, 1)), call) }
    datasetMethod(
      "sort_by", "name, {reverse}", parameters: ["name", "options"],
      "All rows sorted by a column of numbers, truth values or texts; equal ones keep their order.",
      details: ["{reverse}: the highest first"], example: "print(set:sort_by(\"y\", {reverse = true}):take(2))"
    ) { [self] call, set in
      let options = try call.options(2, known: ["reverse"])
      return push(try set.sort(by: try call.string(1), descending: try options.boolean("reverse") ?? false), call)
    }
    datasetMethod(
      "sample", "count, {weights, replacement, rng}", parameters: ["count", "options"],
      "Rows drawn at random, each equally likely or in proportion to a column of weights.",
      details: [
        "{weights}: the column; all rows alike when left out",
        "{replacement}: whether a row can be drawn again; false when left out",
      ],
      source: "Efraimidis and Spirakis 2006, Weighted Random Sampling with a Reservoir",
      example: "print(#set:sample(20, {rng = lab.rng(1)}))"
    ) { [self] call, set in
      let count = try call.count(1)
      let options = try call.options(2, known: ["weights", "replacement", "rng"])
      let replacement = try options.boolean("replacement") ?? false
      if let weights = try options.string("weights") {
        return push(
          try set.sample(count, weights: weights, replacement: replacement, try dataStream(options)), call)
      }
      // Equal weights, in a data set of the ids alone.
      let ids = try Dataset([
        Dataset.Column("id", try idTensor(Array(1...max(1, set.rows)).prefix(set.rows).map { $0 }))
      ])
      let weighted = try ids.with("weight", try Tensor.ones([set.rows]))
      let drawn = try weighted.sample(count, weights: "weight", replacement: replacement, try dataStream(options))
      return push(try set.gather(try drawn.tensor("id")), call)
    }
  }

  private func installGrouping() {
    datasetMethod(
      "group_by", "name", parameters: ["name"],
      "The rows of each value of a column: a table of data sets by value, and the list of the values in ascending order.",
      notes:
        "Class ids with labels are keyed by their labels, whole numbers by themselves, truth values by \"true\" and \"false\".",
      example: "local groups, keys = set:group_by(\"y\")\nfor _, key in ipairs(keys) do print(key, #groups[key]) end"
    ) { [self] call, set in
      let name = try call.string(1)
      let groups = try set.group(by: name)
      let keys = try groupKeys(groups.map(\.key), of: try set.column(name))
      let stack = call.stack
      stack.pushTable(fields: groups.count)
      for (key, group) in zip(keys, groups) {
        stack.push(DatasetBox(group.rows), data.datasets)
        if let number = key.integer {
          stack.setItem(number, ofTableAt: -2)
        } else {
          stack.setField(group.key, ofTableAt: -2)
        }
      }
      try stack.push(.array(keys))
      return 2
    }
  }

  private func groupKeys(_ names: [String], of column: Dataset.Column) throws -> [LuaValue] {
    if column.labels == nil, case .tensor(let tensor) = column.values, tensor.dtype != .bool {
      return names.map { name in Int(name).map { .integer($0) } ?? .string(name) }
    }
    return names.map { .string($0) }
  }
}
