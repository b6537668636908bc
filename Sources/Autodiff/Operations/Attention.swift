import Basics
import Tensors

/// What of the scores a query sees, and how they are made.
public struct AttentionOptions {
  /// A query sees keys up to its own position, the last query standing at the last key.
  public var causal = false
  /// How many keys up to its own position a query sees at most; `nil` for all.
  public var window: Int?
  /// bool, broadcastable to `{N, H, T, S}`: true where a query may look.
  public var mask: Tensor?
  /// Added to the scaled products; broadcastable to `{N, H, T, S}`.
  public var bias: Tensor?
  /// What products of queries and keys are multiplied by; `nil` for 1 / sqrt(D).
  public var scale: Double?

  public init() {}
}

extension Tensor {
  /// Scaled dot-product attention of queries `{N, H, T, D}` to keys `{N, K, S, D}` with values `{N, K, S, E}`.
  ///
  /// - Returns: `{N, H, T, E}`, in memory `{N, T, H, E}`. A query that sees nothing gives zeros.
  public func attention(_ k: Tensor, _ v: Tensor, _ options: AttentionOptions = AttentionOptions()) throws -> Tensor {
    let (q, k) = try Promotion.align(Promotion.floating(self), k)
    let v = try Promotion.align(q, v).1
    try Tensor.checkAttention(q, k, v)
    let grid: Shape = [q.shape[0], q.shape[1], q.shape[2], k.shape[2]]
    if let window = options.window, window < 1 {
      throw Failure(.argument, "window must be at least 1, found \(window)")
    }
    if let scale = options.scale, !scale.isFinite { throw Failure(.argument, "scale must be finite, found \(scale)") }
    if let mask = options.mask {
      guard mask.dtype == .bool else {
        throw Failure(
          .dtype, "the mask must be bool (true where a query may look), found \(mask.dtype.name); add numbers as 'bias'"
        )
      }
      try Tensor.checkAttention(mask, "mask", fits: grid)
    }
    let bias = try options.bias.map { try Promotion.align(q, $0).1 }
    if let bias { try Tensor.checkAttention(bias, "bias", fits: grid) }

    let scale = options.scale ?? 1 / Double(Swift.max(1, q.shape[3])).squareRoot()
    let forward = try AttentionForward(
      q, k, v, mask: options.mask, bias: bias, causal: options.causal, window: options.window ?? 0, scale: scale)
    let (y, sums) = try forward.run()
    let inputs = [q, k, v] + (bias.map { [$0] } ?? [])
    guard Recording.isOn, inputs.contains(where: \.requiresGradient) else { return y }
    return y.recorded(
      "attention", inputs, saving: inputs + (options.mask.map { [$0] } ?? []), keepsResult: true
    ) { backward in
      let g = try backward.gradient
      if Recording.isOn {
        let visible = try Tensor.visibleKeys(grid, options)
        return try Tensor.sendAttentionGradients(backward, g, q, k, v, bias: bias, visible: visible, scale: scale)
      }
      let y = backward.result()
      if backward.needs(0) || backward.needs(1) || backward.needs(2) {
        let (dq, dk, dv) = try forward.gradients(y, sums, g)
        try backward.send(0, dq)
        try backward.send(1, dk)
        try backward.send(2, dv)
      }
      if let bias { try backward.send(3, forward.biasGradient(y, sums, g, shape: bias.shape)) }
    }
  }

  private static func checkAttention(_ q: Tensor, _ k: Tensor, _ v: Tensor) throws {
    for (tensor, name, sizes) in [
      (q, "q", "{N, heads, queries, size}"), (k, "k", "{N, heads, keys, size}"), (v, "v", "{N, heads, keys, size}"),
    ] where tensor.rank != 4 {
      throw Failure(.shape, "\(name) must have 4 dimensions, \(sizes), found shape \(tensor.shape)")
    }
    guard k.shape[0] == q.shape[0], k.shape[3] == q.shape[3] else {
      throw Failure(
        .shape, "k of shape \(k.shape) does not fit q of shape \(q.shape): the first and the last size must agree")
    }
    guard v.shape[0] == k.shape[0], v.shape[1] == k.shape[1], v.shape[2] == k.shape[2] else {
      throw Failure(
        .shape, "v of shape \(v.shape) does not fit k of shape \(k.shape): all sizes but the last must agree")
    }
    let (heads, keyHeads) = (q.shape[1], k.shape[1])
    guard keyHeads == 0 ? heads == 0 : heads % keyHeads == 0 else {
      throw Failure(
        .shape, "\(heads) heads of q cannot share \(keyHeads) heads of k: the first must be a multiple of the second")
    }
  }

  private static func checkAttention(_ tensor: Tensor, _ name: String, fits grid: Shape) throws {
    guard tensor.broadcastView(to: grid) != nil else {
      throw Failure(
        .shape,
        "the \(name) of shape \(tensor.shape) does not broadcast to {N, heads, queries, keys}, which is \(grid)")
    }
  }

  /// Which keys each query sees, as a bool tensor that broadcasts to `grid`; `nil` for all.
  private static func visibleKeys(_ grid: Shape, _ options: AttentionOptions) throws -> Tensor? {
    guard options.causal || options.window != nil else { return options.mask }
    let (queries, keys) = (grid[2], grid[3])
    let band = try Tensor(uninitialized: [queries, keys], .bool)
    for t in 0..<queries {
      let own = t + keys - queries
      for s in 0..<keys {
        let isHidden = options.causal && s > own || options.window.map { s <= own &- $0 } ?? false
        band.bytes[t * keys + s] = isHidden ? 0 : 1
      }
    }
    guard let mask = options.mask else { return band }
    return try band.chosen(where: mask, else: Tensor.zeros([], .bool))
  }

  /// The gradients in recorded operations, so that they can be differentiated again; needs memory for all scores.
  private static func sendAttentionGradients(
    _ backward: Backward, _ g: Tensor, _ q: Tensor, _ k: Tensor, _ v: Tensor, bias: Tensor?, visible: Tensor?,
    scale: Double
  ) throws {
    let (n, heads, queries, keys) = (q.shape[0], q.shape[1], q.shape[2], k.shape[2])
    let keyHeads = k.shape[1]
    if n * heads * queries * keys == 0 {
      for (index, input) in ([q, k, v] + (bias.map { [$0] } ?? [])).enumerated() {
        try backward.send(index, .zeros(input.shape, input.dtype))
      }
      return
    }
    // Queries that share a head of keys stand one behind the other.
    let rows = heads / keyHeads * queries
    let grid: Shape = [n, heads, queries, keys]
    let shared: Shape = [n, keyHeads, rows, keys]
    let sharedQ = try q.reshape([n, keyHeads, rows, q.shape[3]])
    let sharedG = try g.reshape([n, keyHeads, rows, v.shape[3]])
    var scores = try sharedQ.matmul(k.transpose(2, 3)).reshape(grid) * scale
    if let bias { scores = try scores + bias }
    let weights = try attentionWeights(scores, visible: visible)
    let weightSlopes = try sharedG.matmul(v.transpose(2, 3)).reshape(grid)
    let slopes = try weights * (weightSlopes - (weightSlopes * weights).sum([3], keep: true))
    let sharedSlopes = try slopes.reshape(shared)
    try backward.send(0, (sharedSlopes.matmul(k) * scale).reshape(q.shape))
    try backward.send(1, sharedSlopes.transpose(2, 3).matmul(sharedQ) * scale)
    try backward.send(2, weights.reshape(shared).transpose(2, 3).matmul(sharedG))
    if let bias { try backward.send(3, slopes.sum(to: bias.shape)) }
  }

  /// Softmax of what is visible along the last dimension; zeros where nothing is.
  private static func attentionWeights(_ scores: Tensor, visible: Tensor?) throws -> Tensor {
    let lowest = try Tensor.scalar(-1e30, scores.dtype)
    let seen = try visible.map { try scores.chosen(where: $0, else: lowest) } ?? scores
    // Softmax does not depend on the shift, so neither does the gradient.
    let top = try Recording.without {
      try Forward.reduce(.maximum, seen.detached(), dims: [3], keep: true).maximum(lowest)
    }
    var powers = try (seen - top).exp()
    if let visible { powers = try powers.chosen(where: visible, else: .zeros([], scores.dtype)) }
    let sum = try powers.sum([3], keep: true)
    let filler = try sum.detached().converted(to: .bool).converted(to: scores.dtype)
    return try powers / (sum + (1 - filler))
  }
}
