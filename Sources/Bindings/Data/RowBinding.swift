import Basics
import DataKit
import Kernels
import LuaHost
import Tensors

/// One row as the functions of a script see it: `row.x` reads a column, `row.x = ...` changes this copy of the row.
final class RowBox {
  let row: Dataset.Row
  /// What the script has set, in order.
  var changes: [(name: String, value: Cell)] = []

  init(_ row: Dataset.Row) { self.row = row }

  /// The columns in their order, with changes and additions.
  func cells() throws -> [(name: String, value: Cell)] {
    var cells: [(name: String, value: Cell)] = []
    for name in row.dataset.names where !changes.contains(where: { $0.name == name }) {
      cells.append((name, try row[name]))
    }
    return cells + changes
  }
}

extension Lab {
  func installRows() {
    data.rows.index { [self] call, box in
      guard call.isString(1) else { return nil }
      let name = try call.string(1)
      if let changed = box.changes.first(where: { $0.name == name }) { return try push(changed.value, call) }
      if name == "id", !box.row.dataset.names.contains("id") { return call.push(box.row.id) }
      return try push(try box.row[name], call)
    }
    data.rows.assign { [self] call, box in
      guard call.isString(1) else { return false }
      let name = try call.string(1)
      let cell = try cell(try call.value(2), "the value of '\(name)'", call.stack)
      if let place = box.changes.firstIndex(where: { $0.name == name }) {
        box.changes[place].value = cell
      } else {
        box.changes.append((name, cell))
      }
      return true
    }
    data.rows.describe { [self] box in
      let parts = try box.cells().map { name, cell in "\(name) = \(Self.text(cell))" }
      return "row \(box.row.id) {\(parts.joined(separator: ", "))}"
    }
    docs.add(
      Doc(
        "Row", "row.column", chapter: "Data",
        "One row, as given to functions: row.x reads a column, row.x = value changes this copy of the row, row.id is its number.",
        example: "local set = lab.data.iris()\nlocal row = set:row(1)\nprint(row.id, row.x, row.y)"))
  }

  private static func text(_ cell: Cell) -> String {
    switch cell {
    case .number(let number): "\(number)"
    case .integer(let whole): "\(whole)"
    case .boolean(let truth): "\(truth)"
    case .text(let text): "\"\(text)\""
    case .tensor(let tensor): TensorText.describe(tensor)
    }
  }

  /// A value as scripts see it.
  func push(_ cell: Cell, _ call: Call) throws -> Int {
    switch cell {
    case .number(let number): call.push(number)
    case .integer(let whole): call.push(Int(whole))
    case .boolean(let truth): call.push(truth)
    case .text(let text): call.push(text)
    case .tensor(let tensor): call.push(tensor, tensors)
    }
  }

  /// A value that a script gives: a number, truth value, text, Tensor, or table of numbers (a float32 tensor).
  func cell(_ value: LuaValue, _ what: @autoclosure () -> String, _ stack: LuaStack) throws -> Cell {
    if let number = value.number { return .number(number) }
    switch value {
    case .boolean(let truth): return .boolean(truth)
    case .string(let text): return .text(text)
    case .object(let tensor as Tensor, _): return .tensor(tensor.detached())
    case .reference(let reference):
      stack.push(reference)
      defer { stack.pop() }
      guard stack.kind(at: -1) == .table else { break }
      let (shape, values) = try stack.table(at: -1, what()).nestedNumbers()
      return .tensor(try Tensor.from(values, shape: try Shape(shape)))
    default: break
    }
    throw Failure(
      .argument,
      "\(what()) must be a number, true or false, text, a Tensor or a table of numbers, but is \(value.described(on: stack))"
    )
  }

  /// What a script's function gives for a row: a table of named values, or a row. Columns that are known come first, in
  /// their order, then new ones by name.
  func cells(
    from function: LuaReference, _ arguments: [LuaValue], row: Int, known: [String], _ stack: LuaStack
  ) throws -> [(name: String, value: Cell)] {
    let result = try function.call(arguments: arguments).first ?? .nil
    if let box = result.object(data.rows) { return try box.cells() }
    guard case .reference(let reference) = result else { throw notARow(result, row, stack) }
    stack.push(reference)
    defer { stack.pop() }
    guard stack.kind(at: -1) == .table else { throw notARow(result, row, stack) }
    let table = try stack.table(at: -1, "the function's result for row \(row)")
    guard table.count == 0 else {
      throw Failure(
        .argument, "the function must return named columns such as {x = ...}, but returned a list for row \(row)")
    }
    let given = try table.fieldNames()
    let names = known.filter(given.contains) + given.filter { !known.contains($0) }
    return try names.map { name in
      (name, try table.field(name) { try cell(try $0.value(at: -1), "column '\(name)' of row \(row)", $0) })
    }
  }

  private func notARow(_ value: LuaValue, _ row: Int, _ stack: LuaStack) -> Failure {
    Failure(
      .argument,
      "the function must return a table of columns such as {x = ..., y = ...}, but returned \(value.described(on: stack)) for row \(row)"
    )
  }

  func value(_ row: Dataset.Row) -> LuaValue { data.rows.value(RowBox(row)) }

  func value(_ stream: RandomStream) -> LuaValue { sources.value(RandomSource(stream)) }
}
