import Basics

/// Forms of values that records use.
extension JSON {
  /// A number, or null for none.
  static func optional(_ value: Double?) -> JSON { value.map { .number($0) } ?? .null }

  /// A string, or null for an empty one.
  static func nonempty(_ value: String) -> JSON { value.isEmpty ? .null : .text(value) }

  /// A number that may be NaN or infinite, which JSON lacks: those are the texts "nan", "inf" and "-inf".
  static func exact(_ value: Double) -> JSON {
    value.isFinite ? .number(value) : .text(value.isNaN ? "nan" : value < 0 ? "-inf" : "inf")
  }

  /// Reads what `exact` wrote.
  var exactDouble: Double? {
    switch string {
    case "nan"?: .nan
    case "inf"?: .infinity
    case "-inf"?: -.infinity
    case nil: double
    default: nil
    }
  }
}
