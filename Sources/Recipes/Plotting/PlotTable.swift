import Basics
import LuaHost

/// The one table that plot functions take: what to draw in order, and options by name.
struct PlotTable {
  let table: TableReader
  let options: [String]

  /// The options that all plots know.
  static let common = ["title", "caption", "x_label", "y_label"]

  /// - Throws: for names that are neither common nor listed.
  init(_ call: Call, known: [String]) throws {
    try call.atMost(1)
    guard call.isTable(1) else {
      throw Failure(
        .argument,
        call.mismatch(1, wanted: "a table").message + "; write lab.plot.\(call.name){ data, title = \"...\" }")
    }
    table = try call.table(1)
    options = try table.fieldNames()
    let all = Self.common + known
    for name in options where !all.contains(name) {
      let hint = NearestName.hint(name, among: all)
      throw Failure(
        .argument,
        "unknown option '\(name)'" + (hint.isEmpty ? "; the options are \(all.joined(separator: ", "))" : hint))
    }
    guard table.count > 0 else { throw Failure(.argument, "there is nothing to draw: the table has options only") }
  }

  func has(_ name: String) -> Bool { options.contains(name) }

  func text(_ name: String) throws -> String {
    has(name) ? try table.field(name) { try $0.string(at: -1, "option '\(name)'") } : ""
  }

  func flag(_ name: String, default value: Bool) throws -> Bool {
    has(name) ? try table.field(name) { try $0.boolean(at: -1, "option '\(name)'") } : value
  }

  func strings(_ name: String) throws -> [String]? {
    has(name) ? try table.field(name) { try $0.table(at: -1, "option '\(name)'").strings() } : nil
  }

  func count(_ name: String) throws -> Int? {
    guard has(name) else { return nil }
    let value = try table.field(name) { try $0.integer(at: -1, "option '\(name)'") }
    guard value >= 1 else { throw Failure(.argument, "option '\(name)' must be at least 1, but is \(value)") }
    return value
  }

  /// Everything in the list, each read with the value on top of the stack.
  func items<Value>(_ read: (LuaStack, Int) throws -> Value) throws -> [Value] { try table.map(read) }
}
