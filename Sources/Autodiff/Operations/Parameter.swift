import Tensors

/// One parameter of an operation: what it is called, what it takes, and what holds when it is left out.
public struct Parameter: Sendable {
  public enum Kind: Sendable, Equatable {
    /// A tensor; a plain number is taken as a tensor where `orNumber` says so.
    case tensor(orNumber: Bool)
    /// A table of tensors.
    case tensors
    case number
    case integer
    /// A dimension: scripts count from 1 (or from -1 backwards), operations get it counted from 0.
    case dimension
    /// One dimension or a table of them; left out means all.
    case dimensions
    /// A table of sizes; with `inferred`, one of them may be -1.
    case shape(inferred: Bool)
    /// A whole number or a table of them.
    case integers
    /// The same, or one of these names.
    case integersOr([String])
    case boolean
    case choice([String])
    /// Any text.
    case text
    case dtype
  }

  public let name: String
  public let kind: Kind
  /// What holds when it is left out; `nil` makes it required.
  public let fallback: Fallback?
  /// Whether it is given by name in the trailing table of options.
  public let isOption: Bool
  public let summary: String

  /// A default value, in a form that is the same in every call.
  public enum Fallback: Sendable, Equatable {
    case none
    case number(Double)
    case integer(Int)
    case boolean(Bool)
    case text(String)
    /// Dimension counted as in scripts: -1 is the last.
    case dimension(Int)
  }

  init(_ name: String, _ kind: Kind, default fallback: Fallback? = nil, option: Bool = false, _ summary: String) {
    self.name = name
    self.kind = kind
    self.fallback = fallback
    isOption = option
    self.summary = summary
  }

  static func tensor(_ name: String = "x", _ summary: String = "the input") -> Parameter {
    Parameter(name, .tensor(orNumber: false), summary)
  }
  static func tensorOrNumber(_ name: String, _ summary: String) -> Parameter {
    Parameter(name, .tensor(orNumber: true), summary)
  }
  static func tensors(_ name: String, _ summary: String) -> Parameter { Parameter(name, .tensors, summary) }
  static func number(_ name: String, default value: Double? = nil, _ summary: String) -> Parameter {
    Parameter(name, .number, default: value.map(Fallback.number), summary)
  }
  static func integer(_ name: String, default value: Int? = nil, _ summary: String) -> Parameter {
    Parameter(name, .integer, default: value.map(Fallback.integer), summary)
  }
  static func dimension(_ name: String = "dim", default value: Int? = nil, _ summary: String = "the dimension")
    -> Parameter
  {
    Parameter(name, .dimension, default: value.map(Fallback.dimension), summary)
  }
  static func dimensions(_ summary: String = "one dimension or a table of them; all when left out") -> Parameter {
    Parameter("dim", .dimensions, default: Fallback.none, summary)
  }
  static func shape(_ name: String = "shape", inferred: Bool = false, _ summary: String) -> Parameter {
    Parameter(name, .shape(inferred: inferred), summary)
  }
  static func integers(_ name: String, _ summary: String) -> Parameter { Parameter(name, .integers, summary) }
  /// An option in the trailing table.
  static func option(_ name: String, _ kind: Kind, default fallback: Fallback, _ summary: String) -> Parameter {
    Parameter(name, kind, default: fallback, option: true, summary)
  }
  /// `{keepdim = true}` of reductions.
  static let keepdim = Parameter.option(
    "keepdim", .boolean, default: .boolean(false), "keep the reduced dimension with size 1")
}
