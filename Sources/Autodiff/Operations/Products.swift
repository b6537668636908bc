import Basics
import Tensors

extension Tensor {
  /// Matrix product; vectors and leading dimensions as in NumPy.
  public func matmul(_ other: Tensor) throws -> Tensor {
    let (a, b) = try Promotion.align(self, other)
    let y = try Forward.matmul(a, b)
    guard Recording.isOn, a.requiresGradient || b.requiresGradient else { return y }
    return y.recorded("matmul", [a, b], saving: [a, b]) { backward in
      let g = try backward.gradient
      // Vectors take part as a row on the left and a column on the right.
      let rowA = a.rank == 1 ? try a.unsqueeze(0) : a
      let columnB = b.rank == 1 ? try b.unsqueeze(1) : b
      var full = g
      if a.rank == 1 { full = try full.unsqueeze(b.rank == 1 ? full.rank : full.rank - 1) }
      if b.rank == 1 { full = try full.unsqueeze(full.rank) }
      try backward.send(
        0, full.matmul(columnB.transpose(columnB.rank - 2, columnB.rank - 1)).sum(to: rowA.shape).reshape(a.shape))
      try backward.send(1, self.rightGradient(rowA, full, columnB).reshape(b.shape))
    }
  }

  /// a^T g, summed over the leading dimensions that `b` does not have.
  private func rightGradient(_ a: Tensor, _ g: Tensor, _ b: Tensor) throws -> Tensor {
    if b.rank == 2 && a.rank > 2 {
      // All rows as one tall matrix: one product instead of many and a sum.
      let rows = a.count / max(1, a.shape[a.rank - 1])
      let tallA = try a.reshape([rows, a.shape[a.rank - 1]])
      let tallG = try g.reshape([rows, g.shape[g.rank - 1]])
      return try tallA.transpose(0, 1).matmul(tallG)
    }
    return try a.transpose(a.rank - 2, a.rank - 1).matmul(g).sum(to: b.shape)
  }
}
