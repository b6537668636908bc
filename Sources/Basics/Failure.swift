/// An error that a person will read: one sentence that says what was found and what was wanted.
///
/// Everything below the script language throws this type. The script language adds the script's line and the operation.
public struct Failure: Error, CustomStringConvertible, Sendable {
  /// What went wrong, for programs that must tell kinds apart.
  public enum Kind: String, Sendable {
    /// Shapes that do not fit together, or a size that cannot exist.
    case shape
    /// An element type that the operation does not take.
    case dtype
    /// A position, dimension or value outside its range.
    case range
    /// A wrong type, a missing argument, an unknown option or name.
    case argument
    /// A gradient that cannot be computed.
    case gradient
    /// A file that is missing, unreadable or not what it says it is.
    case file
    /// A numerical method that has no answer for these values.
    case numerics
    /// More memory than allowed.
    case memory
    /// The user asked to stop (Ctrl-C).
    case interrupted
    /// The script raised an error of its own, or does not parse.
    case script
    /// A recipe that contradicts itself.
    case recipe
  }

  public let kind: Kind
  public let message: String

  public init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  public var description: String { message }
}
