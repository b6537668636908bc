import CLua

/// One level of the call stack.
public struct LuaFrame: CustomStringConvertible, Sendable {
  /// Its level: pass it to `LuaStack.local`. Valid while the stack is unchanged.
  public let level: Int
  /// The script's name.
  public let source: String
  /// The line that is being run; -1 for native functions.
  public let line: Int
  /// The function's name as its caller knows it, if any.
  public let function: String?
  /// Whether it is the script's main part rather than a function.
  public let isMain: Bool
  /// Whether it was called by `return f(...)`, which leaves nothing of its caller, nor the name.
  public let isTailCall: Bool
  /// Whether it is a line of the script, not native and not of the library's own Lua code.
  public let isScript: Bool

  /// "recipe.lua:12: in function 'train'".
  public var description: String {
    let place = isMain ? "main part" : function.map { "function '\($0)'" } ?? "a function"
    return "\(source):\(line): in \(place)"
  }
}

extension LuaStack {
  /// The levels of the call stack, innermost first.
  public func frames(from level: Int = 0, limit: Int = 64) -> [LuaFrame] {
    var frames: [LuaFrame] = []
    var level = level
    var raw = clua_frame()
    while frames.count < limit, clua_frame_at(state, Int32(clamping: level), &raw) {
      let source = withUnsafeBytes(of: raw.short_source) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      frames.append(
        LuaFrame(
          level: level, source: source, line: Int(raw.line), function: raw.name.map { String(cString: $0) },
          isMain: raw.is_main, isTailCall: raw.is_tail_call, isScript: raw.is_lua && !raw.is_prelude))
      level += 1
    }
    return frames
  }

  /// Pushes a local variable (or parameter) of a level; `false`, and nothing pushed, when there is none of that name.
  public func pushLocal(_ name: String, level: Int) -> Bool {
    clua_room(state)
    return clua_push_local(state, Int32(clamping: level), name)
  }

  /// Visits the named local variables (and parameters) of a level in order, each with its value on top of the stack.
  public func eachLocal(level: Int, _ visit: (String) throws -> Void) rethrows {
    clua_room(state)
    var place: Int32 = 1
    while let name = clua_push_local_at(state, Int32(clamping: level), place) {
      defer { pop() }
      place += 1
      let name = String(cString: name)
      // Names of temporary values begin with a bracket.
      if !name.hasPrefix("(") { try visit(name) }
    }
  }

  /// The local variables and parameters of a level that have names, in the order of their declaration.
  public func locals(level: Int) -> [(name: String, value: LuaValue)] {
    var found: [(name: String, value: LuaValue)] = []
    eachLocal(level: level) { name in
      guard let value = try? value(at: -1) else { return }
      found.removeAll { $0.name == name }
      found.append((name, value))
    }
    return found
  }

  /// The value of a local variable (or parameter) of a level.
  public func local(_ name: String, level: Int) throws -> LuaValue? {
    guard pushLocal(name, level: level) else { return nil }
    defer { pop() }
    return try value(at: -1)
  }
}
