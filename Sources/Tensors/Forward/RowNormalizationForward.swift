import Basics
import Kernels

extension Forward {
  /// What a normalisation of rows leaves for its gradient: the mean and the scale of each row.
  public struct RowStatistics {
    public let means: Tensor
    public let scales: Tensor
  }

  /// Rows (the last dimension) normalised, times `weight`, plus `bias`; without the mean when not `centered`.
  public static func normalizeRows(
    _ x: Tensor, weight: Tensor?, bias: Tensor?, epsilon: Double, centered: Bool
  ) throws -> (y: Tensor, statistics: RowStatistics) {
    guard x.dtype.isFloating else {
      throw Failure(.dtype, "needs floating-point numbers, found \(x.dtype.name); convert with :to(\"float32\")")
    }
    let x = try x.contiguous()
    let w = try weight?.contiguous()
    let b = try bias?.contiguous()
    let y = try Tensor(uninitialized: x.shape, x.dtype)
    let width = x.shape[x.rank - 1]
    let rows = width == 0 ? 0 : x.count / width
    let statistics = RowStatistics(
      means: try Tensor(uninitialized: [rows], x.dtype), scales: try Tensor(uninitialized: [rows], x.dtype))
    if rows == 0 { return (y, statistics) }
    switch x.dtype {
    case .float32:
      RowNormalization.forward(
        x.floats, weight: w.map { UnsafePointer($0.floats) }, bias: b.map { UnsafePointer($0.floats) },
        epsilon: Float(epsilon),
        centered: centered, y.floats, means: statistics.means.floats, scales: statistics.scales.floats, rows: rows,
        width: width)
    default:
      RowNormalization.forward(
        x.doubles, weight: w.map { UnsafePointer($0.doubles) }, bias: b.map { UnsafePointer($0.doubles) },
        epsilon: epsilon,
        centered: centered, y.doubles, means: statistics.means.doubles, scales: statistics.scales.doubles, rows: rows,
        width: width)
    }
    return (y, statistics)
  }

  /// The gradient of the input of `normalizeRows`.
  public static func normalizeRowsGradient(
    _ x: Tensor, _ g: Tensor, weight: Tensor?, _ statistics: RowStatistics, centered: Bool
  ) throws -> Tensor {
    let x = try x.contiguous()
    let g = try g.contiguous()
    let w = try weight?.contiguous()
    let y = try Tensor(uninitialized: x.shape, x.dtype)
    let (means, scales) = (statistics.means, statistics.scales)
    let (rows, width) = (means.count, x.shape[x.rank - 1])
    switch x.dtype {
    case .float32:
      RowNormalization.inputGradient(
        x.floats, g.floats, weight: w.map { UnsafePointer($0.floats) }, means: means.floats, scales: scales.floats,
        centered: centered, y.floats, rows: rows, width: width)
    default:
      RowNormalization.inputGradient(
        x.doubles, g.doubles, weight: w.map { UnsafePointer($0.doubles) }, means: means.doubles, scales: scales.doubles,
        centered: centered, y.doubles, rows: rows, width: width)
    }
    return y
  }

  /// The gradient of the weight of `normalizeRows`.
  public static func normalizeRowsWeightGradient(_ x: Tensor, _ g: Tensor, _ statistics: RowStatistics) throws -> Tensor
  {
    let x = try x.contiguous()
    let g = try g.contiguous()
    let (means, scales) = (statistics.means, statistics.scales)
    let (rows, width) = (means.count, x.shape[x.rank - 1])
    let y = try Tensor(uninitialized: [width], x.dtype)
    switch x.dtype {
    case .float32:
      RowNormalization.weightGradient(
        x.floats, g.floats, means: means.floats, scales: scales.floats, y.floats, rows: rows, width: width)
    default:
      RowNormalization.weightGradient(
        x.doubles, g.doubles, means: means.doubles, scales: scales.doubles, y.doubles, rows: rows, width: width)
    }
    return y
  }
}
