import CLua

/// What is common to host types of all Swift classes.
public class AnyHostType {
  /// The type's name in scripts and messages.
  public let name: String
  let info: UnsafeMutablePointer<clua_type>
  unowned let host: LuaHost
  let metatable: LuaReference

  init(named name: String, in host: LuaHost) {
    self.name = name
    self.host = host
    info = .allocate(capacity: 1)
    let state = LuaStack.current(of: host).state
    lua_createtable(state, 0, 16)
    lua_pushvalue(state, -1)
    metatable = LuaReference(place: clua_ref(state), host: host)
    info.initialize(to: clua_type(live: 0, metatable: metatable.place, description: nil))
    info.pointee.description = Unmanaged.passUnretained(self).toOpaque()
    let stack = LuaStack(state)
    stack.push(name)
    stack.setField("__name", ofTableAt: -2)
    stack.push(name)
    stack.setField("__metatable", ofTableAt: -2)
    stack.pop()
    host.types.append(self)
  }

  deinit {
    info.deinitialize(count: 1)
    info.deallocate()
  }

  /// Gives up closures that may hold the type itself.
  func hostDidClose() {}

  /// Methods and fields that scripts can use, in the order in which they were added.
  public var memberNames: [String] { [] }

  /// Objects of this type that Lua holds now.
  public var live: Int { Int(info.pointee.live) }

  /// "a Tensor", "an Adam".
  public var nameWithArticle: String {
    guard let first = name.first else { return "an object" }
    return ("aeiouAEIOU".contains(first) ? "an " : "a ") + name
  }

  /// Stores a native function in the metatable.
  func setEvent(_ event: String, _ function: NativeFunction) {
    let stack = LuaStack.current(of: host)
    stack.push(metatable)
    stack.push(function)
    stack.setField(event, ofTableAt: -2)
    stack.pop()
  }
}
