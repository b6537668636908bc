import Basics
import CLua
import Synchronization

/// Keeps a Lua value (a function, a table) alive from Swift.
///
/// It may be given up anywhere, also inside a finalizer: its place is freed at the host's next call.
public final class LuaReference {
  let place: Int32
  private let drain: ReferenceDrain
  private weak var host: LuaHost?

  init(place: Int32, host: LuaHost) {
    self.place = place
    self.host = host
    drain = host.drain
  }

  deinit { drain.add(place) }

  /// The host that it belongs to; `nil` after the host is gone.
  public var owner: LuaHost? { host }

  func belongs(to other: LuaHost) -> Bool { drain === other.drain }

  /// Calls the function that this stands for.
  public func call(_ arguments: LuaValue...) throws -> [LuaValue] {
    guard let host else { throw Failure(.script, "the script has ended: its host is closed") }
    return try host.call(self, arguments: arguments)
  }

  /// Calls the function that this stands for.
  public func call(arguments: [LuaValue]) throws -> [LuaValue] {
    guard let host else { throw Failure(.script, "the script has ended: its host is closed") }
    return try host.call(self, arguments: arguments)
  }

  /// A field of the table that this stands for, read without metamethods; `nil` for anything but a table.
  public subscript(_ name: String) -> LuaValue {
    get throws {
      guard let stack = try host?.stack else { return .nil }
      stack.push(self)
      defer { stack.pop() }
      guard stack.kind(at: -1) == .table else { return .nil }
      stack.push(name)
      lua_rawget(stack.state, -2)
      defer { stack.pop() }
      return try stack.value(at: -1)
    }
  }

  /// The values of the sequence in the table that this stands for; `nil` for anything but a table.
  public func values() throws -> [LuaValue]? {
    guard let stack = try host?.stack else { return nil }
    stack.push(self)
    defer { stack.pop() }
    return stack.kind(at: -1) == .table ? try TableReader(stack, -1, "the table").values() : nil
  }

  /// Sets a field of the table that this stands for, without metamethods.
  ///
  /// - Throws: `Failure` if it is not a table.
  public func set(_ name: String, _ value: LuaValue) throws {
    guard let stack = try host?.stack else { return }
    stack.push(self)
    defer { stack.pop() }
    guard stack.kind(at: -1) == .table else {
      throw Failure(.argument, "cannot set the field '\(name)' of \(stack.describe(at: -1))")
    }
    try stack.push(value)
    stack.setField(name, ofTableAt: -2)
  }
}

/// Places of the registry that wait to be freed. References can end on any thread.
final class ReferenceDrain: Sendable {
  private let places = Mutex<[Int32]>([])

  func add(_ place: Int32) { places.withLock { $0.append(place) } }

  func release(in stack: LuaStack) {
    let waiting = places.withLock { places in
      let waiting = places
      if !waiting.isEmpty { places.removeAll() }
      return waiting
    }
    for place in waiting { clua_unref(stack.state, place) }
  }
}

extension LuaStack {
  /// Keeps the value at an index from being collected.
  public func reference(to index: Int) throws -> LuaReference {
    let host = self.host
    host.drain.release(in: self)
    pushCopy(of: index)
    return LuaReference(place: clua_ref(state), host: host)
  }
}
