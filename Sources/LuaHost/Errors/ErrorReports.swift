import Basics
import CLua

/// Where an error happened, before the stack is unwound.
public struct ErrorSite {
  /// The error as the user will read it.
  public let failure: Failure
  /// The stack at that moment; what is pushed on it is removed afterwards.
  public let stack: LuaStack
}

extension LuaHost {
  /// Pushes the message for an error that a native body threw: the script's line, the function's name, the sentence.
  func pushMessage(for error: any Error, raisedBy name: String, _ stack: LuaStack) {
    let failure = error as? Failure ?? Failure(.script, String(describing: error))
    if reports.isOnItsWay(failure.message) {
      stack.push(failure.message)
      return
    }
    let prefix = name.isEmpty || failure.message.hasPrefix(name + ": ") ? "" : name + ": "
    let message = position(from: 1, stack) + prefix + failure.message
    reports.remember(message, failure.kind)
    stack.push(message)
  }

  /// Replaces the message on top by the one that comes out.
  func report(_ state: OpaquePointer) {
    let stack = LuaStack(state)
    guard let raw = stack.text(at: -1), !reports.isOnItsWay(raw) else { return }
    var failure = Failure(reports.kind(of: raw), tidy(raw, stack))
    let depth = depthIsModest(stack)
    lastTraceback = scriptLines(stack)
    if depth, let describeError {
      let height = stack.count
      let text = describeError(ErrorSite(failure: failure, stack: stack))
      lua_settop(state, Int32(height))
      if let text { failure = Failure(failure.kind, text) }
    }
    reports.report(failure.message, failure.kind)
    stack.push(failure.message)
    clua_remove(state, -2)
  }

  /// Pushes the message for a condition that stops the script.
  func explain(_ condition: Int32, _ state: OpaquePointer) {
    let stack = LuaStack(state)
    let kind: Failure.Kind
    var message = position(from: 0, stack)
    switch condition {
    case Int32(CLUA_INTERRUPT):
      kind = .interrupted
      message += "interrupted"
    case Int32(CLUA_MEMORY):
      kind = .memory
      message += "the script's values use \(memoryInUse) bytes, more than the limit of \(memoryLimit ?? 0)"
    default:
      kind = .memory
      message += "a native function pushed more values than the Lua stack can hold"
    }
    reports.remember(message, kind)
    stack.push(message)
  }

  /// "recipe.lua:12: " for the innermost script line at or above a level.
  func position(from level: Int32, _ stack: LuaStack) -> String {
    clua_push_where(stack.state, level)
    defer { stack.pop() }
    return stack.text(at: -1) ?? ""
  }

  /// Gives a message that begins with a line of the library's own Lua code the script's line instead, and explains an
  /// overflow.
  private func tidy(_ message: String, _ stack: LuaStack) -> String {
    var text = message[...]
    if text.hasPrefix("perilune."), let rest = Self.afterPosition(text) {
      text = (position(from: 1, stack) + rest)[...]
    }
    let rest = Self.afterPosition(text) ?? text
    if rest.hasPrefix("stack overflow") || rest.hasPrefix("C stack overflow") {
      let place = String(text.dropLast(rest.count))
      return (place.isEmpty ? position(from: 1, stack) : place) + Self.overflow
    }
    return String(text)
  }

  /// What is said where calls are nested too deeply for Lua.
  static let overflow = "stack overflow: calls are nested too deeply (a recursion without end?)"

  /// What follows "name:12: "; the whole text where it does not begin so.
  private static func afterPosition(_ text: Substring) -> Substring? {
    var rest = text
    while let colon = rest.firstIndex(of: ":") {
      let after = rest[rest.index(after: colon)...]
      let digits = after.prefix { $0.isASCII && $0.isNumber }
      if !digits.isEmpty, after.dropFirst(digits.count).hasPrefix(": ") {
        return after.dropFirst(digits.count + 2)
      }
      rest = after
    }
    return nil
  }

  /// Where the stack is nearly full, the reporter must not ask for more of it.
  private func depthIsModest(_ stack: LuaStack) -> Bool { !clua_level_exists(stack.state, 150_000) }

  /// The script lines on the stack, innermost first; the middle of a long list is left out.
  private func scriptLines(_ stack: LuaStack) -> [String] {
    var lines: [String] = []
    for frame in stack.frames(from: 1, limit: 40) where frame.isScript {
      lines.append(frame.description)
      if lines.count == 20 {
        lines.append("...")
        break
      }
    }
    return lines
  }
}
