import Basics
import CLua

extension Call {
  /// An integer; 3.0 counts as one, 3.5 and NaN do not.
  public func integer(_ position: Int) throws -> Int {
    var value: Int64 = 0
    if clua_integer(state, place(position), &value) { return Int(value) }
    throw mismatch(position, wanted: "an integer")
  }

  /// An integer that is not negative.
  public func count(_ position: Int) throws -> Int {
    var value: Int64 = 0
    if clua_integer(state, place(position), &value), value >= 0 { return Int(value) }
    throw mismatch(position, wanted: "a count (an integer from 0)")
  }

  /// A number, NaN and infinities included; strings that look like numbers do not count.
  public func number(_ position: Int) throws -> Double {
    var value = 0.0
    if clua_number(state, place(position), &value) { return value }
    throw mismatch(position, wanted: "a number")
  }

  /// True or false, nothing else.
  public func boolean(_ position: Int) throws -> Bool { try stack.boolean(at: index(position), argumentName(position)) }

  /// A string as text.
  public func string(_ position: Int) throws -> String { try stack.string(at: index(position), argumentName(position)) }

  /// A string as bytes.
  public func bytes(_ position: Int) throws -> [UInt8] { try stack.bytes(at: index(position), argumentName(position)) }

  /// One of some names; a wrong one is answered with the nearest.
  public func choice(_ position: Int, _ names: [String]) throws -> String {
    try stack.choice(at: index(position), names, argumentName(position))
  }

  /// A host object of a type.
  @inline(__always)
  public func object<Object>(_ position: Int, _ type: HostType<Object>) throws -> Object {
    if let pointer = clua_object(state, place(position), type.info) {
      return Unmanaged<Object>.fromOpaque(pointer).takeUnretainedValue()
    }
    throw mismatch(position, wanted: type.nameWithArticle)
  }

  /// A host object of a type, or `nil` for any other value.
  public func objectIfAny<Object>(_ position: Int, _ type: HostType<Object>) -> Object? {
    stack.object(at: index(position), type)
  }

  /// A function.
  public func function(_ position: Int) throws -> LuaReference {
    try stack.function(at: index(position), argumentName(position))
  }

  /// A table, to be read during the call.
  public func table(_ position: Int) throws -> TableReader {
    try stack.table(at: index(position), argument(position))
  }

  /// Any value.
  public func value(_ position: Int) throws -> LuaValue { try stack.value(at: index(position)) }

  /// The type of an argument.
  public func kind(_ position: Int) -> LuaStack.Kind { stack.kind(at: index(position)) }

  /// Whether an argument is nil or not there.
  @inline(__always)
  public func isNil(_ position: Int) -> Bool { lua_type(state, place(position)) <= LUA_TNIL }

  /// Whether an argument is a number.
  @inline(__always)
  public func isNumber(_ position: Int) -> Bool { lua_type(state, place(position)) == LUA_TNUMBER }

  /// Whether an argument is a string.
  public func isString(_ position: Int) -> Bool { kind(position) == .string }

  /// Whether an argument is a boolean.
  public func isBoolean(_ position: Int) -> Bool { kind(position) == .boolean }

  /// Whether an argument is a table.
  public func isTable(_ position: Int) -> Bool { kind(position) == .table }

  /// Whether an argument is a function.
  public func isFunction(_ position: Int) -> Bool { kind(position) == .function }

  /// Whether an argument is a host object of a type.
  public func isObject<Object>(_ position: Int, _ type: HostType<Object>) -> Bool {
    clua_object(state, place(position), type.info) != nil
  }

  // Optional forms: nil and missing arguments give the default.

  public func integer(_ position: Int, default value: Int) throws -> Int {
    isNil(position) ? value : try integer(position)
  }

  public func count(_ position: Int, default value: Int) throws -> Int {
    isNil(position) ? value : try count(position)
  }

  public func number(_ position: Int, default value: Double) throws -> Double {
    isNil(position) ? value : try number(position)
  }

  public func boolean(_ position: Int, default value: Bool) throws -> Bool {
    isNil(position) ? value : try boolean(position)
  }

  public func string(_ position: Int, default value: String) throws -> String {
    isNil(position) ? value : try string(position)
  }

  /// What a reader gives, or `nil` for a nil or missing argument: `try call.optional(2, call.integer)`.
  public func optional<Value>(_ position: Int, _ read: (Int) throws -> Value) rethrows -> Value? {
    isNil(position) ? nil : try read(position)
  }
}

extension LuaStack {
  static func mismatch(_ what: String, wanted: String, found: String) -> Failure {
    if found == "missing" { return Failure(.argument, "\(what) is missing, it must be \(wanted)") }
    return Failure(.argument, "\(what) must be \(wanted), but is \(found)")
  }

  func mismatch(at index: Int, _ what: String, wanted: String) -> Failure {
    Self.mismatch(what, wanted: wanted, found: describe(at: index))
  }

  /// An integer (3.0 counts); `what` names the value in the message.
  public func integer(at index: Int, _ what: @autoclosure () -> String) throws -> Int {
    var value: Int64 = 0
    if clua_integer(state, Int32(clamping: index), &value) { return Int(value) }
    throw mismatch(at: index, what(), wanted: "an integer")
  }

  /// A number.
  public func number(at index: Int, _ what: @autoclosure () -> String) throws -> Double {
    var value = 0.0
    if clua_number(state, Int32(clamping: index), &value) { return value }
    throw mismatch(at: index, what(), wanted: "a number")
  }

  /// True or false.
  public func boolean(at index: Int, _ what: @autoclosure () -> String) throws -> Bool {
    if kind(at: index) == .boolean { return lua_toboolean(state, Int32(clamping: index)) != 0 }
    throw mismatch(at: index, what(), wanted: "true or false")
  }

  /// A string as text.
  public func string(at index: Int, _ what: @autoclosure () -> String) throws -> String {
    if let text = text(at: index) { return text }
    throw mismatch(at: index, what(), wanted: "a string")
  }

  /// A string as bytes.
  public func bytes(at index: Int, _ what: @autoclosure () -> String) throws -> [UInt8] {
    if let bytes = withBytes(at: index, { Array($0) }) { return bytes }
    throw mismatch(at: index, what(), wanted: "a string")
  }

  /// One of some names.
  public func choice(at index: Int, _ names: [String], _ what: @autoclosure () -> String) throws -> String {
    let wanted = "one of " + names.map { "'\($0)'" }.joined(separator: ", ")
    guard let text = text(at: index) else { throw mismatch(at: index, what(), wanted: wanted) }
    if names.contains(text) { return text }
    let found = describe(at: index)
    throw Failure(
      .argument, Self.mismatch(what(), wanted: wanted, found: found).message + NearestName.hint(text, among: names))
  }

  /// A function.
  public func function(at index: Int, _ what: @autoclosure () -> String) throws -> LuaReference {
    if kind(at: index) == .function { return try reference(to: index) }
    throw mismatch(at: index, what(), wanted: "a function")
  }

  /// A table.
  public func table(at index: Int, _ what: @autoclosure () -> String) throws -> TableReader {
    if kind(at: index) == .table { return TableReader(self, index, what()) }
    throw mismatch(at: index, what(), wanted: "a table")
  }

  /// A table that messages call by an argument's name.
  public func table(at index: Int, _ argument: ArgumentName) throws -> TableReader {
    if kind(at: index) == .table { return TableReader(self, index, argument) }
    throw mismatch(at: index, argument.text, wanted: "a table")
  }

  /// A host object of a type.
  public func object<Object>(
    at index: Int, _ type: HostType<Object>, _ what: @autoclosure () -> String
  ) throws -> Object {
    if let object = object(at: index, type) { return object }
    throw mismatch(at: index, what(), wanted: type.nameWithArticle)
  }
}
