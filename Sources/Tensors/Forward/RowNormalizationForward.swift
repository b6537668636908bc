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

  /// The gradients of input, weight and bias of `normalizeRows` from the gradient `g` of its result; `nil` for those that
  /// are not wanted.
  public static func normalizeRowsGradients(
    _ x: Tensor, _ g: Tensor, weight: Tensor?, _ statistics: RowStatistics, centered: Bool,
    wanted: (input: Bool, weight: Bool, bias: Bool)
  ) throws -> (input: Tensor?, weight: Tensor?, bias: Tensor?) {
    let x = try x.contiguous()
    let g = try g.contiguous()
    let w = try weight?.contiguous()
    let (means, scales) = (statistics.means, statistics.scales)
    let (rows, width) = (means.count, x.shape[x.rank - 1])
    let input = wanted.input ? try Tensor(uninitialized: x.shape, x.dtype) : nil
    let weightGradient = wanted.weight ? try Tensor(uninitialized: [width], x.dtype) : nil
    let biasGradient = wanted.bias ? try Tensor(uninitialized: [width], x.dtype) : nil
    switch x.dtype {
    case .float32:
      RowNormalization.gradients(
        x.floats, g.floats, weight: w.map { UnsafePointer($0.floats) }, means: means.floats, scales: scales.floats,
        centered: centered, input: input?.floats, weightGradient: weightGradient?.floats,
        biasGradient: biasGradient?.floats, rows: rows, width: width)
    default:
      RowNormalization.gradients(
        x.doubles, g.doubles, weight: w.map { UnsafePointer($0.doubles) }, means: means.doubles, scales: scales.doubles,
        centered: centered, input: input?.doubles, weightGradient: weightGradient?.doubles,
        biasGradient: biasGradient?.doubles, rows: rows, width: width)
    }
    return (input, weightGradient, biasGradient)
  }
}
