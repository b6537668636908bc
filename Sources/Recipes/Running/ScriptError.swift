import Basics

/// An error that came out of a script, with the way to it.
public struct ScriptError: Error, CustomStringConvertible {
  public let failure: Failure
  /// Innermost first: "recipe.lua:12: in function 'train'".
  public let traceback: [String]

  public var isInterruption: Bool { failure.kind == .interrupted }

  /// The message, and the traceback where it says more than the message.
  public var description: String {
    guard traceback.count > 1 else { return failure.message }
    return ([failure.message] + traceback.map { "  " + $0 }).joined(separator: "\n")
  }
}
