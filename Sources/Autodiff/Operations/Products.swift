import Basics
import Tensors

extension Tensor {
  /// Matrix product; vectors and leading dimensions as in NumPy.
  public func matmul(_ other: Tensor) throws -> Tensor {
    let (a, b) = try Promotion.align(self, other)
    if a.rank > 1 && b.rank > 1 { return try Tensor.product(a, b) }
    let y = try Forward.matmul(a, b)
    guard Recording.isOn, a.requiresGradient || b.requiresGradient else { return y }
    return y.recorded("matmul", from: a, b, saves: true) { backward in
      let g = try backward.gradient
      // Vectors take part as a row on the left and a column on the right.
      let rowA = a.rank == 1 ? try a.unsqueeze(0) : a
      let columnB = b.rank == 1 ? try b.unsqueeze(1) : b
      var full = g
      if a.rank == 1 { full = try full.unsqueeze(b.rank == 1 ? full.rank : full.rank - 1) }
      if b.rank == 1 { full = try full.unsqueeze(full.rank) }
      try backward.send(0, leftGradient(rowA, false, columnB, false, full).reshape(a.shape))
      try backward.send(1, rightGradient(rowA, false, columnB, false, full).reshape(b.shape))
    }
  }

  /// The product of two matrices or batches of them, each as it stands or transposed in its last two dimensions. Its
  /// gradients are such products again, so no transpose is ever recorded.
  static func product(
    _ a: Tensor, _ b: Tensor, transposedA: Bool = false, transposedB: Bool = false
  ) throws -> Tensor {
    let y = try Forward.matmul(a, b, transposedA: transposedA, transposedB: transposedB)
    guard Recording.isOn, a.requiresGradient || b.requiresGradient else { return y }
    return y.recorded("matmul", from: a, b, saves: true) { backward in
      let g = try backward.gradient
      try backward.send(0, leftGradient(a, transposedA, b, transposedB, g))
      try backward.send(1, rightGradient(a, transposedA, b, transposedB, g))
    }
  }
}

/// g b^T for a, b g^T for a transposed one; summed over the leading dimensions that `a` does not have.
private func leftGradient(_ a: Tensor, _ transposedA: Bool, _ b: Tensor, _ transposedB: Bool, _ g: Tensor) throws
  -> Tensor
{
  let whole =
    transposedA
    ? try Tensor.product(b, g, transposedA: transposedB, transposedB: true)
    : try Tensor.product(g, b, transposedB: !transposedB)
  return try whole.sum(to: a.shape)
}

/// a^T g for b, g^T a for a transposed one; summed over the leading dimensions that `b` does not have.
private func rightGradient(_ a: Tensor, _ transposedA: Bool, _ b: Tensor, _ transposedB: Bool, _ g: Tensor) throws
  -> Tensor
{
  if b.rank == 2 && a.rank > 2 && !transposedA {
    // All rows as one tall matrix: one product instead of many and a sum.
    let rows = a.count / max(1, a.shape[a.rank - 1])
    let tallA = try a.reshape([rows, a.shape[a.rank - 1]])
    let tallG = try g.reshape([rows, g.shape[g.rank - 1]])
    return transposedB
      ? try Tensor.product(tallG, tallA, transposedA: true) : try Tensor.product(tallA, tallG, transposedA: true)
  }
  let whole =
    transposedB
    ? try Tensor.product(g, a, transposedA: true, transposedB: transposedA)
    : try Tensor.product(a, g, transposedA: !transposedA)
  return try whole.sum(to: b.shape)
}
