import Basics
import Tensors

/// The values of a column as classes: every row belongs to one.
struct RowKeys {
  /// How each class prints, in ascending order of the values.
  let names: [String]
  /// The class of every row, from 0.
  let classes: [Int]

  /// The places of the rows of each class, ascending.
  var groups: [[Int]] {
    var groups = [[Int]](repeating: [], count: names.count)
    for (row, key) in classes.enumerated() { groups[key].append(row) }
    return groups
  }

  /// Text, truth values or whole numbers, one per row. Numbers ascend by value, text by its Unicode scalars, false is
  /// before true. Ids with labels print as their labels.
  init(_ column: Dataset.Column) throws {
    switch column.values {
    case .text(let text):
      let sorted = Set(text).sorted {
        $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) { $0.value < $1.value }
      }
      names = sorted
      classes = Self.places(of: text, among: sorted)
    case .tensor(let tensor):
      let values = try Self.wholeNumbers(column, tensor)
      let sorted = Set(values).sorted()
      classes = Self.places(of: values, among: sorted)
      names = sorted.map { value in
        if tensor.dtype == .bool { return value == 0 ? "false" : "true" }
        return column.labelText(value)
      }
    }
  }

  private static func places<Value: Hashable>(of values: [Value], among sorted: [Value]) -> [Int] {
    var places: [Value: Int] = [:]
    for (place, value) in sorted.enumerated() { places[value] = place }
    return values.map { places[$0] ?? 0 }
  }

  private static func wholeNumbers(_ column: Dataset.Column, _ tensor: Tensor) throws -> [Int64] {
    guard tensor.rank == 1 else {
      throw Failure(.shape, "column '\(column.name)' has the shape \(tensor.shape), wanted one value per row")
    }
    if tensor.dtype == .int64 { return try tensor.toIntegers() }
    return try tensor.toDoubles().enumerated().map { row, number in
      guard let whole = Int64(exactly: number) else {
        throw Failure(
          .argument,
          "column '\(column.name)' holds \(number) in row \(row + 1), wanted whole numbers, text or truth values")
      }
      return whole
    }
  }
}

extension Dataset {
  /// All rows sorted by a column of numbers, truth values or text; equal ones keep their order. NaN comes last.
  public func sort(by name: String, descending: Bool = false) throws -> Dataset {
    let column = try column(name)
    if case .text = column.values {
      let keys = try RowKeys(column).classes
      return try gather(places: Ranking.places(keys.map(Double.init), descending: descending))
    }
    return try gather(places: Ranking.places(try column.numbers(), descending: descending))
  }

  /// The rows of every value of a column, in ascending order of the values; rows keep their order.
  public func group(by name: String) throws -> [(key: String, rows: Dataset)] {
    let keys = try RowKeys(try column(name))
    return try zip(keys.names, keys.groups).map { ($0, try gather(places: $1)) }
  }

  /// With the values of a column as class ids from 1 in ascending order of the values, whose texts become the labels:
  /// text, truth values, or whole numbers. A column that has labels already stays as it is.
  public func labelled(_ name: String) throws -> Dataset {
    let column = try column(name)
    if column.labels != nil { return self }
    let keys = try RowKeys(column)
    let ids = try Tensor.from(keys.classes.map { Int64($0 + 1) }, shape: [rows])
    return try with(try Column(name, ids, labels: keys.names))
  }

  /// With some columns of numbers joined into one float32 matrix, in the place of the first of them; a column of one
  /// number per row becomes one feature, a matrix its features. Feature names are kept.
  public func combined(_ names: [String], into target: String) throws -> Dataset {
    guard !names.isEmpty else { throw Failure(.argument, "wanted at least one column name, found none") }
    var features: [String] = []
    var parts: [Tensor] = []
    for name in names {
      let column = try column(name)
      let tensor = try tensor(name)
      guard tensor.rank <= 2 else {
        throw Failure(.shape, "column '\(name)' has the shape \(tensor.shape), wanted a vector or a matrix")
      }
      let width = tensor.rank == 1 ? 1 : tensor.shape[1]
      features +=
        width == 1 && tensor.rank == 1
        ? [name] : column.features ?? (1...max(width, 1)).prefix(width).map { "\(name)_\($0)" }
      parts.append(try tensor.converted(to: .float32).reshapedView([rows, width]).contiguous())
    }
    let matrix = try Tensor(uninitialized: try Shape([rows, features.count]), .float32)
    var start = 0
    for part in parts {
      let width = part.shape[1]
      try matrix.narrowedView(1, start: start, length: width).assign(part)
      start += width
    }
    var all: [Column] = []
    for column in columns {
      if column.name == names[0] { all.append(try Column(target, matrix, features: features)) }
      if !names.contains(column.name) { all.append(column) }
    }
    return try Dataset(checked: all)
  }
}
