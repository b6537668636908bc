import Basics
import LuaHost

/// The value of a parameter.
public enum ParameterValue: Equatable, Sendable, CustomStringConvertible {
  case number(Double)
  case integer(Int)
  case flag(Bool)
  case text(String)

  /// What it is in a script.
  var lua: LuaValue {
    switch self {
    case .number(let value): .number(value)
    case .integer(let value): .integer(value)
    case .flag(let value): .boolean(value)
    case .text(let value): .string(value)
    }
  }

  var json: JSON {
    switch self {
    case .number(let value): .number(value)
    case .integer(let value): .integer(value)
    case .flag(let value): .boolean(value)
    case .text(let value): .text(value)
    }
  }

  /// As `--set` takes it.
  public var description: String {
    switch self {
    case .number(let value): value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
    case .integer(let value): String(value)
    case .flag(let value): value ? "true" : "false"
    case .text(let value): value
    }
  }
}
