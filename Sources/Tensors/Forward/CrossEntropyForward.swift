import Kernels

extension Forward {
  /// Losses of rows of logits against class ids, and what the gradient needs besides: the rows' logarithms of sums.
  ///
  /// - Parameters:
  ///   - logits: `{..., classes}`.
  ///   - ids: one for each row, from 1; 0 marks a row without a loss. Contiguous int64.
  ///   - weight: one for each class, of the dtype of the logits.
  public static func crossEntropy(
    _ logits: Tensor, _ ids: Tensor, weight: Tensor?, smoothing: Double
  ) throws -> (losses: Tensor, logSums: Tensor) {
    let z = try logits.contiguous()
    let w = try weight?.contiguous()
    let losses = try Tensor(uninitialized: ids.shape, z.dtype)
    let logSums = try Tensor(uninitialized: ids.shape, z.dtype)
    let (rows, classes) = (ids.count, z.shape[z.rank - 1])
    if rows == 0 { return (losses, logSums) }
    switch z.dtype {
    case .float32:
      CrossEntropy.losses(
        z.floats, ids.integers, weight: w.map { UnsafePointer($0.floats) }, smoothing: Float(smoothing), losses.floats,
        logSums.floats,
        rows: rows, classes: classes)
    default:
      CrossEntropy.losses(
        z.doubles, ids.integers, weight: w.map { UnsafePointer($0.doubles) }, smoothing: smoothing, losses.doubles,
        logSums.doubles,
        rows: rows, classes: classes)
    }
    return (losses, logSums)
  }

  /// The gradient of the logits from the gradient `slopes` of the losses.
  public static func crossEntropyGradient(
    _ logits: Tensor, _ ids: Tensor, weight: Tensor?, smoothing: Double, logSums: Tensor, slopes: Tensor
  ) throws -> Tensor {
    let z = try logits.contiguous()
    let w = try weight?.contiguous()
    let g = try slopes.contiguous()
    let y = try Tensor(uninitialized: z.shape, z.dtype)
    let (rows, classes) = (ids.count, z.shape[z.rank - 1])
    if rows == 0 { return y }
    switch z.dtype {
    case .float32:
      CrossEntropy.gradient(
        z.floats, ids.integers, weight: w.map { UnsafePointer($0.floats) }, smoothing: Float(smoothing),
        logSums: logSums.floats,
        slopes: g.floats, y.floats, rows: rows, classes: classes)
    default:
      CrossEntropy.gradient(
        z.doubles, ids.integers, weight: w.map { UnsafePointer($0.doubles) }, smoothing: smoothing,
        logSums: logSums.doubles,
        slopes: g.doubles, y.doubles, rows: rows, classes: classes)
    }
    return y
  }
}
