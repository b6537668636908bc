/// The values of one column, as a file holds them: one value per row.
public enum RawColumn: Equatable, Sendable {
  /// Numbers; a missing value is NaN.
  case numbers([Double])
  /// Whole numbers that fit 64 bits, none missing.
  case integers([Int64])
  /// Truth values, none missing.
  case booleans([Bool])
  /// Text.
  case text([String])

  /// How many values the column has.
  public var count: Int {
    switch self {
    case .numbers(let values): values.count
    case .integers(let values): values.count
    case .booleans(let values): values.count
    case .text(let values): values.count
    }
  }

  /// The values of a `numbers` or `integers` column as Double, or `nil` for other columns. Integers beyond 2^53 round.
  public var asNumbers: [Double]? {
    switch self {
    case .numbers(let values): values
    case .integers(let values): values.map(Double.init)
    case .booleans, .text: nil
    }
  }
}

/// What a file of rows and named columns holds, before anything is made of it. Names are unique, and all columns have
/// `rowCount` values.
public struct RawTable: Equatable, Sendable {
  public struct Column: Equatable, Sendable {
    public let name: String
    public let values: RawColumn
  }

  public let columns: [Column]
  public let rowCount: Int

  /// The columns' names in the order of the file.
  public var names: [String] { columns.map(\.name) }

  /// The values of the column with this name, or `nil` when there is none.
  public subscript(_ name: String) -> RawColumn? {
    columns.first { $0.name == name }?.values
  }
}
