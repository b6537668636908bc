import Basics
import Kernels

extension Forward {
  /// `{batch, channels, places}` with places that lie together; short ones are brought together by a copy.
  private static func channelwise(_ x: Tensor) throws -> (x: Tensor, batch: Int, places: Int, moved: Bool) {
    let places = x.shape[2...].reduce(1, *)
    if places >= 8 || x.shape[0] == 1 { return (try x.contiguous(), x.shape[0], places, false) }
    let order = [1, 0] + Array(2..<x.rank)
    return (try x.permutedView(order).contiguous(), 1, x.shape[0] * places, true)
  }

  /// Undoes the copy of `channelwise` by a view.
  private static func placed(_ y: Tensor, moved: Bool) -> Tensor {
    moved ? y.permutedView([1, 0] + Array(2..<y.rank)) : y
  }

  /// Channels (dimension 1) of a batch normalised over all other dimensions, and the statistics of each.
  public static func normalizeChannels(_ x: Tensor, weight: Tensor?, bias: Tensor?, epsilon: Double) throws
    -> (y: Tensor, means: Tensor, variances: Tensor)
  {
    let channels = x.shape[1]
    let (x, batch, places, moved) = try channelwise(x)
    let (w, b) = (try weight?.contiguous(), try bias?.contiguous())
    let y = try Tensor(uninitialized: x.shape, x.dtype)
    let (means, variances) = (
      try Tensor(uninitialized: [channels], x.dtype), try Tensor(uninitialized: [channels], x.dtype)
    )
    switch x.dtype {
    case .float32:
      ChannelNormalization.forward(
        x.floats, weight: w.map { UnsafePointer($0.floats) }, bias: b.map { UnsafePointer($0.floats) },
        epsilon: Float(epsilon), y.floats, means: means.floats, variances: variances.floats, batch: batch,
        channels: channels, places: places)
    default:
      ChannelNormalization.forward(
        x.doubles, weight: w.map { UnsafePointer($0.doubles) }, bias: b.map { UnsafePointer($0.doubles) },
        epsilon: epsilon, y.doubles, means: means.doubles, variances: variances.doubles, batch: batch,
        channels: channels, places: places)
    }
    return (placed(y, moved: moved), means, variances)
  }

  /// The gradients of input (if wanted), weight and bias of `normalizeChannels`.
  public static func normalizeChannelsGradient(
    _ x: Tensor, _ g: Tensor, weight: Tensor?, means: Tensor, variances: Tensor, epsilon: Double, wantsInput: Bool
  ) throws -> (input: Tensor?, weight: Tensor, bias: Tensor) {
    let channels = x.shape[1]
    let (x, batch, places, moved) = try channelwise(x)
    let g = try channelwise(g).x
    let w = try weight?.contiguous()
    let input = wantsInput ? try Tensor(uninitialized: x.shape, x.dtype) : nil
    let (slopes, levels) = (
      try Tensor(uninitialized: [channels], x.dtype), try Tensor(uninitialized: [channels], x.dtype)
    )
    switch x.dtype {
    case .float32:
      ChannelNormalization.backward(
        x.floats, g.floats, weight: w.map { UnsafePointer($0.floats) }, means: means.floats,
        variances: variances.floats, epsilon: Float(epsilon), input: input?.floats, weightGradient: slopes.floats,
        biasGradient: levels.floats, batch: batch, channels: channels, places: places)
    default:
      ChannelNormalization.backward(
        x.doubles, g.doubles, weight: w.map { UnsafePointer($0.doubles) }, means: means.doubles,
        variances: variances.doubles, epsilon: epsilon, input: input?.doubles, weightGradient: slopes.doubles,
        biasGradient: levels.doubles, batch: batch, channels: channels, places: places)
    }
    return (input.map { placed($0, moved: moved) }, slopes, levels)
  }
}
