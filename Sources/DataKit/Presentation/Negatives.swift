import Basics
import Kernels
import Tensors

/// Ways to make a wrong example out of a right one.
public enum Corruption {
  /// Another class in a column of labels or ids, each wrong one equally likely. The classes are the column's labels, or 1 to
  /// the largest id.
  case wrongLabel(column: String)
  /// The nearest other class by a matrix of distances between classes, {classes, classes}; among equally near ones the first.
  case nearestLabel(column: String, distances: Tensor)
  /// The column's value of another row: a random cycle through all rows, so that none keeps its own.
  case shuffledColumn(String)
  /// Normal noise with this standard deviation added to every number of a float column.
  case noise(column: String, deviation: Double)
  /// A closure of the caller's: the cells of the wrong row (as for `Dataset.map`), from the right row and a stream that
  /// belongs to it.
  case custom((_ row: Dataset.Row, _ stream: RandomStream) throws -> [(name: String, value: Cell)])
}

extension Dataset {
  /// Wrong examples made of the rows, told by a bool column `negative`.
  ///
  /// - Parameters:
  ///   - copies: how many wrong examples each row gives, each with chances of its own.
  ///   - keepRows: whether the right rows come first, with `negative` false; else only the wrong ones are in the result.
  public func negatives(
    _ corruption: Corruption, copies: Int = 1, keepRows: Bool = true, _ stream: RandomStream
  ) throws -> Dataset {
    guard copies >= 1, copies <= 1 << 20 else {
      throw Failure(.range, "the number of wrong examples per row must be positive and at most 2^20, found \(copies)")
    }
    guard !names.contains("negative") else { throw Failure(.argument, "the data set has a column 'negative' already") }
    var parts: [Dataset] = []
    if keepRows { parts.append(try with("negative", try Tensor.zeros([rows], .bool))) }
    for copy in 0..<copies {
      let wrong = try corrupted(corruption, stream.split(UInt64(copy)))
      guard !wrong.names.contains("negative") else {
        throw Failure(.argument, "the corrupted rows have a column 'negative' already")
      }
      parts.append(try wrong.with("negative", try Tensor.ones([rows], .bool)))
    }
    return try Dataset.concat(parts)
  }

  private func corrupted(_ corruption: Corruption, _ stream: RandomStream) throws -> Dataset {
    var stream = stream
    switch corruption {
    case .wrongLabel(let name):
      let (ids, classes) = try classIds(name)
      guard classes > 1 else { throw Failure(.argument, "column '\(name)' has \(classes) classes, wanted at least 2") }
      return try replacingIds(
        name,
        ids.map { id in
          let other = Int64(stream.nextInteger(below: classes - 1)) + 1
          return other < id ? other : other + 1
        })
    case .nearestLabel(let name, let distances):
      let (ids, classes) = try classIds(name)
      let nearest = try Self.nearestClasses(distances, classes: classes, column: name)
      return try replacingIds(name, ids.map { nearest[Int($0) - 1] })
    case .shuffledColumn(let name):
      let column = try column(name)
      guard rows > 1 else {
        throw Failure(.argument, "a column of \(rows) rows cannot be shuffled so that none keeps its own")
      }
      // Sattolo's shuffle: a permutation that is one cycle.
      var places = Array(0..<rows)
      for place in stride(from: rows - 1, to: 0, by: -1) { places.swapAt(place, stream.nextInteger(below: place)) }
      return try with(try select([name]).gather(places: places).column(column.name))
    case .noise(let name, let deviation):
      return try noisy(name, deviation, &stream)
    case .custom(let transform):
      return try map { row in try transform(row, stream.split(UInt64(row.id))) }
    }
  }

  private func classIds(_ name: String) throws -> (ids: [Int64], classes: Int) {
    let column = try column(name)
    let tensor = try tensor(name)
    guard tensor.dtype == .int64, tensor.rank == 1 else {
      throw Failure(.dtype, "column '\(name)' is \(column.type), wanted an int64 vector of class ids")
    }
    let ids = try tensor.toIntegers()
    if let row = ids.firstIndex(where: { $0 < 1 || $0 > 1 << 31 }) {
      throw Failure(.range, "column '\(name)' has the id \(ids[row]) in row \(row + 1): class ids count from 1")
    }
    let largest = Int(ids.max() ?? 0)
    let classes = column.labels?.count ?? largest
    guard largest <= classes else {
      throw Failure(.range, "column '\(name)' has the id \(largest), but its labels go from 1 to \(classes)")
    }
    return (ids, classes)
  }

  private func replacingIds(_ name: String, _ ids: [Int64]) throws -> Dataset {
    try with(try Column(name, try Tensor.from(ids, shape: [ids.count]), labels: try column(name).labels))
  }

  private static func nearestClasses(_ distances: Tensor, classes: Int, column: String) throws -> [Int64] {
    guard distances.shape == [classes, classes], distances.dtype != .bool else {
      throw Failure(
        .shape,
        "distances between the \(classes) classes of column '\(column)' need the shape {\(classes), \(classes)}, found \(distances.shape)"
      )
    }
    guard classes > 1 else { throw Failure(.argument, "column '\(column)' has \(classes) classes, wanted at least 2") }
    let values = distances.toDoubles()
    guard !values.contains(where: \.isNaN) else { throw Failure(.numerics, "the distances between classes hold NaN") }
    return (0..<classes).map { own in
      let others = (0..<classes).filter { $0 != own }
      let nearest = others.reduce(others[0]) { best, other in
        values[own * classes + other] < values[own * classes + best] ? other : best
      }
      return Int64(nearest + 1)
    }
  }

  private func noisy(_ name: String, _ deviation: Double, _ stream: inout RandomStream) throws -> Dataset {
    let old = try column(name)
    let tensor = try tensor(name)
    guard tensor.dtype.isFloating else {
      throw Failure(.dtype, "column '\(name)' is \(old.type), wanted floating-point numbers")
    }
    guard deviation >= 0, deviation < .infinity else {
      throw Failure(.range, "the noise's standard deviation must be finite and not negative, found \(deviation)")
    }
    let values = tensor.toDoubles().map { $0 + deviation * stream.nextNormal() }
    return try with(
      try Column(
        name, try Tensor.from(values, shape: tensor.shape, tensor.dtype), features: old.features, image: old.image))
  }
}
