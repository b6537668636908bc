import Basics
import CLua

extension LuaStack {
  public func pushNil() {
    clua_room(state)
    lua_pushnil(state)
  }

  public func push(_ value: Bool) {
    clua_room(state)
    lua_pushboolean(state, value ? 1 : 0)
  }

  public func push(_ value: Int) {
    clua_room(state)
    lua_pushinteger(state, Int64(value))
  }

  public func push(_ value: Double) {
    clua_room(state)
    lua_pushnumber(state, value)
  }

  public func push(_ value: String) {
    var value = value
    value.withUTF8 { push(bytes: UnsafeRawBufferPointer($0)) }
  }

  /// Pushes a string of any bytes.
  public func push(bytes: UnsafeRawBufferPointer) {
    clua_room(state)
    guard let base = bytes.baseAddress else {
      lua_pushlstring(state, "", 0)
      return
    }
    lua_pushlstring(state, base.assumingMemoryBound(to: CChar.self), bytes.count)
  }

  /// Pushes an object; Lua holds one reference to it until it collects it. Every push makes a new Lua value.
  public func push<Object>(_ object: Object, _ type: HostType<Object>) {
    clua_push_object(state, type.info, Unmanaged.passRetained(object).toOpaque())
  }

  /// Pushes the value that a reference stands for; nil when the reference belongs to another host.
  public func push(_ reference: LuaReference) {
    clua_room(state)
    if reference.belongs(to: host) {
      _ = clua_push_ref(state, reference.place)
    } else {
      lua_pushnil(state)
    }
  }

  /// Pushes a copy of a value.
  public func pushCopy(of index: Int) {
    clua_room(state)
    lua_pushvalue(state, Int32(clamping: index))
  }

  /// Pushes a native function.
  public func push(_ function: NativeFunction) {
    guard let type = host.functionType else { return pushNil() }
    clua_push_object(state, type.info, Unmanaged.passRetained(function).toOpaque())
    clua_push_function(state)
  }

  /// Pushes a new table with room for this many entries.
  public func pushTable(sequence: Int = 0, fields: Int = 0) {
    clua_room(state)
    lua_createtable(state, Int32(min(max(sequence, 0), 1 << 26)), Int32(min(max(fields, 0), 1 << 20)))
  }

  /// Pops the top value and stores it in the table at `index`, without metamethods.
  public func setField(_ name: String, ofTableAt index: Int) {
    let table = lua_absindex(state, Int32(clamping: index))
    push(name)
    clua_insert(state, -2)
    lua_rawset(state, table)
  }

  /// Pops the top value and stores it at a position of the table at `index`, without metamethods.
  public func setItem(_ position: Int, ofTableAt index: Int) {
    lua_rawseti(state, Int32(clamping: index), Int64(position))
  }

  /// Pushes a table of numbers.
  public func push(_ values: some Collection<Double>) {
    pushTable(sequence: values.count)
    for (offset, value) in values.enumerated() {
      push(value)
      setItem(offset + 1, ofTableAt: -2)
    }
  }

  /// Pushes a table of integers.
  public func push(_ values: some Collection<Int>) {
    pushTable(sequence: values.count)
    for (offset, value) in values.enumerated() {
      push(value)
      setItem(offset + 1, ofTableAt: -2)
    }
  }

  /// Pushes a table of strings.
  public func push(_ values: some Collection<String>) {
    pushTable(sequence: values.count)
    for (offset, value) in values.enumerated() {
      push(value)
      setItem(offset + 1, ofTableAt: -2)
    }
  }

  /// Pushes any value.
  ///
  /// - Throws: `Failure` when tables are nested too deeply for the stack.
  public func push(_ value: LuaValue) throws {
    switch value {
    case .nil: pushNil()
    case .boolean(let value): push(value)
    case .integer(let value): push(value)
    case .number(let value): push(value)
    case .string(let value): push(value)
    case .bytes(let value): value.withUnsafeBytes { push(bytes: $0) }
    case .object(let object, let type): clua_push_object(state, type.info, Unmanaged.passRetained(object).toOpaque())
    case .function(let function): push(function)
    case .reference(let reference): push(reference)
    case .array(let values):
      try reserve(4)
      pushTable(sequence: values.count)
      for (offset, value) in values.enumerated() {
        try push(value)
        setItem(offset + 1, ofTableAt: -2)
      }
    case .record(let fields):
      try reserve(4)
      pushTable(fields: fields.count)
      for (name, value) in fields {
        try push(value)
        setField(name, ofTableAt: -2)
      }
    }
  }
}
