import Basics
import CLua

/// What messages call an argument, an option or a table.
public enum ArgumentName {
  /// The place of an argument, and the names of all.
  case argument(Int, [String])
  case text(String)

  /// "argument 2 (dim)".
  public var text: String {
    switch self {
    case .text(let text): return text
    case .argument(let position, let names):
      return position >= 1 && position <= names.count
        ? "argument \(position) (\(names[position - 1]))" : "argument \(position)"
    }
  }
}

/// What a native function receives: its arguments, and the stack for its results. Not to be kept after the call.
///
/// Argument positions count from 1; for methods the object before the dot or colon does not count. Readers throw a
/// `Failure` of kind `argument` that names the argument, what was wanted and what was found.
public struct Call {
  let state: OpaquePointer
  let skipped: Int32
  private unowned(unsafe) let function: NativeFunction

  init(_ state: OpaquePointer, _ function: NativeFunction) {
    self.state = state
    self.function = function
    skipped = function.skipped
  }

  /// The stack; arguments come first, results are pushed on top.
  public var stack: LuaStack { LuaStack(state) }

  /// The host that runs the script.
  public var host: LuaHost { stack.host }

  /// The name of the function, for messages.
  public var name: String { function.name }

  /// How many values are on the stack after the first `skipped`: at first, the number of arguments.
  public var count: Int { Int(lua_gettop(state) - skipped) }

  /// The place of an argument on the stack.
  public func index(_ position: Int) -> Int { Int(place(position)) }

  @inline(__always)
  func place(_ position: Int) -> Int32 { Int32(truncatingIfNeeded: position) &+ skipped }

  /// "argument 2 (dim)".
  public func argumentName(_ position: Int) -> String { argument(position).text }

  /// What messages call an argument; the text is made only when there is a message.
  @inline(__always)
  public func argument(_ position: Int) -> ArgumentName { .argument(position, function.parameters) }

  /// A message of the form "argument 2 (dim) must be a number, but is a table".
  public func mismatch(_ position: Int, wanted: String) -> Failure {
    LuaStack.mismatch(argumentName(position), wanted: wanted, found: stack.describe(at: index(position)))
  }

  /// Throws when there are more arguments than the function takes.
  public func atMost(_ most: Int) throws {
    guard count > most else { return }
    throw Failure(.argument, "takes at most \(most) argument\(most == 1 ? "" : "s"), but got \(count)")
  }

  // Pushers return 1, so that `return call.push(x)` reads well.

  /// Pushes an object and returns 1.
  @discardableResult
  public func push<Object>(_ object: Object, _ type: HostType<Object>) -> Int {
    stack.push(object, type)
    return 1
  }

  /// Pushes a value and returns 1.
  @discardableResult public func push(_ value: Bool) -> Int {
    stack.push(value)
    return 1
  }

  /// Pushes a value and returns 1.
  @discardableResult public func push(_ value: Int) -> Int {
    stack.push(value)
    return 1
  }

  /// Pushes a value and returns 1.
  @discardableResult public func push(_ value: Double) -> Int {
    stack.push(value)
    return 1
  }

  /// Pushes a value and returns 1.
  @discardableResult public func push(_ value: String) -> Int {
    stack.push(value)
    return 1
  }

  /// Pushes a value and returns 1.
  @discardableResult public func push(_ value: LuaReference) -> Int {
    stack.push(value)
    return 1
  }

  /// Pushes a table of values and returns 1.
  @discardableResult public func push(_ values: some Collection<Double>) -> Int {
    stack.push(values)
    return 1
  }

  /// Pushes a table of values and returns 1.
  @discardableResult public func push(_ values: some Collection<Int>) -> Int {
    stack.push(values)
    return 1
  }

  /// Pushes a table of values and returns 1.
  @discardableResult public func push(_ values: some Collection<String>) -> Int {
    stack.push(values)
    return 1
  }

  /// Pushes any value and returns 1.
  @discardableResult public func push(_ value: LuaValue) throws -> Int {
    try stack.push(value)
    return 1
  }

  /// Pushes a native function and returns 1.
  @discardableResult public func push(_ value: NativeFunction) -> Int {
    stack.push(value)
    return 1
  }

  /// Pushes nil and returns 1.
  @discardableResult public func pushNil() -> Int {
    stack.pushNil()
    return 1
  }

  /// Pushes a copy of an argument and returns 1.
  @discardableResult public func pushArgument(_ position: Int) -> Int {
    stack.pushCopy(of: index(position))
    return 1
  }

  /// Pushes the object that a method was called on (to be returned for chaining) and returns 1.
  @discardableResult public func pushSelf() -> Int {
    stack.pushCopy(of: 1)
    return 1
  }
}
