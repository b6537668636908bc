import Basics
import Kernels
import Tensors

/// Losses that compare vectors with those they belong to and with others.
extension Tensor {
  /// InfoNCE (van den Oord, Li and Vinyals 2018): each query `{n, width}` must find its own key among the candidates.
  ///
  /// - Parameters:
  ///   - keys: `{n, width}`; row i belongs to query i.
  ///   - negatives: what the key competes with: `{m, width}` for all queries or `{n, m, width}` for each its own; the other
  ///     keys of the batch when `nil`.
  ///   - normalize: compare by cosines; by inner products otherwise.
  public func infoNCE(
    _ keys: Tensor, negatives: Tensor? = nil, temperature: Double = 0.1, normalize: Bool = true,
    reduction: LossReduction = .mean
  ) throws -> Tensor {
    let (a, b) = try Tensor.pair(self, keys, "queries", "keys")
    guard a.rank == 2 else { throw Failure(.shape, "queries must be {n, width}, found shape \(a.shape)") }
    try Tensor.requireTemperature(temperature)
    func direction(_ x: Tensor) throws -> Tensor { normalize ? try x.normalized(x.rank - 1) : x }
    let (q, k) = (try direction(a), try direction(b))
    guard let negatives else {
      let own = try Tensor.from((0..<q.shape[0]).map { Int64($0 + 1) }, shape: [q.shape[0]])
      return try (q.matmul(k.matrixTranspose) * (1 / temperature)).crossEntropy(own, reduction: reduction)
    }
    let (n, width) = (q.shape[0], q.shape[1])
    let shared = negatives.rank == 2 && negatives.shape[1] == width
    guard shared || (negatives.rank == 3 && negatives.shape[0] == n && negatives.shape[2] == width) else {
      throw Failure(
        .shape,
        "negatives of shape \(negatives.shape) do not fit queries of shape \(q.shape): wanted {m, \(width)} or "
          + "{\(n), m, \(width)}")
    }
    let others = try direction(Promotion.align(negatives, q).0)
    let own = try (q * k).sum([1], keep: true)
    let scores = try shared ? q.matmul(others.matrixTranspose) : (others * q.unsqueeze(1)).sum([2])
    let first = try Tensor.from([Int64](repeating: 1, count: q.shape[0]), shape: [q.shape[0]])
    return try (Tensor.cat([own, scores], dim: 1) * (1 / temperature)).crossEntropy(first, reduction: reduction)
  }

  /// The supervised contrastive loss (Khosla et al. 2020, equation 2): all rows of an anchor's class are its positives.
  ///
  /// - Parameter labels: int64 `{n}`; only which are equal counts. An anchor without a positive gives 0 and does not count
  ///   in the mean.
  public func supervisedContrastive(
    _ labels: Tensor, temperature: Double = 0.1, normalize: Bool = true, reduction: LossReduction = .mean
  ) throws -> Tensor {
    let x = try Promotion.floating(self)
    guard x.rank == 2 else { throw Failure(.shape, "features must be {n, width}, found shape \(x.shape)") }
    guard labels.dtype == .int64, labels.shape == [x.shape[0]] else {
      throw Failure(
        .shape,
        "labels must be int64 of shape {\(x.shape[0])}, one for each row of the features, found \(labels.dtype.name) of shape \(labels.shape)"
      )
    }
    try Tensor.requireTemperature(temperature)
    let n = x.shape[0]
    let ids = try labels.contiguous()
    let pairs = try Shape([n, n])
    let itself = try Tensor.zeros(pairs, .bool)
    let share = try Tensor.zeros(pairs, .float64)
    var anchors = 0
    for i in 0..<n {
      itself.bytes[i * n + i] = 1
      let friends = (0..<n).filter { $0 != i && ids.integers[$0] == ids.integers[i] }
      if !friends.isEmpty { anchors += 1 }
      for j in friends { share.doubles[i * n + j] = 1 / Double(friends.count) }
    }
    let z = normalize ? try x.normalized(1) : x
    let scores = try Tensor.scalar(Tensor.farBelow, x.dtype).chosen(
      where: itself, else: z.matmul(z.matrixTranspose) * (1 / temperature))
    let losses = try -(scores.logSoftmax(1) * share.converted(to: x.dtype)).sum([1])
    return reduction == .mean ? try losses.sum() * (1 / Double(anchors)) : try reduction.apply(losses)
  }

  /// A score whose share in a softmax is 0, and whose product with 0 is 0.
  static let farBelow = -1e30

  static func requireTemperature(_ temperature: Double) throws {
    guard temperature > 0, temperature.isFinite else {
      throw Failure(.range, "temperature must be a positive number, found \(temperature)")
    }
  }
}
