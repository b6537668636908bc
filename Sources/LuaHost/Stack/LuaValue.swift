import Basics
import CLua

/// A Lua value outside of the stack.
public enum LuaValue {
  case `nil`
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  /// A string that is not UTF-8.
  case bytes([UInt8])
  /// A host object; make one with `HostType.value`.
  case object(AnyObject, AnyHostType)
  case function(NativeFunction)
  /// A table, function or coroutine that stays in Lua.
  case reference(LuaReference)
  /// Becomes a sequence; never comes out of Lua, which keeps tables as references.
  case array([LuaValue])
  /// Becomes a table with named fields; never comes out of Lua, either.
  case record([(String, LuaValue)])

  /// The number, if it is one.
  public var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The whole number, if it is one (3.0 counts).
  public var integer: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// The text, if it is a string.
  public var string: String? {
    switch self {
    case .string(let value): value
    case .bytes(let value): String(decoding: value, as: UTF8.self)
    default: nil
    }
  }

  /// The truth value, if it is one.
  public var boolean: Bool? {
    if case .boolean(let value) = self { value } else { nil }
  }

  /// The table, function or coroutine, if it is one.
  public var reference: LuaReference? {
    if case .reference(let value) = self { value } else { nil }
  }

  /// The host object, if it is one of this type.
  public func object<Object>(_ type: HostType<Object>) -> Object? {
    if case .object(let object, let owner) = self, owner === type { object as? Object } else { nil }
  }

  /// Whether it is nil.
  public var isNil: Bool {
    if case .nil = self { true } else { false }
  }
}

extension LuaStack {
  /// The value at an index; tables and functions as references.
  public func value(at index: Int) throws -> LuaValue {
    let place = Int32(clamping: index)
    switch kind(at: index) {
    case .nothing, .nil: return .nil
    case .boolean: return .boolean(lua_toboolean(state, place) != 0)
    case .number:
      if lua_isinteger(state, place) != 0 { return .integer(Int(lua_tointegerx(state, place, nil))) }
      return .number(lua_tonumberx(state, place, nil))
    case .string:
      return withBytes(at: index) { bytes in
        String(validating: bytes, as: UTF8.self).map { .string($0) } ?? .bytes(Array(bytes))
      } ?? .nil
    case .object:
      if let block = clua_any_block(state, place), let pointer = block.pointee.object,
        let type = hostType(at: index)
      {
        return .object(Unmanaged<AnyObject>.fromOpaque(pointer).takeUnretainedValue(), type)
      }
      return .reference(try reference(to: index))
    case .table, .function, .coroutine:
      return .reference(try reference(to: index))
    }
  }
}
