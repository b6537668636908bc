import Basics
import Kernels
import Tensors

/// Data sets made of some of the rows, in some order.
extension Dataset {
  /// The rows with these ids, in this order; ids count from 1, negative ones from the end, and may repeat.
  public func gather(_ ids: [Int]) throws -> Dataset {
    try gather(places: try ids.map(place))
  }

  /// The rows with the ids in an int64 vector.
  public func gather(_ ids: Tensor) throws -> Dataset {
    guard ids.dtype == .int64, ids.rank == 1 else {
      throw Failure(.dtype, "row ids must be an int64 vector, found \(ids.dtype.name) \(ids.shape)")
    }
    return try gather(try ids.toIntegers().map { Int($0) })
  }

  /// Rows by places from 0, which are known to exist.
  func gather(places: [Int]) throws -> Dataset {
    let ids = try Tensor.from(places.map { Int64($0 + 1) }, shape: [places.count])
    return try Dataset(
      checked: try columns.map { column in
        switch column.values {
        case .tensor(let tensor): column.replacing(.tensor(try Forward.indexSelect(tensor, dim: 0, ids)))
        case .text(let text): column.replacing(.text(places.map { text[$0] }))
        }
      })
  }

  /// The place from 0 of a row id.
  func place(_ id: Int) throws -> Int {
    if id >= 1, id <= rows { return id - 1 }
    if id < 0, id >= -rows { return rows + id }
    if id == 0 { throw Failure(.range, "row 0 does not exist: counting starts at 1") }
    throw Failure(.range, "row \(id) does not exist: the data set has \(rows) rows")
  }

  /// The first `count` rows.
  public func take(_ count: Int) throws -> Dataset {
    try requireCount(count)
    return try gather(places: Array(0..<count))
  }

  /// All but the first `count` rows.
  public func skip(_ count: Int) throws -> Dataset {
    try requireCount(count)
    return try gather(places: Array(count..<rows))
  }

  /// The rows from id `first` to id `last`, both included; negative ids count from the end.
  public func slice(from first: Int, to last: Int) throws -> Dataset {
    let start = try place(first)
    let end = try place(last)
    guard start <= end else {
      throw Failure(.range, "a slice from row \(first) to row \(last) of \(rows) rows runs backwards")
    }
    return try gather(places: Array(start...end))
  }

  private func requireCount(_ count: Int) throws {
    guard count >= 0 else { throw Failure(.range, "a number of rows cannot be negative, found \(count)") }
    guard count <= rows else { throw Failure(.range, "wanted \(count) rows, but the data set has \(rows)") }
  }

  /// All rows in random order.
  public func shuffle(_ stream: RandomStream) throws -> Dataset {
    var stream = stream
    return try gather(places: stream.permutation(rows))
  }

  /// `count` rows drawn with probabilities in proportion to a column of weights, in the order of drawing.
  ///
  /// - Parameter replacement: whether a row can be drawn again; without, the law is that of Efraimidis and Spirakis (2006).
  public func sample(_ count: Int, weights column: String, replacement: Bool, _ stream: RandomStream) throws -> Dataset
  {
    guard count >= 0, count <= 1 << 28 else {
      throw Failure(.range, "a number of rows to draw is at least 0 and at most 2^28, found \(count)")
    }
    let weights = try self.column(column).weights()
    var stream = stream
    if count == 0 { return try gather(places: []) }
    if replacement {
      guard let choice = WeightedChoice(weights: weights) else {
        throw Failure(.range, "the weights in column '\(column)' have no finite positive sum")
      }
      return try gather(places: (0..<count).map { _ in choice.draw(&stream) })
    }
    guard let places = stream.sample(count, weights: weights) else {
      let positive = weights.count { $0 > 0 }
      throw Failure(.range, "wanted \(count) different rows, but only \(positive) have a positive weight")
    }
    return try gather(places: places)
  }

  /// The rows of several data sets one below the other. All need the columns of the first, by name; the order of the
  /// columns is the first's.
  public static func concat(_ parts: [Dataset]) throws -> Dataset {
    guard let first = parts.first else { throw Failure(.argument, "wanted at least one data set, found none") }
    for (number, part) in parts.enumerated().dropFirst() {
      try first.requireSameColumns(as: part, named: "data set \(number + 1)")
    }
    return try Dataset(
      checked: try first.columns.map { column in
        guard case .tensor(let tensor) = column.values else {
          return column.replacing(.text(try parts.flatMap { try $0.text(column.name) }))
        }
        let tensors = try parts.map { try $0.tensor(column.name) }
        return column.replacing(
          .tensor(try Tensor.stackedRows(tensors, rowShape: column.rowShape, tensor.dtype)))
      })
  }

  func requireSameColumns(as other: Dataset, named name: String) throws {
    guard names.sorted() == other.names.sorted() else {
      throw Failure(
        .argument,
        "\(name) has the columns \(other.names.joined(separator: ", ")), wanted \(names.joined(separator: ", "))")
    }
    for column in columns {
      let otherColumn = try other.column(column.name)
      guard column.rowType == otherColumn.rowType else {
        throw Failure(
          .shape,
          "column '\(column.name)' of \(name) holds \(otherColumn.rowType) per row, wanted \(column.rowType)")
      }
      guard column.labels == otherColumn.labels else {
        throw Failure(.argument, "column '\(column.name)' of \(name) has other class labels than the first data set")
      }
    }
  }
}

extension Dataset.Column {
  /// What one row holds: `float32 {64}` or `text`.
  var rowType: String {
    switch values {
    case .tensor(let tensor): "\(tensor.dtype.name) \(rowShape)"
    case .text: "text"
    }
  }
}
