import Basics
import CLua

/// Reads a Lua table without metamethods, during a call.
public struct TableReader {
  let stack: LuaStack
  let place: Int
  private let argument: ArgumentName
  /// What messages call the table: "argument 1 (shape)".
  public var name: String { argument.text }

  /// Tables nested more deeply are refused.
  public static let deepest = 32

  init(_ stack: LuaStack, _ index: Int, _ name: String) { self.init(stack, index, .text(name)) }

  init(_ stack: LuaStack, _ index: Int, _ argument: ArgumentName) {
    self.stack = stack
    place = Int(lua_absindex(stack.state, Int32(clamping: index)))
    self.argument = argument
  }

  /// The length of the sequence in it.
  public var count: Int { Int(clamping: lua_rawlen(stack.state, Int32(place))) }

  /// "entry 3 of argument 1 (shape)".
  public func entryName(_ position: Int) -> String { "entry \(position) of \(name)" }

  /// Reads the entry at a position with the value on top of the stack.
  public func item<Value>(_ position: Int, _ read: (LuaStack) throws -> Value) throws -> Value {
    try stack.reserve(4)
    lua_rawgeti(stack.state, Int32(place), Int64(position))
    let height = stack.count - 1
    defer { lua_settop(stack.state, Int32(height)) }
    return try read(stack)
  }

  /// Reads a named field with the value (nil when there is none) on top of the stack.
  public func field<Value>(_ name: String, _ read: (LuaStack) throws -> Value) throws -> Value {
    try stack.reserve(4)
    stack.push(name)
    lua_rawget(stack.state, Int32(place))
    let height = stack.count - 1
    defer { lua_settop(stack.state, Int32(height)) }
    return try read(stack)
  }

  /// All entries of the sequence by one reader, which finds each on top of the stack.
  public func map<Value>(_ read: (LuaStack, Int) throws -> Value) throws -> [Value] {
    let count = self.count
    var values: [Value] = []
    values.reserveCapacity(min(count, 1 << 20))
    for position in 0..<count { values.append(try item(position + 1) { try read($0, position + 1) }) }
    return values
  }

  /// A sequence of integers.
  public func integers() throws -> [Int] {
    try onlySequence()
    try stack.reserve(4)
    let count = self.count
    return try Array(unsafeUninitializedCapacity: count) { values, filled in
      for position in 0..<count {
        lua_rawgeti(stack.state, Int32(place), Int64(position + 1))
        var value: Int64 = 0
        let good = clua_integer(stack.state, -1, &value)
        stack.pop()
        guard good else { throw mismatch(position + 1, wanted: "an integer") }
        values[position] = Int(value)
        filled = position + 1
      }
    }
  }

  /// A sequence of numbers.
  public func numbers() throws -> [Double] {
    try onlySequence()
    var values: [Double] = []
    try append(to: &values)
    return values
  }

  /// A sequence of strings.
  public func strings() throws -> [String] {
    try onlySequence()
    return try map { try $0.string(at: -1, entryName($1)) }
  }

  /// A sequence of objects of a type.
  public func objects<Object>(_ type: HostType<Object>) throws -> [Object] {
    try onlySequence()
    return try map { try $0.object(at: -1, type, entryName($1)) }
  }

  /// A sequence of any values.
  public func values() throws -> [LuaValue] { try map { stack, _ in try stack.value(at: -1) } }

  /// A table inside this one.
  public func nested<Value>(_ position: Int, _ read: (TableReader) throws -> Value) throws -> Value {
    try item(position) { try read(try $0.table(at: -1, entryName(position))) }
  }

  /// Whether the sequence's first entry is a table.
  public var beginsWithTable: Bool {
    guard lua_checkstack(stack.state, 2) != 0 else { return false }
    lua_rawgeti(stack.state, Int32(place), 1)
    defer { stack.pop() }
    return stack.kind(at: -1) == .table
  }

  /// The named fields, sorted by name.
  public func fieldNames() throws -> [String] {
    var names: [String] = []
    try eachKey { stack in
      if stack.kind(at: -1) == .string, let name = stack.text(at: -1) { names.append(name) }
    }
    return names.sorted()
  }

  /// Whether there is any named field.
  public var hasFields: Bool {
    guard lua_checkstack(stack.state, 4) != 0 else { return false }
    let height = stack.count
    defer { lua_settop(stack.state, Int32(height)) }
    stack.pushNil()
    while lua_next(stack.state, Int32(place)) != 0 {
      stack.pop()
      if stack.kind(at: -1) == .string { return true }
    }
    return false
  }

  /// Named fields, sorted by name, and their values.
  public func fields() throws -> [(name: String, value: LuaValue)] {
    try fieldNames().map { name in (name, try field(name) { try $0.value(at: -1) }) }
  }

  /// Throws when the table has keys besides 1...count.
  public func onlySequence() throws {
    let count = self.count
    var keys = 0
    var odd: String?
    try eachKey { stack in
      var value: Int64 = 0
      keys += 1
      let isPosition = clua_integer(stack.state, -1, &value) && value >= 1 && value <= count
      if !isPosition, odd == nil { odd = stack.kind(at: -1) == .string ? stack.text(at: -1) : stack.describe(at: -1) }
    }
    if let odd { throw Failure(.argument, "\(name) must be a list, but has the key '\(odd)'") }
    if keys != count {
      throw Failure(.argument, "\(name) must be a list without gaps, but some of its entries are nil")
    }
  }

  /// Nested lists of numbers, read row by row: {{1, 2}, {3, 4}} gives the shape [2, 2] and four values.
  ///
  /// - Throws: `Failure` of kind `shape` when rows differ in length, of kind `argument` for anything but numbers.
  public func nestedNumbers() throws -> (shape: [Int], values: [Double]) {
    var shape: [Int] = []
    var values: [Double] = []
    try collect(depth: 0, &shape, &values)
    return (shape, values)
  }

  private func collect(depth: Int, _ shape: inout [Int], _ values: inout [Double]) throws {
    guard depth < Self.deepest else { throw Failure(.argument, "\(name) is nested more than \(Self.deepest) deep") }
    try onlySequence()
    let count = self.count
    if depth == shape.count {
      shape.append(count)
    } else if shape[depth] != count {
      throw Failure(.shape, "\(name) has \(Self.entries(count)) where the rows before it have \(shape[depth])")
    }
    if beginsWithTable {
      for position in 0..<count {
        try nested(position + 1) { try $0.collect(depth: depth + 1, &shape, &values) }
      }
    } else if depth + 1 < shape.count && count > 0 {
      throw mismatch(1, wanted: "a table")
    } else {
      try append(to: &values)
    }
  }

  private static func entries(_ count: Int) -> String { count == 1 ? "1 entry" : "\(count) entries" }

  private func mismatch(_ position: Int, wanted: String) -> Failure {
    guard lua_checkstack(stack.state, 2) != 0 else { return Failure(.memory, "the Lua stack is full") }
    lua_rawgeti(stack.state, Int32(place), Int64(position))
    defer { stack.pop() }
    return stack.mismatch(at: -1, entryName(position), wanted: wanted)
  }

  private func append(to values: inout [Double]) throws {
    try stack.reserve(4)
    let count = self.count
    for position in 0..<count {
      lua_rawgeti(stack.state, Int32(place), Int64(position + 1))
      var value = 0.0
      let good = clua_number(stack.state, -1, &value)
      stack.pop()
      guard good else { throw mismatch(position + 1, wanted: "a number") }
      values.append(value)
    }
  }

  /// Visits all keys, each on top of the stack, which the visitor must leave as it was.
  func eachKey(_ visit: (LuaStack) throws -> Void) throws {
    try stack.reserve(4)
    let height = stack.count
    defer { lua_settop(stack.state, Int32(height)) }
    stack.pushNil()
    // Raises for keys that are not in the table only, and nothing changes it meanwhile.
    while lua_next(stack.state, Int32(place)) != 0 {
      stack.pop()
      try visit(stack)
    }
  }
}
