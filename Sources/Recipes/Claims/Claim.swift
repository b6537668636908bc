import LuaHost
import Stats

/// A statement about the trials with the rule that decides it.
struct Claim {
  struct Part {
    /// Gets the trial results and returns a metric.
    let measure: LuaReference
    let condition: Condition
  }

  let says: String
  let parts: [Part]
  /// Registered after results were read: shown, but never supported.
  let isPostHoc: Bool
}

/// A broken variant under which claims must not be supported.
public struct Control: Sendable {
  public let says: String
  public let settings: [(name: String, value: ParameterValue)]
  /// The text of the claim, or its place among the claims, counted from 1.
  enum Target: Sendable {
    case says(String)
    case place(Int)
  }
  let targets: [Target]
}

/// An exact identity, decided without statistics.
struct IdentityCheck {
  let name: String
  /// How often it held, of how many times it was stated; a function is asked after the trials.
  var held = 0
  var stated = 0
  var function: LuaReference?
}

extension Condition {
  /// "> 0.2", "< 1", "in [-0.1, 0.1]".
  public var text: String {
    switch rule {
    case .above(let threshold): "> \(NumberText.short(threshold))"
    case .below(let threshold): "< \(NumberText.short(threshold))"
    case .within(let low, let high): "in [\(NumberText.short(low)), \(NumberText.short(high))]"
    }
  }
}
