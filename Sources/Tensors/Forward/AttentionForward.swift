import Basics
import Kernels

/// Attention on tensors whose shapes have been checked: queries `{N, H, T, D}`, keys `{N, K, S, D}`, values
/// `{N, K, S, E}` with `H` a multiple of `K`, any strides.
public struct AttentionForward {
  public let q: Tensor, k: Tensor, v: Tensor
  /// bool, `{N, H, T, S}` after broadcasting; true where a query may look.
  public let mask: Tensor?
  /// Added to the scores; as `mask` of the dtype of `q`.
  public let bias: Tensor?
  public let causal: Bool
  /// How many keys up to its own position a query sees; 0 for all.
  public let window: Int
  public let scale: Double

  /// Arranges the arguments so that kernels can read them in place; copies only what has gaps within a row.
  public init(
    _ q: Tensor, _ k: Tensor, _ v: Tensor, mask: Tensor?, bias: Tensor?, causal: Bool, window: Int, scale: Double
  ) throws {
    self.q = try q.withDenseRows()
    self.k = try k.withDenseRows()
    self.v = try v.withDenseRows()
    let grid: Shape = [q.shape[0], q.shape[1], q.shape[2], k.shape[2]]
    self.mask = mask?.broadcastView(to: grid)
    self.bias = bias?.broadcastView(to: grid)
    self.causal = causal
    self.window = min(window, q.shape[2] + k.shape[2])
    self.scale = scale
  }

  /// The result `{N, H, T, E}`, laid out as `{N, T, H, E}`, and the logarithms of the sums of exponentials, `{N, H, T}`.
  public func run() throws -> (y: Tensor, sums: Tensor) {
    let (n, h, t, e) = (q.shape[0], q.shape[1], q.shape[2], v.shape[3])
    let y = try Tensor(uninitialized: Shape([n, t, h, e]), q.dtype).transposedView(1, 2)
    let sums = try Tensor(uninitialized: [n, h, t], q.dtype)
    switch q.dtype {
    case .float32:
      Attention.forward(
        problem(Float.self), q.attentionRows(), k.attentionRows(), v.attentionRows(), y.attentionRows(),
        sums: sums.floats)
    default:
      Attention.forward(
        problem(Double.self), q.attentionRows(), k.attentionRows(), v.attentionRows(), y.attentionRows(),
        sums: sums.doubles)
    }
    return (y, sums)
  }

  /// The gradients of queries, keys and values, laid out as these are, from the gradient `g` of the result `y`.
  public func gradients(_ y: Tensor, _ sums: Tensor, _ g: Tensor) throws -> (q: Tensor, k: Tensor, v: Tensor) {
    let g = try g.withDenseRows()
    let (dq, dk, dv) = (try q.emptyInSameOrder(), try k.emptyInSameOrder(), try v.emptyInSameOrder())
    let parts = Attention.parts(batch: q.shape[0], keyHeads: k.shape[1], keys: k.shape[2])
    // Sums over parts of the keys are added up in their order.
    let partial = parts == 1 ? dq : try Tensor(uninitialized: Shape([parts] + Array(q.shape)), q.dtype)
    let rows = parts == 1 ? dq : partial.selectedView(0, 0)
    let step = parts == 1 ? 0 : partial.strides[0]
    switch q.dtype {
    case .float32:
      Attention.backward(
        problem(Float.self), q.attentionRows(), k.attentionRows(), v.attentionRows(), y.attentionRows(),
        g.attentionRows(), sums: sums.floats, parts: parts, rows.attentionRows(), partStep: step, dk.attentionRows(),
        dv.attentionRows())
    default:
      Attention.backward(
        problem(Double.self), q.attentionRows(), k.attentionRows(), v.attentionRows(), y.attentionRows(),
        g.attentionRows(), sums: sums.doubles, parts: parts, rows.attentionRows(), partStep: step, dk.attentionRows(),
        dv.attentionRows())
    }
    return (parts == 1 ? dq : try Forward.reduce(.sum, partial, dims: [0], keep: false), dk, dv)
  }

  /// The gradient of the bias, of its shape `target` before broadcasting.
  public func biasGradient(_ y: Tensor, _ sums: Tensor, _ g: Tensor, shape target: Shape) throws -> Tensor {
    let g = try g.withDenseRows()
    let out = try Tensor.zeros(target, q.dtype)
    let grid: Shape = [q.shape[0], q.shape[1], q.shape[2], k.shape[2]]
    guard let wide = out.broadcastView(to: grid) else { return out }
    switch q.dtype {
    case .float32:
      Attention.biasGradient(
        problem(Float.self), q.attentionRows(), k.attentionRows(), v.attentionRows(), y.attentionRows(),
        g.attentionRows(), sums: sums.floats, wide.attentionGrid())
    default:
      Attention.biasGradient(
        problem(Double.self), q.attentionRows(), k.attentionRows(), v.attentionRows(), y.attentionRows(),
        g.attentionRows(), sums: sums.doubles, wide.attentionGrid())
    }
    return out
  }

  private func problem<T: Real>(_: T.Type) -> AttentionProblem<T> {
    AttentionProblem(
      batch: q.shape[0], heads: q.shape[1], keyHeads: k.shape[1], queries: q.shape[2], keys: k.shape[2],
      width: q.shape[3], valueWidth: v.shape[3], causal: causal, window: window, scale: T(scale),
      mask: mask?.attentionGrid(), bias: bias?.attentionGrid())
  }
}

extension Tensor {
  /// This tensor if the numbers of its last dimension stand one behind the other, else a copy.
  fileprivate func withDenseRows() throws -> Tensor { strides[3] == 1 || shape[3] <= 1 ? self : try copy() }

  /// New memory for a tensor `{N, H, T, D}` in which positions come before heads if they do so here.
  fileprivate func emptyInSameOrder() throws -> Tensor {
    if strides[1] > strides[2] { return try Tensor(uninitialized: shape, dtype) }
    return try Tensor(uninitialized: transposedView(1, 2).shape, dtype).transposedView(1, 2)
  }

  fileprivate func attentionRows<T>() -> AttentionRows<T> {
    AttentionRows(pointer(as: T.self), batch: strides[0], head: strides[1], row: strides[2])
  }

  fileprivate func attentionGrid<T>() -> AttentionGrid<T> {
    AttentionGrid(
      pointer(as: T.self), batch: strides[0], head: strides[1], row: strides[2], column: strides[3])
  }
}
