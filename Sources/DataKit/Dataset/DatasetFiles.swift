import Basics
import Tensors

/// Data sets from files.
extension Dataset {
  /// The columns of a table: numbers become float32 (missing ones NaN), whole numbers int64, truth values bool. Columns named
  /// in `labels` become class ids from 1 with their values as labels (see ``labelled(_:)``).
  public init(_ table: RawTable, labels: [String] = []) throws {
    var result = try Dataset(
      checked: try table.columns.map { column in
        switch column.values {
        case .numbers(let numbers): try Column(column.name, try Tensor.from(numbers, shape: [numbers.count], .float32))
        case .integers(let wholes): try Column(column.name, try Tensor.from(wholes, shape: [wholes.count]))
        case .booleans(let truths):
          try Column(column.name, try Tensor.from(truths.map { $0 ? 1 : 0 }, shape: [truths.count], .bool))
        case .text(let text): Column(column.name, text)
        }
      })
    for name in labels { result = try result.labelled(name) }
    self = result
  }

  /// A CSV file (see ``CommaSeparated``), gzipped or not.
  public static func csv(
    _ path: String, options: CommaSeparated.Options = .init(), labels: [String] = []
  ) throws -> Dataset {
    try Dataset(try CommaSeparated.parse(try FileBytes.read(path), source: path, options: options), labels: labels)
  }

  /// A JSON Lines file (see ``JSONLines``), gzipped or not.
  public static func jsonLines(_ path: String, columns: [String]? = nil, labels: [String] = []) throws -> Dataset {
    try Dataset(try JSONLines.parse(try FileBytes.read(path), source: path, columns: columns), labels: labels)
  }
}
