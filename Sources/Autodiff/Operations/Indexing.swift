import Basics
import Kernels
import Tensors

/// Moving elements by ids. Ids count from 1; negative ones count from the end.
extension Tensor {
  /// Whole rows along `dim` in the order of `ids`, a vector.
  public func indexSelect(_ dim: Int, _ ids: Tensor) throws -> Tensor {
    let before = shape
    return moved("index_select", try Forward.indexSelect(self, dim: dim, ids)) {
      try $0.indexAdded(dim, ids, into: before)
    }
  }

  /// Zeros of `shape` with this tensor's rows added at `ids`: the gradient of `indexSelect`.
  func indexAdded(_ dim: Int, _ ids: Tensor, into target: Shape) throws -> Tensor {
    moved("index_add", try Forward.indexAdd(self, dim: dim, ids, into: target)) { try $0.indexSelect(dim, ids) }
  }

  /// `y[i][j] = x[ids[i][j]][j]` along `dim`.
  public func gather(_ dim: Int, _ ids: Tensor) throws -> Tensor {
    let before = shape
    return moved("gather", try Forward.gather(self, dim: dim, ids)) { gradient in
      try Tensor.zeros(before, gradient.dtype).scatter(dim, ids, gradient, add: true)
    }
  }

  /// A copy in which `source[i][j]` stands at (or is added to) `[ids[i][j]][j]` along `dim`.
  ///
  /// Without `add`, the last of several values for one place stays, and only it receives a gradient.
  public func scatter(_ dim: Int, _ ids: Tensor, _ source: Tensor, add: Bool) throws -> Tensor {
    let (base, values) = try Promotion.align(self, source)
    let y = try Forward.scatter(base, dim: dim, ids, values, add: add)
    guard Recording.isOn, base.requiresGradient || values.requiresGradient else { return y }
    return y.recorded(add ? "scatter_add" : "scatter", [base, values]) { backward in
      let g = try backward.gradient
      let cleared = add ? g : try g.scatter(dim, ids, Tensor.scalar(0, g.dtype), add: false)
      try backward.send(0, cleared)
      if backward.needs(1) {
        let picked = try g.gather(dim, ids)
        let kept =
          add ? picked : try picked.chosen(where: Tensor.lastNamed(dim, ids, base.shape), else: .scalar(0, g.dtype))
        try backward.send(1, kept.sum(to: values.shape))
      }
    }
  }

  /// For each id whether no later one names the same place.
  private static func lastNamed(_ dim: Int, _ ids: Tensor, _ shape: Shape) throws -> Tensor {
    let order = try Tensor.range(start: 1, step: 1, count: ids.count, .int64).reshapedView(ids.shape)
    let last = try Forward.scatter(.zeros(shape, .int64), dim: dim, ids, order, add: false)
    return try Forward.compare(.equal, Forward.gather(last, dim: dim, ids), order)
  }

  /// `condition ? self : other`, elementwise with broadcasting.
  public func chosen(where condition: Tensor, else other: Tensor) throws -> Tensor {
    let (a, b) = try Promotion.align(self, other)
    let y = try Forward.select(condition, a, b)
    guard Recording.isOn, a.requiresGradient || b.requiresGradient else { return y }
    return y.recorded("where", [a, b], saving: [condition]) { backward in
      let g = try backward.gradient
      let zero = try Tensor.scalar(0, g.dtype)
      try backward.send(0, g.chosen(where: condition, else: zero).sum(to: a.shape))
      try backward.send(1, zero.chosen(where: condition, else: g).sum(to: b.shape))
    }
  }
}
