import Basics
import LuaHost

/// The values of a recipe's parameters during a run: read by scripts as fields, never changed.
public final class Parameters {
  public struct Entry: Sendable {
    public let parameter: Parameter
    public let value: ParameterValue
    /// Whether it differs from the recipe's own default.
    public var isChanged: Bool { value != parameter.initial }
  }

  /// Sorted by name.
  public let entries: [Entry]

  init(_ entries: [Entry]) { self.entries = entries }

  func value(_ name: String) -> ParameterValue? { entries.first { $0.parameter.name == name }?.value }

  var names: [String] { entries.map(\.parameter.name) }

  /// One parameter a line, with the default of those that were changed.
  var text: String {
    if entries.isEmpty { return "parameters: none" }
    let width = names.map(\.count).max() ?? 0
    let lines = entries.map { entry in
      let name = entry.parameter.name + String(repeating: " ", count: width - entry.parameter.name.count)
      let unit = entry.parameter.unit.isEmpty ? "" : " " + entry.parameter.unit
      return "  \(name) = \(entry.value)\(unit)" + (entry.isChanged ? "  (default \(entry.parameter.initial))" : "")
    }
    return (["parameters:"] + lines).joined(separator: "\n")
  }

  /// The type that scripts see.
  static func type(in host: LuaHost) throws -> HostType<Parameters> {
    let type = try HostType<Parameters>("Parameters", in: host)
    type.index { call, parameters in
      guard let name = call.stack.text(at: call.index(1)) else { return nil }
      if let value = parameters.value(name) { return try call.push(value.lua) }
      let hint = NearestName.hint(name, among: parameters.names)
      let list = parameters.names.isEmpty ? "" : "; the parameters are \(parameters.names.joined(separator: ", "))"
      throw Failure(.recipe, "the recipe has no parameter '\(name)'" + (hint.isEmpty ? list : hint))
    }
    type.assign { call, _ in
      let name = call.stack.text(at: call.index(1)) ?? "?"
      throw Failure(
        .recipe,
        "parameters are sealed: '\(name)' cannot be assigned; change it with --set \(name)=... or use a local variable")
    }
    type.describe { $0.text }
    type.on(.length) { [unowned type] call in call.push(try call.object(1, type).entries.count) }
    type.on(.pairs) { [unowned type] call in
      let entries = try call.object(1, type).entries
      var next = 0
      call.stack.push(
        NativeFunction("next") { call in
          guard next < entries.count else { return call.pushNil() }
          defer { next += 1 }
          call.push(entries[next].parameter.name)
          try call.push(entries[next].value.lua)
          return 2
        })
      return 1
    }
    return type
  }
}
