import Basics
import LuaHost

/// What a recipe declares about one parameter: its type, its default, and what values it takes.
public struct Parameter: Sendable {
  public enum Kind: Equatable, Sendable {
    case number
    case integer
    case choice([String])
    case flag
    case text
  }

  public var name = ""
  public let kind: Kind
  public let initial: ParameterValue
  public var minimum: Double?
  public var maximum: Double?
  public var help = ""
  public var unit = ""

  init(_ kind: Kind, initial: ParameterValue) {
    self.kind = kind
    self.initial = initial
  }

  /// A parameter as a plain Lua value declares it; `nil` for values that cannot be one.
  init?(plain value: LuaValue) {
    switch value {
    case .integer(let value): self.init(.integer, initial: .integer(value))
    case .number(let value): self.init(.number, initial: .number(value))
    case .boolean(let value): self.init(.flag, initial: .flag(value))
    case .string(let value): self.init(.text, initial: .text(value))
    default: return nil
    }
  }

  /// What values it takes, in words: "a whole number, at least 1".
  public var wanted: String {
    switch kind {
    case .number: "a number" + range
    case .integer: "a whole number" + range
    case .choice(let names): "one of " + names.joined(separator: ", ")
    case .flag: "true or false"
    case .text: "text"
    }
  }

  private var range: String {
    switch (minimum, maximum) {
    case (let low?, let high?): " from \(NumberText.short(low)) to \(NumberText.short(high))"
    case (let low?, nil): ", at least \(NumberText.short(low))"
    case (nil, let high?): ", at most \(NumberText.short(high))"
    case (nil, nil): ""
    }
  }

  /// The value that a text on the command line stands for.
  public func parse(_ text: String) throws -> ParameterValue {
    let value: ParameterValue? =
      switch kind {
      case .number: Double(text).map { .number($0) }
      case .integer: Int(text).map { .integer($0) } ?? Double(text).flatMap { Int(exactly: $0) }.map { .integer($0) }
      case .choice, .text: .text(text)
      case .flag: ["true": true, "false": false][text].map { .flag($0) }
      }
    guard let value else { throw refusal(text.isEmpty ? "nothing" : text) }
    return try checked(value)
  }

  /// The value that a Lua value stands for.
  func accept(_ value: LuaValue, described: @autoclosure () -> String) throws -> ParameterValue {
    let read: ParameterValue? =
      switch kind {
      case .number: value.number.map { .number($0) }
      case .integer: value.integer.map { .integer($0) }
      case .choice, .text: value.string.map { .text($0) }
      case .flag: value.boolean.map { .flag($0) }
      }
    guard let read else { throw refusal(described()) }
    return try checked(read)
  }

  private func checked(_ value: ParameterValue) throws -> ParameterValue {
    switch value {
    case .number(let number):
      guard number.isFinite, number >= minimum ?? -.infinity, number <= maximum ?? .infinity else {
        throw refusal(value.description)
      }
    case .integer(let number):
      guard Double(number) >= minimum ?? -.infinity, Double(number) <= maximum ?? .infinity else {
        throw refusal(value.description)
      }
    case .text(let text):
      if case .choice(let names) = kind, !names.contains(text) {
        throw Failure(.recipe, refusal("'\(text)'").message + NearestName.hint(text, among: names))
      }
    case .flag: break
    }
    return value
  }

  private func refusal(_ found: String) -> Failure {
    Failure(.recipe, "parameter '\(name)' must be \(wanted), but is \(found)")
  }

  /// The declaration itself must hold its own default.
  func validated() throws -> Parameter {
    if let minimum, let maximum, minimum > maximum {
      throw Failure(.recipe, "parameter '\(name)' has a min of \(minimum) above its max of \(maximum)")
    }
    _ = try checked(initial)
    return self
  }
}
