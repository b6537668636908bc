import Basics
import Tensors

/// One value of one row.
public enum Cell: Sendable {
  /// A number of a floating-point column; also any number that a script gives.
  case number(Double)
  /// A number of an int64 column.
  case integer(Int64)
  case boolean(Bool)
  case text(String)
  /// The row of a column with more than one number per row.
  case tensor(Tensor)

  /// The number of a number; NaN for anything else.
  var asNumber: Double {
    switch self {
    case .number(let number): number
    case .integer(let whole): Double(whole)
    case .boolean, .text, .tensor: .nan
    }
  }

  /// What errors call it.
  var kind: String {
    switch self {
    case .number, .integer: "a number"
    case .boolean: "true or false"
    case .text: "text"
    case .tensor(let tensor): "a \(tensor.dtype.name) tensor \(tensor.shape)"
    }
  }
}

extension Dataset {
  /// One row, as closures see it.
  public struct Row {
    public let dataset: Dataset
    /// From 1.
    public let id: Int

    /// The value in a column. Tensors are copies.
    public subscript(_ name: String) -> Cell {
      get throws { try dataset.column(name).cell(id - 1) }
    }

    /// All values in the order of the columns.
    public func cells() throws -> [(name: String, value: Cell)] {
      try dataset.columns.map { ($0.name, try $0.cell(id - 1)) }
    }
  }

  /// The row with this id; negative ids count from the end.
  public func row(_ id: Int) throws -> Row { Row(dataset: self, id: try place(id) + 1) }

  /// The rows for which the closure is true, in their order.
  public func filter(_ keep: (Row) throws -> Bool) throws -> Dataset {
    try gather(places: try (0..<rows).filter { try keep(Row(dataset: self, id: $0 + 1)) })
  }

  /// The rows where a bool vector is true, in their order.
  public func filter(mask: Tensor) throws -> Dataset {
    guard mask.dtype == .bool, mask.rank == 1 else {
      throw Failure(.dtype, "the mask must be a bool vector, found \(mask.dtype.name) \(mask.shape)")
    }
    guard mask.count == rows else {
      throw Failure(.shape, "the mask has \(mask.count) elements, but the data set has \(rows) rows")
    }
    let plain = try mask.contiguous()
    return try gather(places: (0..<rows).filter { plain.bytes[$0] != 0 })
  }

  /// A data set of what the closure gives for every row: the same names in every row. A name that this data set has
  /// keeps its element type (and its labels, where the ids still fit); other numbers become float32, integers int64.
  /// Without rows, the data set itself.
  public func map(_ transform: (Row) throws -> [(name: String, value: Cell)]) throws -> Dataset {
    if rows == 0 { return self }
    var builder = RowBuilder(like: self)
    for id in 1...rows { try builder.add(try transform(Row(dataset: self, id: id))) }
    return try builder.finished()
  }
}

extension Dataset.Column {
  /// The value in the row at a place from 0 that exists.
  func cell(_ place: Int) throws -> Cell {
    switch values {
    case .text(let text): return .text(text[place])
    case .tensor(let tensor):
      if tensor.rank > 1 { return .tensor(try tensor.selectedView(0, place).copy()) }
      switch tensor.dtype {
      case .int64: return .integer(tensor.integers[place * tensor.strides[0]])
      case .bool: return .boolean(tensor.bytes[place * tensor.strides[0]] != 0)
      case .float32, .float64: return .number(tensor.element(place))
      }
    }
  }
}
