import Basics
import Tensors

/// Means and standard deviations of a column's features, fitted on one data set and applied to others:
/// (x - mean) / deviation.
public struct Standardizer: Sendable {
  /// The column it was fitted on and is applied to.
  public let column: String
  /// The mean of every feature; one for a column with one number per row.
  public let means: [Double]
  /// The standard deviation of every feature (over all rows, divided by their number); 1 for a feature that never varies.
  public let deviations: [Double]

  /// Fits a column of numbers; every position in a row is a feature.
  ///
  /// - Throws: `Failure` for text, truth values, no rows, or numbers that are not finite.
  public init(fitting dataset: Dataset, column name: String) throws {
    let tensor = try dataset.tensor(name)
    guard tensor.dtype != .bool else { throw Failure(.dtype, "column '\(name)' holds truth values, wanted numbers") }
    guard dataset.rows > 0 else { throw Failure(.argument, "column '\(name)' has no rows to fit") }
    let values = tensor.toDoubles()
    let width = values.count / dataset.rows
    let count = Double(dataset.rows)
    if let bad = values.firstIndex(where: { !$0.isFinite }) {
      throw Failure(.numerics, "column '\(name)' has \(values[bad]) in row \(bad / width + 1), wanted finite numbers")
    }
    var means = [Double](repeating: 0, count: width)
    for (place, value) in values.enumerated() { means[place % width] += value }
    for feature in means.indices { means[feature] /= count }
    var squares = [Double](repeating: 0, count: width)
    for (place, value) in values.enumerated() {
      let distance = value - means[place % width]
      squares[place % width] += distance * distance
    }
    column = name
    self.means = means
    deviations = zip(squares, means).map { square, mean in
      let deviation = (square / count).squareRoot()
      // What rounding alone leaves of a constant.
      return deviation > 1e-12 * abs(mean) ? deviation : 1
    }
  }

  /// The data set with the column standardised; int64 becomes float32.
  public func apply(_ dataset: Dataset) throws -> Dataset {
    try transform(dataset) { value, feature in (value - means[feature]) / deviations[feature] }
  }

  /// The reverse of ``apply(_:)``, up to rounding.
  public func undo(_ dataset: Dataset) throws -> Dataset {
    try transform(dataset) { value, feature in value * deviations[feature] + means[feature] }
  }

  private func transform(_ dataset: Dataset, _ change: (Double, Int) -> Double) throws -> Dataset {
    let old = try dataset.column(column)
    let tensor = try dataset.tensor(column)
    let width = old.rowShape.elementCount
    guard width == means.count else {
      throw Failure(.shape, "column '\(column)' has \(width) features, but was fitted with \(means.count)")
    }
    var values = tensor.toDoubles()
    for place in values.indices { values[place] = change(values[place], place % width) }
    let dtype: DType = tensor.dtype == .float64 ? .float64 : .float32
    return try dataset.with(
      try Dataset.Column(
        column, try Tensor.from(values, shape: tensor.shape, dtype), features: old.features, image: old.image))
  }
}
