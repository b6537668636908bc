import Basics
import Tensors

/// Named columns in a fixed order, all with the same number of rows: a value, every change of which is a new data set.
///
/// A column holds a tensor whose first dimension counts the rows, or text. Rows are known by ids from 1.
public struct Dataset: Sendable {
  /// The columns in their order.
  public let columns: [Column]
  /// The number of rows; 0 when there are no columns.
  public let rows: Int

  /// No columns and no rows; the first column added brings its rows.
  public init() {
    columns = []
    rows = 0
  }

  /// The given columns; the data set keeps copies of their tensors.
  ///
  /// - Throws: `Failure` when names are empty or repeated, or the columns differ in their number of rows.
  public init(_ columns: [Column]) throws {
    try self.init(checked: try columns.map { try $0.owned() })
  }

  /// Columns whose tensors nobody else changes.
  init(checked columns: [Column]) throws {
    var seen: Set<String> = []
    for column in columns {
      guard !column.name.isEmpty else { throw Failure(.argument, "a column needs a name, found an empty one") }
      guard seen.insert(column.name).inserted else {
        throw Failure(.argument, "the column name '\(column.name)' occurs twice")
      }
      if let first = columns.first, column.rows != first.rows {
        throw Failure(
          .shape, "column '\(column.name)' has \(column.rows) rows, but '\(first.name)' has \(first.rows)")
      }
    }
    self.columns = columns
    rows = columns.first?.rows ?? 0
  }

  /// The columns' names in order.
  public var names: [String] { columns.map(\.name) }

  /// The column with this name.
  ///
  /// - Throws: `Failure` of kind `argument` that names the nearest column.
  public func column(_ name: String) throws -> Column {
    guard let found = columns.first(where: { $0.name == name }) else {
      let all = columns.isEmpty ? "there are no columns" : names.joined(separator: ", ")
      throw Failure(.argument, "there is no column '\(name)'\(NearestName.hint(name, among: names)) (\(all))")
    }
    return found
  }

  /// The tensor of a column; it shares the data set's memory and must not be changed in place.
  public func tensor(_ name: String) throws -> Tensor {
    guard case .tensor(let tensor) = try column(name).values else {
      throw Failure(.dtype, "column '\(name)' holds text, wanted numbers")
    }
    return tensor
  }

  /// The text of a column.
  public func text(_ name: String) throws -> [String] {
    guard case .text(let text) = try column(name).values else {
      throw Failure(.dtype, "column '\(name)' holds numbers, wanted text")
    }
    return text
  }

  /// The names of a column's class ids: `labels[0]` belongs to id 1.
  public func labels(_ name: String) throws -> [String] {
    guard let labels = try column(name).labels else {
      throw Failure(.argument, "column '\(name)' has no class labels")
    }
    return labels
  }

  /// Only these columns, in this order.
  public func select(_ names: [String]) throws -> Dataset {
    guard !names.isEmpty else { throw Failure(.argument, "wanted at least one column name, found none") }
    return try Dataset(checked: try names.map(column))
  }

  /// Without these columns.
  public func without(_ names: [String]) throws -> Dataset {
    for name in names { _ = try column(name) }
    return try Dataset(checked: columns.filter { !names.contains($0.name) })
  }

  /// With this column at the end, or in the place of the column with the same name. A copy of the tensor is kept, so
  /// later changes of it in place do not matter.
  public func with(_ column: Column) throws -> Dataset {
    let column = try column.owned()
    guard columns.isEmpty || column.rows == rows else {
      throw Failure(.shape, "column '\(column.name)' has \(column.rows) rows, but the data set has \(rows)")
    }
    var all = columns
    if let place = all.firstIndex(where: { $0.name == column.name }) { all[place] = column } else { all.append(column) }
    return try Dataset(checked: all)
  }

  /// With this tensor as a column; its first dimension counts the rows.
  public func with(_ name: String, _ tensor: Tensor) throws -> Dataset { try with(Column(name, tensor)) }

  /// With this text as a column.
  public func with(_ name: String, _ text: [String]) throws -> Dataset { try with(Column(name, text)) }

  /// The same columns with some renamed, from old to new name.
  public func rename(_ renamings: [(from: String, to: String)]) throws -> Dataset {
    var all = columns
    for (from, to) in renamings {
      let old = try column(from)
      guard let place = names.firstIndex(of: old.name) else { continue }
      all[place] = old.renamed(to)
    }
    return try Dataset(checked: all)
  }
}
