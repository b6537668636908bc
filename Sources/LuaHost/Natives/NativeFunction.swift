import Basics
import CLua

/// A Swift function that scripts can call.
public final class NativeFunction {
  /// What scripts call it; messages begin with it.
  public let name: String
  /// The names of its arguments, for messages.
  public let parameters: [String]
  /// Values on the stack before the first argument: one for methods, which have their object there.
  let skipped: Int32
  private let body: (Call) throws -> Int

  /// - Parameters:
  ///   - name: what scripts call it; messages begin with it. Empty for functions without a name of their own.
  ///   - parameters: the names of its arguments, for messages.
  ///   - body: reads arguments from the call, pushes results on it, and returns how many. What it throws becomes a Lua
  ///     error with the script's line and the name in front. It must not capture the host.
  public convenience init(_ name: String, parameters: [String] = [], _ body: @escaping (Call) throws -> Int) {
    self.init(name, parameters: parameters, skipping: 0, body)
  }

  init(_ name: String, parameters: [String], skipping: Int, _ body: @escaping (Call) throws -> Int) {
    self.name = name
    self.parameters = parameters
    self.skipped = Int32(skipping)
    self.body = body
  }

  /// Runs the body; on an error leaves the message on the stack and returns -1.
  func invoke(_ state: OpaquePointer) -> Int32 {
    do {
      let call = Call(state, self)
      if Self.isObserved { return max(0, Int32(truncatingIfNeeded: try observed(call, body))) }
      return max(0, Int32(truncatingIfNeeded: try body(call)))
    } catch {
      let stack = LuaStack(state)
      stack.host.failureObserver?(name, stack)
      stack.host.pushMessage(for: error, raisedBy: name, stack)
      return -1
    }
  }
}

extension LuaHost {
  /// Sets a global variable.
  public func setGlobal(_ name: String, _ value: LuaValue) throws {
    let stack = try self.stack
    clua_push_globals(stack.state)
    defer { stack.pop() }
    try stack.push(value)
    stack.setField(name, ofTableAt: -2)
  }

  /// The value of a global variable; nil when there is none.
  public func global(_ name: String) throws -> LuaValue {
    let stack = try self.stack
    clua_push_globals(stack.state)
    stack.push(name)
    lua_rawget(stack.state, -2)
    defer { stack.pop(2) }
    return try stack.value(at: -1)
  }

  /// Defines a global native function.
  public func define(_ name: String, parameters: [String] = [], _ body: @escaping (Call) throws -> Int) throws {
    try setGlobal(name, .function(NativeFunction(name, parameters: parameters, body)))
  }

  /// Makes a new table, to be filled by `LuaReference.set`.
  public func makeTable() throws -> LuaReference {
    let stack = try self.stack
    stack.pushTable()
    defer { stack.pop() }
    return try stack.reference(to: -1)
  }
}

extension LuaReference {
  /// Defines a native function as a field of the table that this stands for.
  public func define(_ name: String, parameters: [String] = [], _ body: @escaping (Call) throws -> Int) throws {
    try set(name, .function(NativeFunction(name, parameters: parameters, body)))
  }
}
