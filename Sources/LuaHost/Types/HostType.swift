import Basics
import CLua

/// A Swift class whose objects scripts can hold: its methods, fields and operators.
///
/// `object:method(...)` costs one table look-up in C before the method's own call; fields come second; everything else
/// goes to `index`, if set, and ends in an error that suggests the nearest name.
public final class HostType<Object: AnyObject>: AnyHostType {
  private let methods: LuaReference
  private let fields: LuaReference
  private let members = Members()

  /// Names that scripts can use, and what stands behind them. Apart from the type, so that closures can share it.
  private final class Members {
    var names: [String] = []
    var writers: [String: (Call, Object) throws -> Void] = [:]
    var index: ((Call, Object) throws -> Int?)?
    var assign: ((Call, Object) throws -> Bool)?
  }

  /// Registers the type.
  ///
  /// - Throws: `Failure` when the host is closed.
  public init(_ name: String, in host: LuaHost) throws {
    methods = try host.makeTable()
    fields = try host.makeTable()
    super.init(named: name, in: host)
    installIndex()
    installNewIndex()
    describe { [name] _ in name }
  }

  public override var memberNames: [String] { members.names }

  override func hostDidClose() {
    members.writers = [:]
    members.index = nil
    members.assign = nil
  }

  /// A Lua value of an object, for `LuaHost.call` and tables.
  public func value(_ object: Object) -> LuaValue { .object(object, self) }

  /// Adds a method; its arguments count from the first after the object.
  ///
  /// - Parameter parameters: the names of its arguments, for messages.
  public func method(
    _ name: String, parameters: [String] = [], _ body: @escaping (Call, Object) throws -> Int
  ) {
    let stack = LuaStack.current(of: host)
    stack.push(methods)
    stack.push(native(name, parameters, body))
    stack.setField(name, ofTableAt: -2)
    stack.pop()
    members.names.append(name)
  }

  /// Adds a field that is computed when a script reads it: push the value and return 1.
  public func field(_ name: String, _ read: @escaping (Call, Object) throws -> Int) {
    let stack = LuaStack.current(of: host)
    guard let type = host.functionType else { return }
    stack.push(fields)
    clua_push_object(stack.state, type.info, Unmanaged.passRetained(native(name, [], read)).toOpaque())
    stack.setField(name, ofTableAt: -2)
    stack.pop()
    members.names.append(name)
  }

  /// Lets scripts assign to a field; the new value is argument 2 (argument 1 is the name).
  public func setter(_ name: String, _ write: @escaping (Call, Object) throws -> Void) {
    members.writers[name] = write
  }

  /// Answers an operator. Operands are arguments 1 and 2, of which either may be the object.
  public func on(_ event: Metamethod, _ body: @escaping (Call) throws -> Int) {
    setEvent(event.event, NativeFunction(event.operatorName, body))
  }

  /// Reads `object[key]` for keys that are neither methods nor fields; the key is argument 1. `nil` means that there is
  /// no such key.
  public func index(_ read: @escaping (Call, Object) throws -> Int?) { members.index = read }

  /// Writes `object[key] = value` for keys without a setter: arguments 1 and 2. `false` means that there is no such key.
  public func assign(_ write: @escaping (Call, Object) throws -> Bool) { members.assign = write }

  /// How `tostring` and `print` show an object; by default, by the type's name.
  public func describe(_ text: @escaping (Object) throws -> String) {
    setEvent("__tostring", native("tostring", []) { call, object in call.push(try text(object)) })
  }

  private func native(
    _ name: String, _ parameters: [String], _ body: @escaping (Call, Object) throws -> Int
  ) -> NativeFunction {
    let info = info
    let owner = nameWithArticle
    return NativeFunction(name, parameters: parameters, skipping: 1) { call in
      guard let pointer = clua_object(call.state, 1, info) else {
        let found = call.stack.describe(at: 1)
        let got = found == "missing" ? "without an object" : "on \(found)"
        throw Failure(.argument, "must be called on \(owner), as in x:\(name)(...), but was called \(got)")
      }
      return try Unmanaged<Object>.fromOpaque(pointer)._withUnsafeGuaranteedRef { try body(call, $0) }
    }
  }

  private func installIndex() {
    guard let type = host.functionType else { return }
    let fallback = native("", []) { [members, name] call, object in
      if let results = try members.index?(call, object) { return results }
      throw Self.unknown(call, name, members.names, "has no field or method")
    }
    let stack = LuaStack.current(of: host)
    stack.push(metatable)
    stack.push(methods)
    stack.push(fields)
    clua_push_object(stack.state, type.info, Unmanaged.passRetained(fallback).toOpaque())
    clua_push_index(stack.state)
    stack.setField("__index", ofTableAt: -2)
    stack.pop()
  }

  private func installNewIndex() {
    setEvent(
      "__newindex",
      native("", []) { [members, name] call, object in
        if let key = call.stack.text(at: call.index(1)), let write = members.writers[key] {
          try write(call, object)
          return 0
        }
        if let assign = members.assign, try assign(call, object) { return 0 }
        throw Self.unknown(call, name, members.writers.keys.sorted(), "has no assignable field")
      })
  }

  private static func unknown(_ call: Call, _ name: String, _ known: [String], _ problem: String) -> Failure {
    guard let key = call.stack.text(at: call.index(1)) else {
      return Failure(.argument, "\(name) cannot be indexed by \(call.stack.describe(at: call.index(1)))")
    }
    return Failure(.argument, "\(name) \(problem) '\(key)'" + NearestName.hint(key, among: known))
  }
}
