import Basics
import Tensors

extension Dataset {
  /// A named column: a tensor whose first dimension counts the rows, or text; with notes that only printing uses.
  public struct Column: Sendable {
    public enum Values: Sendable {
      case tensor(Tensor)
      case text([String])
    }

    public let name: String
    public let values: Values
    /// The names of class ids, for int64 columns of ids from 1: `labels[0]` belongs to id 1.
    public let labels: [String]?
    /// The names of the positions in a row, for matrices.
    public let features: [String]?
    /// The height and width, for rows that are images laid out in row-major order.
    public let image: [Int]?

    init(unchecked name: String, _ values: Values, labels: [String]?, features: [String]?, image: [Int]?) {
      self.name = name
      self.values = values
      self.labels = labels
      self.features = features
      self.image = image
    }

    /// A column of text.
    public init(_ name: String, _ text: [String]) {
      self.init(unchecked: name, .text(text), labels: nil, features: nil, image: nil)
    }

    /// A column of numbers or truth values.
    ///
    /// - Parameters:
    ///   - labels: names of the class ids in an int64 vector, whose elements must be 1 to `labels.count`.
    ///   - features: names of the columns of a matrix.
    ///   - image: height and width whose product is the number of columns of a matrix.
    public init(
      _ name: String, _ tensor: Tensor, labels: [String]? = nil, features: [String]? = nil, image: [Int]? = nil
    ) throws {
      guard tensor.rank > 0 else {
        throw Failure(.shape, "column '\(name)' needs a first dimension that counts the rows, found a single number")
      }
      if let labels {
        guard tensor.dtype == .int64, tensor.rank == 1 else {
          throw Failure(
            .dtype,
            "labels need an int64 vector of ids, but column '\(name)' is \(tensor.dtype.name) \(tensor.shape)")
        }
        for (row, id) in try tensor.toIntegers().enumerated() where id < 1 || id > labels.count {
          throw Failure(
            .range, "column '\(name)' has the id \(id) in row \(row + 1), but its labels go from 1 to \(labels.count)")
        }
      }
      let width = tensor.rank == 2 ? tensor.shape[1] : -1
      if let features, features.count != width {
        throw Failure(
          .shape, "column '\(name)' of shape \(tensor.shape) cannot have \(features.count) feature names")
      }
      if let image,
        image.count != 2 || image.contains(where: { $0 < 1 || $0 > 1 << 20 }) || image[0] * image[1] != width
      {
        let size = image.map(String.init).joined(separator: "x")
        throw Failure(.shape, "column '\(name)' of shape \(tensor.shape) cannot hold images of \(size)")
      }
      self.init(unchecked: name, .tensor(tensor), labels: labels, features: features, image: image)
    }

    /// The number of rows.
    public var rows: Int {
      switch values {
      case .tensor(let tensor): tensor.shape[0]
      case .text(let text): text.count
      }
    }

    /// How an id prints: its label, or the number when it has none (a tensor can be changed in place from outside).
    func labelText(_ id: Int64) -> String {
      guard let labels, id >= 1, id <= labels.count else { return String(id) }
      return labels[Int(id) - 1]
    }

    /// The shape of one row, without the dimension that counts rows; empty for text.
    var rowShape: Shape {
      guard case .tensor(let tensor) = values else { return [] }
      var shape = tensor.shape
      shape.remove(at: 0)
      return shape
    }

    /// `float32 {1797, 64}` or `text`.
    public var type: String {
      switch values {
      case .tensor(let tensor): "\(tensor.dtype.name) \(tensor.shape)"
      case .text: "text"
      }
    }

    func renamed(_ name: String) -> Column {
      Column(unchecked: name, values, labels: labels, features: features, image: image)
    }

    /// The same notes on other rows.
    func replacing(_ values: Values) -> Column {
      Column(unchecked: name, values, labels: labels, features: features, image: image)
    }

    /// A copy that shares no memory with the tensor it was made from, and has no history.
    func owned() throws -> Column {
      guard case .tensor(let tensor) = values else { return self }
      return replacing(.tensor(try tensor.copy()))
    }

    /// The numbers of a column with one number per row.
    func numbers() throws -> [Double] {
      guard case .tensor(let tensor) = values else {
        throw Failure(.dtype, "column '\(name)' holds text, wanted one number per row")
      }
      guard tensor.rank == 1 else {
        throw Failure(.shape, "column '\(name)' has the shape \(tensor.shape), wanted one number per row")
      }
      return tensor.toDoubles()
    }

    /// One number per row, none of them NaN.
    func scores() throws -> [Double] {
      let numbers = try numbers()
      if let row = numbers.firstIndex(where: \.isNaN) {
        throw Failure(.numerics, "column '\(name)' is NaN in row \(row + 1), wanted a number in every row")
      }
      return numbers
    }

    /// Finite numbers that are not negative, at least one of them positive, one per row.
    func weights() throws -> [Double] {
      let numbers = try numbers()
      if let row = numbers.firstIndex(where: { !($0 >= 0 && $0 < .infinity) }) {
        throw Failure(
          .range,
          "column '\(name)' has the weight \(numbers[row]) in row \(row + 1), wanted a finite number that is not negative"
        )
      }
      guard numbers.isEmpty || numbers.contains(where: { $0 > 0 }) else {
        throw Failure(.range, "column '\(name)' has no positive weight")
      }
      return numbers
    }
  }
}
