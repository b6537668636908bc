import CLua

/// What can be seen of a value without running any script code: raw reads only, host types by their known names.
public struct Inspection {
  /// A way from a value to one inside it.
  public enum Step: Sendable, Equatable {
    case name(String)
    case item(Int)
  }

  /// A name inside a value.
  public struct Member: Sendable, Equatable {
    public let name: String
    public let kind: LuaStack.Kind
  }

  public let kind: LuaStack.Kind
  /// The host type's name, or the class of a module; `nil` for other values.
  public let typeName: String?
  /// The object, for host types.
  public let object: AnyObject?
  /// The names inside that begin with what was asked for, sorted; those of classes and tables behind it, too.
  public let members: [Member]
  /// The length of the sequence in a table.
  public let count: Int
  /// Whether it can be called like a function.
  public let isCallable: Bool
}

extension LuaHost {
  /// Follows a path from the globals.
  ///
  /// - Parameter prefix: only names that begin so are listed.
  /// - Returns: `nil` when the path leads nowhere.
  public func inspect(_ path: [Inspection.Step], prefix: String = "") -> Inspection? {
    guard let stack = try? self.stack, (try? stack.reserve(100)) != nil else { return nil }
    let height = stack.count
    defer { lua_settop(stack.state, Int32(height)) }
    clua_push_globals(stack.state)
    for step in path {
      guard stack.pushInside(step) else { return nil }
    }
    return stack.inspection(prefix: Array(prefix.utf8))
  }

  /// Sees a value that Lua gave.
  public func inspect(_ value: LuaValue, prefix: String = "") -> Inspection? {
    guard let stack = try? self.stack, (try? stack.reserve(100)) != nil else { return nil }
    let height = stack.count
    defer { lua_settop(stack.state, Int32(height)) }
    guard (try? stack.push(value)) != nil else { return nil }
    return stack.inspection(prefix: Array(prefix.utf8))
  }
}

extension LuaHost {
  /// Where a function of a script was written: "recipe.lua:12"; `nil` for native ones and for what is no function.
  public func definition(of value: LuaValue) -> String? {
    guard let stack = try? self.stack, (try? stack.push(value)) != nil else { return nil }
    guard stack.kind(at: -1) == .function else {
      stack.pop()
      return nil
    }
    var record = lua_Debug()
    guard lua_getinfo(stack.state, ">S", &record) != 0, record.linedefined > 0 else { return nil }
    let source = withUnsafeBytes(of: record.short_src) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    return source.hasPrefix("perilune.") ? nil : "\(source):\(record.linedefined)"
  }
}

extension LuaStack {
  /// Tells tables, functions and objects apart: the same for the same one, as long as it lives.
  public func identity(at index: Int) -> UnsafeRawPointer? { lua_topointer(state, Int32(clamping: index)) }

  /// How many tables may stand behind one another by `__index` and `base`.
  private static let depth = 16

  /// Pushes what a step leads to from the value on top; false, and nothing useful pushed, when it leads nowhere.
  fileprivate func pushInside(_ step: Inspection.Step) -> Bool {
    switch step {
    case .item(let position):
      guard kind(at: -1) == .table else { return false }
      return lua_rawgeti(state, -1, Int64(position)) != LUA_TNIL
    case .name(let name):
      var found = false
      eachTable { table in
        push(name)
        lua_rawget(state, Int32(table))
        if !isNil(at: -1) {
          found = true
          return false
        }
        pop()
        return true
      }
      return found
    }
  }

  /// Visits the table on top and those behind it; `visit` gets the position and says whether to go on. What it leaves on
  /// the stack when it ends the visit stays on top.
  private func eachTable(_ visit: (Int) -> Bool) {
    clua_room(state)
    pushCopy(of: -1)
    for _ in 0..<Self.depth {
      guard kind(at: -1) == .table else { return }
      if !visit(count) { return }
      // A class of modules is the metatable of its objects and names the class it is derived from.
      push("base")
      lua_rawget(state, -2)
      if kind(at: -1) == .table, isClass(at: -2) { continue }
      pop()
      guard lua_getmetatable(state, -1) != 0 else { return }
      if isClass(at: -1) { continue }
      push("__index")
      lua_rawget(state, -2)
    }
  }

  private func isClass(at index: Int) -> Bool { rawText("class_name", at: index) != nil }

  private func rawText(_ name: String, at index: Int) -> String? {
    guard kind(at: index) == .table else { return nil }
    let table = lua_absindex(state, Int32(index))
    push(name)
    lua_rawget(state, table)
    defer { pop() }
    return text(at: -1)
  }

  fileprivate func inspection(prefix: [UInt8]) -> Inspection {
    let kind = kind(at: -1)
    switch kind {
    case .object:
      let type = hostType(at: -1)
      let names = (type?.memberNames ?? []).filter { $0.utf8.starts(with: prefix) && !$0.hasPrefix("__") }
      let value = try? value(at: -1)
      var object: AnyObject?
      if case .object(let found, _)? = value { object = found }
      return Inspection(
        kind: kind, typeName: type?.name, object: object,
        members: Set(names).sorted().map { Inspection.Member(name: $0, kind: .function) }, count: 0, isCallable: false)
    case .table:
      var kinds: [String: Kind] = [:]
      var className: String?
      let count = Int(lua_rawlen(state, -1))
      let height = self.count
      eachTable { table in
        className = className ?? rawText("class_name", at: table)
        addNames(ofTableAt: table, prefix, &kinds)
        return true
      }
      lua_settop(state, Int32(height))
      var isCallable = false
      if lua_getmetatable(state, -1) != 0 {
        push("__call")
        isCallable = lua_rawget(state, -2) != LUA_TNIL
      }
      lua_settop(state, Int32(height))
      let members = kinds.sorted { $0.key < $1.key }.map { Inspection.Member(name: $0.key, kind: $0.value) }
      return Inspection(
        kind: kind, typeName: className, object: nil, members: members, count: count, isCallable: isCallable)
    default:
      return Inspection(
        kind: kind, typeName: nil, object: nil, members: [], count: 0, isCallable: kind == .function)
    }
  }

  /// Adds the text keys of a table, without those that Lua or the class keeps for itself.
  private func addNames(ofTableAt table: Int, _ prefix: [UInt8], _ kinds: inout [String: Kind]) {
    pushNil()
    while lua_next(state, Int32(table)) != 0 {
      let kind = kind(at: -1)
      let name: String? =
        withBytes(at: -2) { bytes in
          guard bytes.count >= prefix.count, bytes.starts(with: prefix), !bytes.starts(with: Array("__".utf8)) else {
            return nil
          }
          return String(validating: bytes, as: UTF8.self)
        } ?? nil
      if let name, kinds[name] == nil { kinds[name] = kind }
      pop()
    }
  }
}
