import Basics
import Kernels
import Tensors

/// Running folds and recurrences along a dimension.
extension Tensor {
  /// Running sums along `dim`.
  public func cumulativeSum(_ dim: Int) throws -> Tensor {
    moved("cumsum", try Forward.cumulate(.sum, self, dim: dim)) { try $0.flip([dim]).cumulativeSum(dim).flip([dim]) }
  }

  /// Running products along `dim`; the gradient is right at zeros too, because it divides by nothing.
  public func cumulativeProduct(_ dim: Int) throws -> Tensor {
    guard isTracked, count > 0 else { return moved("cumprod", try Forward.cumulate(.product, self, dim: dim)) { $0 } }
    // y_1 = x_1 + x_1 * 0, and y_r = 0 + x_r y_(r-1).
    let first = try narrow(dim, start: 0, length: 1).embedded(in: shape, dim, start: 0, step: 1)
    return try first.recurrence(self, dim)
  }

  /// `y_r = x_r + a_r y_(r-1)` along `dim`, with 0 before the first: discounted sums, products, linear filters.
  public func recurrence(_ a: Tensor, _ dim: Int) throws -> Tensor {
    let y = try Forward.recurrence(self, a, dim: dim)
    guard Recording.isOn, requiresGradient || a.requiresGradient else { return y }
    return y.recorded("recurrence", [self, a], saving: [a], keepsResult: true) { backward in
      // What reaches x_r: t_r = g_r + a_(r+1) t_(r+1), the same recurrence from the other end.
      let t = try backward.gradient.flip([dim]).recurrence(a.roll(-1, dim).flip([dim]), dim).flip([dim])
      try backward.send(0, t)
      if backward.needs(1) {
        let length = t.shape[dim]
        let before = try backward.result().narrow(dim, start: 0, length: length - 1)
        let later = try t.narrow(dim, start: 1, length: length - 1)
        try backward.send(1, (later * before).embedded(in: t.shape, dim, start: 1, step: 1))
      }
    }
  }

  /// Quantile along `dim` by linear interpolation between sorted elements; nan where there is one.
  public func quantile(_ q: Double, _ dim: Int, keep: Bool) throws -> Tensor {
    guard q >= 0, q <= 1 else { throw Failure(.range, "q must lie in 0 to 1, found \(q)") }
    let x = try Promotion.floating(self)
    let size = x.shape[dim]
    guard size > 0 else { throw Failure(.shape, "an empty dimension has no quantiles (shape \(shape))") }
    let place = q * Double(size - 1)
    let low = Int(place.rounded(.down))
    let high = Int(place.rounded(.up))
    let ids = try Forward.sortedIds(x, dim: dim, descending: false)
    let below = try x.gather(dim, ids.narrowedView(dim, start: low, length: 1))
    let weight = place - Double(low)
    // Equal ends meet at themselves, also when they are infinite.
    var y = below
    if high != low {
      let above = try x.gather(dim, ids.narrowedView(dim, start: high, length: 1))
      let between = try below * (1 - weight) + above * weight
      y = try below.chosen(where: Forward.compare(.equal, below, above), else: between)
    }
    let broken = try Forward.any(Forward.compare(.notEqual, x, x), [dim], keep: true)
    y = try Tensor.scalar(.nan, x.dtype).chosen(where: broken, else: y)
    return keep ? y : try y.squeeze(dim)
  }
}
