import Basics
import DataKit
import LuaHost
import Tensors

/// Methods that choose, add and compute columns.
extension Lab {
  func installDatasetColumns() {
    datasetMethod(
      "select", "name, ...", parameters: ["name"], "Only these columns, in this order.",
      example: "print(set:select(\"y\"))"
    ) { [self] call, set in push(try set.select(try names(call)), call) }
    datasetMethod(
      "without", "name, ...", parameters: ["name"], "All columns but these.",
      example: "print(set:without(\"x\"):columns())"
    ) { [self] call, set in push(try set.without(try names(call)), call) }
    datasetMethod(
      "rename", "{old = \"new\"}", parameters: ["names"], "The same columns under other names.",
      example: "print(set:rename{y = \"species\"}:columns())"
    ) { [self] call, set in
      let renamings = try call.table(1).fields().map { field in
        guard let to = field.value.string else {
          throw Failure(
            .argument,
            "the new name of column '\(field.name)' must be a string, but is \(field.value.described(on: call.stack))")
        }
        return (from: field.name, to: to)
      }
      return push(try set.rename(renamings), call)
    }
    datasetMethod(
      "combine", "names, target", parameters: ["names", "target"],
      "Joins columns of numbers into one float32 matrix, in the place of the first of them.",
      example:
        "local table = lab.data.from{ a = lab.tensor{1, 2}, b = lab.tensor{3, 4} }\nprint(table:combine({\"a\", \"b\"}, \"x\").x)"
    ) { [self] call, set in push(try set.combined(try call.table(1).strings(), into: try call.string(2)), call) }
    datasetMethod(
      "labelled", "name", parameters: ["name"],
      "With the values of a column as class ids from 1, in ascending order of the values, whose texts become the labels.",
      example:
        "local pets = lab.data.from{ kind = {\"dog\", \"cat\", \"dog\"} }:labelled(\"kind\")\nprint(pets.kind, pets:labels(\"kind\"))"
    ) { [self] call, set in push(try set.labelled(try call.string(1)), call) }
    installWith()
    installMap()
  }

  private func installWith() {
    datasetMethod(
      "with", "name, values, {labels}", parameters: ["name", "values", "options"],
      "With one more column, or another in the place of the one with this name.",
      notes: "The data set keeps a copy of a tensor. A function is called with each row and returns its value.",
      details: [
        "values: a Tensor whose first dimension counts the rows, a table of numbers (float32) or texts, or function(row)",
        "{labels}: the names of class ids, for an int64 Tensor",
      ],
      example: "local wide = set:with(\"area\", function(row) return row.x[3] * row.x[4] end)\nprint(wide:take(2))"
    ) { [self] call, set in
      let name = try call.string(1)
      let labels = try call.options(3, known: ["labels"]).strings("labels")
      if call.isFunction(2) {
        guard labels == nil else { throw Failure(.argument, "option 'labels' needs an int64 Tensor of ids") }
        return push(try computed(set, name, try call.function(2), call.stack), call)
      }
      let column = try readColumn(name, try call.value(2), call.argumentName(2), labels: labels, call.stack)
      return push(try set.with(column), call)
    }
  }

  private func computed(_ set: Dataset, _ name: String, _ function: LuaReference, _ stack: LuaStack) throws -> Dataset {
    guard set.rows > 0 else { throw Failure(.argument, "a function cannot make a column for a data set without rows") }
    let column = try set.map { row in
      let result = try function.call(value(row)).first ?? .nil
      return [(name, try cell(result, "the function's result for row \(row.id)", stack))]
    }
    return try set.with(try column.column(name))
  }

  private func installMap() {
    datasetMethod(
      "map", "function(row)", parameters: ["f"],
      "A data set of what a function gives for each row: a table of columns, or the row itself after changes.",
      notes:
        "Columns that the data set has keep their dtype (and labels); other numbers become float32, tables of numbers tensors.",
      example: "local bright = set:map(function(row) row.x = row.x * 2; return row end)\nprint(bright:take(2))"
    ) { [self] call, set in
      let function = try call.function(1)
      let stack = call.stack
      return push(
        try set.map { row in try cells(from: function, [value(row)], row: row.id, known: set.names, stack) }, call)
    }
  }

  /// Names as arguments.
  private func names(_ call: Call) throws -> [String] { try (1...max(1, call.count)).map { try call.string($0) } }

  /// A column from a Tensor, or a table of numbers, truth values or texts.
  func readColumn(
    _ name: String, _ value: LuaValue, _ what: String, labels: [String]? = nil, dtype: DType = .float32,
    _ stack: LuaStack
  ) throws -> Dataset.Column {
    if case .object(let tensor as Tensor, _) = value {
      return try Dataset.Column(name, tensor.detached(), labels: labels)
    }
    guard case .reference(let reference) = value else { throw notAColumn(value, what, stack) }
    stack.push(reference)
    defer { stack.pop() }
    guard stack.kind(at: -1) == .table else { throw notAColumn(value, what, stack) }
    let table = try stack.table(at: -1, what)
    switch try table.item(1, { $0.kind(at: -1) }) {
    case .string: return Dataset.Column(name, try table.strings())
    case .boolean:
      let truths = try table.map { stack, position in try stack.boolean(at: -1, table.entryName(position)) ? 1.0 : 0 }
      return try Dataset.Column(name, try Tensor.from(truths, shape: [truths.count], .bool))
    default:
      let (shape, values) = try table.nestedNumbers()
      if dtype == .int64, let odd = values.first(where: { Int64(exactly: $0) == nil }) {
        throw Failure(.dtype, "\(what) cannot hold \(odd) as int64")
      }
      return try Dataset.Column(name, try Tensor.from(values, shape: try Shape(shape), dtype), labels: labels)
    }
  }

  private func notAColumn(_ value: LuaValue, _ what: String, _ stack: LuaStack) -> Failure {
    Failure(
      .argument,
      "\(what) must be a Tensor or a table of numbers or texts, one for each row, but is \(value.described(on: stack))")
  }
}
