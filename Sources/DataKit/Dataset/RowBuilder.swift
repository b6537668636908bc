import Basics
import Tensors

/// Collects rows of cells into a data set.
struct RowBuilder {
  private let template: Dataset
  private var names: [String] = []
  private var cells: [[Cell]] = []
  private(set) var rows = 0

  /// Columns whose names `template` knows get its element types.
  init(like template: Dataset = Dataset()) { self.template = template }

  /// Adds a row; the first one fixes the names and their order.
  mutating func add(_ row: [(name: String, value: Cell)]) throws {
    if rows == 0 {
      guard !row.isEmpty else { throw Failure(.argument, "row 1 has no columns") }
      names = row.map(\.name)
      cells = names.map { _ in [] }
    }
    guard row.count == names.count else { throw wrongNames(row) }
    for (place, name) in names.enumerated() {
      guard let cell = row[place].name == name ? row[place] : row.first(where: { $0.name == name }) else {
        throw wrongNames(row)
      }
      cells[place].append(cell.value)
    }
    rows += 1
  }

  private func wrongNames(_ row: [(name: String, value: Cell)]) -> Failure {
    Failure(
      .argument,
      "row \(rows + 1) has the columns \(row.map(\.name).sorted().joined(separator: ", ")), but row 1 has "
        + names.sorted().joined(separator: ", "))
  }

  func finished() throws -> Dataset {
    try Dataset(checked: try zip(names, cells).map { name, cells in try column(name, cells) })
  }

  private func column(_ name: String, _ cells: [Cell]) throws -> Dataset.Column {
    let known = template.columns.first { $0.name == name }
    switch cells.first {
    case .text?:
      return Dataset.Column(
        name,
        try each(name, cells) { cell in
          if case .text(let text) = cell { text } else { nil }
        })
    case .boolean?:
      let values = try each(name, cells) { cell -> Double? in
        if case .boolean(let truth) = cell { truth ? 1 : 0 } else { nil }
      }
      return try Dataset.Column(name, try Tensor.from(values, shape: [values.count], .bool))
    case .tensor(let first)?:
      return try tensors(name, cells, first: first, known: known)
    case .number?, .integer?, nil:
      return try numbers(name, cells, known: known)
    }
  }

  private func each<Value>(_ name: String, _ cells: [Cell], _ read: (Cell) -> Value?) throws -> [Value] {
    try cells.enumerated().map { place, cell in
      guard let value = read(cell) else {
        throw Failure(
          .argument, "column '\(name)' holds \(cell.kind) in row \(place + 1), but \(cells[0].kind) in row 1")
      }
      return value
    }
  }

  private func tensors(
    _ name: String, _ cells: [Cell], first: Tensor, known: Dataset.Column?
  ) throws -> Dataset.Column {
    let parts = try each(name, cells) { cell -> Tensor? in
      guard case .tensor(let tensor) = cell, tensor.shape == first.shape, tensor.dtype == first.dtype else {
        return nil
      }
      return tensor
    }
    guard first.rank < Shape.maximumRank else {
      throw Failure(.shape, "column '\(name)' holds tensors of \(first.rank) dimensions, at most 7 leave one for rows")
    }
    var shape = first.shape
    shape.insert(parts.count, at: 0)
    let stacked = try Tensor.concatenated(parts, shape: try Shape(Array(shape)), first.dtype)
    let same = known.map { $0.rowShape == first.shape && $0.rowType != "text" } ?? false
    return try Dataset.Column(
      name, stacked, features: same ? known?.features : nil, image: same ? known?.image : nil)
  }

  private func numbers(_ name: String, _ cells: [Cell], known: Dataset.Column?) throws -> Dataset.Column {
    _ = try each(name, cells) { cell -> Bool? in
      switch cell {
      case .number, .integer: true
      case .boolean, .text, .tensor: nil
      }
    }
    var dtype = DType.float32
    if case .tensor(let tensor)? = known?.values, tensor.dtype != .bool {
      dtype = tensor.dtype
    } else if cells.allSatisfy({ if case .integer = $0 { true } else { false } }) {
      dtype = .int64
    }
    guard dtype == .int64 else {
      let values = cells.map(\.asNumber)
      return try Dataset.Column(name, try Tensor.from(values, shape: [values.count], dtype))
    }
    let wholes = try cells.enumerated().map { row, cell in
      if case .integer(let whole) = cell { return whole }
      guard let whole = Int64(exactly: cell.asNumber) else {
        throw Failure(
          .argument, "column '\(name)' holds whole numbers (int64), but row \(row + 1) has \(cell.asNumber)")
      }
      return whole
    }
    let tensor = try Tensor.from(wholes, shape: [wholes.count])
    let labels = known?.labels.flatMap { labels in
      wholes.allSatisfy { $0 >= 1 && $0 <= labels.count } ? labels : nil
    }
    return try Dataset.Column(name, tensor, labels: labels)
  }
}
