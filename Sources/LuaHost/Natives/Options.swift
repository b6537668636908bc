import Basics
import CLua

/// The trailing table of named options of a call: `{lr = 1e-3, weight_decay = 0.1}`.
///
/// Unknown names are refused when it is made, so that a mistyped option is never ignored.
public struct Options {
  private let table: TableReader?

  init(_ table: TableReader?, known: [String]) throws {
    self.table = table
    guard let table else { return }
    var odd: String?
    try table.eachKey { stack in
      if stack.kind(at: -1) != .string, odd == nil { odd = stack.describe(at: -1) }
    }
    if let odd { throw Failure(.argument, "\(table.name) must have named options only, but has the key \(odd)") }
    for name in try table.fieldNames() where !known.contains(name) {
      let hint = NearestName.hint(name, among: known)
      let list = known.isEmpty ? "; there are no options" : "; the options are \(known.joined(separator: ", "))"
      throw Failure(.argument, "unknown option '\(name)'" + (hint.isEmpty ? list : hint))
    }
  }

  /// Whether an option was given (and is not nil).
  public func has(_ name: String) -> Bool {
    (try? table?.field(name) { !$0.isNil(at: -1) }) ?? false
  }

  /// What a reader makes of an option, which it finds on top of the stack; `nil` when it was not given.
  ///
  /// The reader gets the stack and the option's name for messages.
  public func read<Value>(_ name: String, _ reader: (LuaStack, String) throws -> Value) throws -> Value? {
    try table?.field(name) { stack in
      stack.isNil(at: -1) ? nil : try reader(stack, "option '\(name)'")
    } ?? nil
  }

  /// Like `read`, for an option that must be given.
  public func required<Value>(_ name: String, _ reader: (LuaStack, String) throws -> Value) throws -> Value {
    if let value = try read(name, reader) { return value }
    throw Failure(.argument, "option '\(name)' is missing")
  }

  public func integer(_ name: String) throws -> Int? { try read(name) { try $0.integer(at: -1, $1) } }

  public func number(_ name: String) throws -> Double? { try read(name) { try $0.number(at: -1, $1) } }

  public func boolean(_ name: String) throws -> Bool? { try read(name) { try $0.boolean(at: -1, $1) } }

  public func string(_ name: String) throws -> String? { try read(name) { try $0.string(at: -1, $1) } }

  public func function(_ name: String) throws -> LuaReference? { try read(name) { try $0.function(at: -1, $1) } }

  /// One of some names.
  public func choice(_ name: String, _ names: [String]) throws -> String? {
    try read(name) { try $0.choice(at: -1, names, $1) }
  }

  public func object<Object>(_ name: String, _ type: HostType<Object>) throws -> Object? {
    try read(name) { try $0.object(at: -1, type, $1) }
  }

  /// A list of numbers.
  public func numbers(_ name: String) throws -> [Double]? { try read(name) { try $0.table(at: -1, $1).numbers() } }

  /// A list of integers.
  public func integers(_ name: String) throws -> [Int]? { try read(name) { try $0.table(at: -1, $1).integers() } }

  /// A list of strings.
  public func strings(_ name: String) throws -> [String]? { try read(name) { try $0.table(at: -1, $1).strings() } }

  /// A count: an integer that is not negative.
  public func count(_ name: String) throws -> Int? {
    try read(name) { stack, what in
      let value = try stack.integer(at: -1, what)
      if value >= 0 { return value }
      throw stack.mismatch(at: -1, what, wanted: "a count (an integer from 0)")
    }
  }

  /// Any value; `nil` when it was not given.
  public func value(_ name: String) throws -> LuaValue? { try read(name) { stack, _ in try stack.value(at: -1) } }
}

extension Call {
  /// The table of options at a position; nil and missing count as an empty one.
  ///
  /// - Parameter known: all names that the function knows, in the order in which messages list them.
  public func options(_ position: Int, known: [String]) throws -> Options {
    if isNil(position) { return try Options(nil, known: known) }
    guard isTable(position) else { throw mismatch(position, wanted: "a table of options") }
    return try Options(try table(position), known: known)
  }
}

extension TableReader {
  /// Reads the table as named options.
  public func options(known: [String]) throws -> Options { try Options(self, known: known) }
}
