import Basics
import CLua

extension LuaHost {
  /// Runs a script.
  ///
  /// - Parameters:
  ///   - source: the text; a first line that begins with `#` is skipped.
  ///   - name: what messages call it, usually the file's name.
  ///   - arguments: what `...` stands for in the script.
  /// - Returns: what the script returns.
  /// - Throws: `Failure` whose message begins with `name:line:`; syntax errors have kind `script`.
  @discardableResult
  public func run(source: String, name: String, arguments: [LuaValue] = []) throws -> [LuaValue] {
    try perform(chunk: Self.withoutHashLine(source), called: "@" + name, arguments: arguments)
  }

  /// The values of an expression, or of a script that returns something.
  public func evaluate(_ source: String, name: String = "input") throws -> [LuaValue] {
    let stack = try self.stack
    if load("return " + source, called: "=" + name, stack) == LUA_OK {
      return try finish(stack, arguments: [])
    }
    stack.pop()
    return try perform(chunk: source, called: "=" + name, arguments: [])
  }

  /// Whether the text would be a valid script if more lines followed (a prompt asks for them).
  public func isIncomplete(_ source: String) -> Bool {
    guard let stack = try? self.stack else { return false }
    defer { stack.pop() }
    guard load(source, called: "=input", stack) != LUA_OK, let message = stack.text(at: -1) else { return false }
    guard message.hasSuffix("near <eof>") else { return false }
    let expression = load("return " + source, called: "=input", stack)
    defer { stack.pop() }
    return expression != LUA_OK
  }

  /// Reads a script without running it.
  ///
  /// - Throws: `Failure` with the position of the mistake.
  public func check(source: String, name: String) throws {
    let stack = try self.stack
    defer { stack.pop() }
    guard load(Self.withoutHashLine(source), called: "@" + name, stack) != LUA_OK else { return }
    throw Failure(.script, stack.text(at: -1) ?? "\(name): cannot be read")
  }

  /// Whether the text is no valid script.
  public func isSyntaxError(_ source: String) -> Bool {
    guard let stack = try? self.stack else { return true }
    defer { stack.pop() }
    return load(source, called: "=input", stack) != LUA_OK
  }

  /// Runs a part of the library that is written in Lua. Its lines never appear in messages or tracebacks.
  @discardableResult
  public func runPrelude(name: String, source: String, arguments: [LuaValue] = []) throws -> [LuaValue] {
    try perform(chunk: source, called: "=perilune." + name, arguments: arguments)
  }

  /// Calls a Lua function.
  public func call(_ function: LuaReference, _ arguments: LuaValue...) throws -> [LuaValue] {
    try call(function, arguments: arguments)
  }

  /// Calls a Lua function; errors come back as `Failure` with the script's position.
  public func call(_ function: LuaReference, arguments: [LuaValue]) throws -> [LuaValue] {
    let stack = try self.stack
    stack.push(function)
    return try finish(stack, arguments: arguments)
  }

  func perform(chunk: String, called name: String, arguments: [LuaValue]) throws -> [LuaValue] {
    let stack = try self.stack
    guard load(chunk, called: name, stack) == LUA_OK else {
      let message = stack.text(at: -1) ?? "\(name): cannot be read"
      stack.pop()
      lastTraceback = []
      reports.report(message, .script)
      throw Failure(.script, message)
    }
    return try finish(stack, arguments: arguments)
  }

  private func load(_ source: String, called name: String, _ stack: LuaStack) -> Int32 {
    var source = source
    clua_room(stack.state)
    return source.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { text in
        withUnsafePointer(to: CChar(0)) { empty in
          clua_load(stack.state, text.baseAddress ?? empty, text.count, name)
        }
      }
    }
  }

  /// Calls the function on top with these arguments and reads all results.
  private func finish(_ stack: LuaStack, arguments: [LuaValue]) throws -> [LuaValue] {
    let bottom = stack.count - 1
    do {
      try stack.reserve(arguments.count + 4)
      for argument in arguments { try stack.push(argument) }
    } catch {
      lua_settop(stack.state, Int32(bottom))
      throw error
    }
    try stack.call(arguments: arguments.count, results: nil)
    defer { lua_settop(stack.state, Int32(bottom)) }
    let count = stack.count - bottom
    guard count > 0 else { return [] }
    return try (1...count).map { try stack.value(at: bottom + $0) }
  }

  private static func withoutHashLine(_ source: String) -> String {
    guard source.hasPrefix("#") else { return source }
    return "--" + source
  }
}

extension LuaStack {
  /// Calls the function that lies below its arguments on the stack; both are replaced by the results.
  ///
  /// - Parameter results: how many results to keep, filled up with nil; `nil` keeps all.
  /// - Throws: `Failure`; function and arguments are gone then, too.
  public func call(arguments: Int, results: Int?) throws {
    let outermost = clua_depth(host.control) == 0
    if outermost {
      host.reports.begin()
      if host.interruption.isRequested {
        pop(arguments + 1)
        host.interruption.withdraw()
        throw Failure(.interrupted, "interrupted")
      }
    }
    host.drain.release(in: self)
    try reserve(max(results ?? 0, 0) + 4)
    let status = clua_call(state, Int32(arguments), results.map { Int32(clamping: $0) } ?? LUA_MULTRET)
    if outermost { host.flushOutput() }
    guard status != LUA_OK else { return }
    var message = text(at: -1) ?? "the script raised an error without a message"
    pop()
    if status == LUA_ERRERR {
      // The reporter had no room left to run.
      message = host.position(from: 0, self) + LuaHost.overflow
      host.reports.report(message, .script)
    }
    var kind = host.reports.kind(of: message)
    if host.interruption.isRequested {
      kind = .interrupted
      if outermost { host.interruption.withdraw() }
    }
    throw Failure(kind, message)
  }
}
