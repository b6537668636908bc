import Basics
import CLua

/// The value stack of a coroutine, while a native call (or the host) uses it. Not to be kept.
///
/// Positions count from 1; negative ones count from the top, -1 being the last value. Reading never raises a Lua error
/// and never runs script code.
public struct LuaStack {
  let state: OpaquePointer

  init(_ state: OpaquePointer) { self.state = state }

  /// The host that the stack belongs to.
  public var host: LuaHost { Unmanaged<LuaHost>.fromOpaque(clua_host(state)).takeUnretainedValue() }

  /// How many values there are.
  public var count: Int { Int(lua_gettop(state)) }

  /// Removes values from the top.
  public func pop(_ count: Int = 1) { clua_pop(state, Int32(clamping: count)) }

  /// Makes room for more values than the twenty that a native call may push anyway.
  ///
  /// - Throws: `Failure` of kind `memory` where the stack cannot grow so far.
  public func reserve(_ count: Int) throws {
    guard count < 1_000_000, lua_checkstack(state, Int32(count) + 4) != 0 else {
      throw Failure(.memory, "\(count) values are too many for the Lua stack")
    }
  }

  /// The types of values that scripts distinguish.
  public enum Kind: Sendable { case nothing, `nil`, boolean, number, string, table, function, object, coroutine }

  /// The type of a value; `nothing` beyond the top.
  public func kind(at index: Int) -> Kind {
    switch lua_type(state, Int32(clamping: index)) {
    case LUA_TNIL: .nil
    case LUA_TBOOLEAN: .boolean
    case LUA_TNUMBER: .number
    case LUA_TSTRING: .string
    case LUA_TTABLE: .table
    case LUA_TFUNCTION: .function
    case LUA_TUSERDATA, LUA_TLIGHTUSERDATA: .object
    case LUA_TTHREAD: .coroutine
    default: .nothing
    }
  }

  /// Whether there is no value, or nil.
  public func isNil(at index: Int) -> Bool { lua_type(state, Int32(clamping: index)) <= LUA_TNIL }

  /// Whether the value is a number (not a string that looks like one).
  public func isNumber(at index: Int) -> Bool { lua_type(state, Int32(clamping: index)) == LUA_TNUMBER }

  /// Whether the value is a number of Lua's integer subtype.
  public func isInteger(at index: Int) -> Bool { lua_isinteger(state, Int32(clamping: index)) != 0 }

  /// The bytes of a string value as text, repaired where they are not UTF-8; `nil` for other values.
  public func text(at index: Int) -> String? {
    withBytes(at: index) { String(decoding: $0, as: UTF8.self) }
  }

  /// The bytes of a string value, during the closure only; `nil` for other values.
  public func withBytes<Result>(at index: Int, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result? {
    let index = Int32(clamping: index)
    guard lua_type(state, index) == LUA_TSTRING else { return nil }
    var length = 0
    guard let text = lua_tolstring(state, index, &length) else { return nil }
    return try body(UnsafeRawBufferPointer(start: text, count: length))
  }

  /// The value as a host object of this type, or `nil`.
  public func object<Object>(at index: Int, _ type: HostType<Object>) -> Object? {
    guard let pointer = clua_object(state, Int32(clamping: index), type.info) else { return nil }
    return Unmanaged<Object>.fromOpaque(pointer).takeUnretainedValue()
  }

  /// The host type of a value, or `nil` for values of Lua's own.
  public func hostType(at index: Int) -> AnyHostType? {
    guard let block = clua_any_block(state, Int32(clamping: index)),
      let description = block.pointee.type.pointee.description
    else { return nil }
    return Unmanaged<AnyHostType>.fromOpaque(description).takeUnretainedValue()
  }

  /// The value's name in messages: "nil", "3.5", "a string 'abc'", "a table", "a Tensor".
  public func describe(at index: Int) -> String {
    switch kind(at: index) {
    case .nothing: return "missing"
    case .nil: return "nil"
    case .boolean: return lua_toboolean(state, Int32(index)) != 0 ? "true" : "false"
    case .number: return numberText(at: index)
    case .string: return "a string '\(shortText(at: index))'"
    case .table: return "a table"
    case .function: return "a function"
    case .coroutine: return "a coroutine"
    case .object: return hostType(at: index)?.nameWithArticle ?? "a file"
    }
  }

  private func numberText(at index: Int) -> String {
    if lua_isinteger(state, Int32(index)) != 0 { return String(lua_tointegerx(state, Int32(index), nil)) }
    let number = lua_tonumberx(state, Int32(index), nil)
    return number.isNaN ? "NaN" : number.isInfinite ? (number < 0 ? "-infinity" : "infinity") : "\(number)"
  }

  private func shortText(at index: Int) -> String {
    let text = text(at: index) ?? ""
    return text.count <= 40 ? text : text.prefix(37) + "..."
  }
}

extension LuaStack {
  /// The stack of a host that is known to be open.
  static func current(of host: LuaHost) -> LuaStack {
    guard let state = clua_current(host.control) else {
      // Types and functions are made while their host is open: the initializers that lead here have thrown otherwise.
      preconditionFailure("the host is closed")
    }
    return LuaStack(state)
  }
}
