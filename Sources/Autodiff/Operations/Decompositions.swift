import Basics
import Tensors

/// Matrix decompositions with their gradients, for batches in the leading dimensions.
///
/// With `x^T` for the transpose of the last two dimensions, `*` elementwise and the rest matrix products. Sources: Giles,
/// "An extended collection of matrix derivative results" (2008); Townsend, "Differentiating the singular value
/// decomposition" (2016); Walter and Lehmann, "Algorithmic differentiation of linear algebra functions" (2012).
extension Tensor {
  /// The last two dimensions exchanged.
  var matrixTranspose: Tensor { get throws { try transpose(rank - 2, rank - 1) } }

  /// The thin singular value decomposition `u diag(s) vh`; signs as `Forward.svd` fixes them.
  public func svd() throws -> (u: Tensor, s: Tensor, vh: Tensor) {
    let x = try Promotion.floating(self)
    let (u, s, vh) = try Forward.svd(x)
    guard x.isTracked else { return (u, s, vh) }
    record("svd", results: [u, s, vh], [x]) { backward in
      let (u, s, vh) = (backward.result(0), backward.result(1), backward.result(2))
      let row = try s.unsqueeze(s.rank - 1)
      var middle = try backward.gradient(of: 1).diagonalMatrix()
      if backward.hasGradient(of: 0) || backward.hasGradient(of: 2) {
        let squares = try row * row
        let gaps = try reciprocalGaps(squares, "singular values")
        let (gu, gv) = (try backward.gradient(of: 0), try backward.gradient(of: 2).matrixTranspose)
        let turnU = try u.matrixTranspose.matmul(gu)
        let turnV = try vh.matmul(gv)
        middle = try middle + gaps * (turnU - turnU.matrixTranspose) * row
        middle = try middle + gaps * (turnV - turnV.matrixTranspose) * row.matrixTranspose
        var total = try u.matmul(middle).matmul(vh)
        // Directions outside the thin factors.
        if u.shape[u.rank - 2] > s.shape[s.rank - 1] {
          total = try total + ((gu - u.matmul(turnU)) / row).matmul(vh)
        }
        if vh.shape[vh.rank - 1] > s.shape[s.rank - 1] {
          total = try total + u.matmul((gv - vh.matrixTranspose.matmul(turnV)).matrixTranspose / row.matrixTranspose)
        }
        try backward.send(0, total)
      } else {
        try backward.send(0, u.matmul(middle).matmul(vh))
      }
    }
    return (u, s, vh)
  }

  /// Eigenvalues, rising, and eigenvectors (in columns) of `(self + self^T) / 2`.
  public func eigh() throws -> (values: Tensor, vectors: Tensor) {
    let x = try Promotion.floating(self)
    let (values, vectors) = try Forward.eigh(x)
    guard x.isTracked else { return (values, vectors) }
    record("eigh", results: [values, vectors], [x]) { backward in
      let vectors = backward.result(1)
      var middle = try backward.gradient(of: 0).diagonalMatrix()
      if backward.hasGradient(of: 1) {
        let gaps = try reciprocalGaps(backward.result(0).unsqueeze(vectors.rank - 2), "eigenvalues")
        middle = try middle + gaps * vectors.matrixTranspose.matmul(backward.gradient(of: 1))
      }
      try backward.send(0, vectors.matmul(middle).matmul(vectors.matrixTranspose).symmetricPart())
    }
    return (values, vectors)
  }

  /// The thin QR decomposition, the diagonal of `r` not negative.
  public func qr() throws -> (q: Tensor, r: Tensor) {
    let x = try Promotion.floating(self)
    let (q, r) = try Forward.qr(x)
    guard x.isTracked else { return (q, r) }
    let shape = x.shape
    record("qr", results: [q, r], [x]) { backward in
      guard shape[shape.rank - 2] >= shape[shape.rank - 1] else {
        throw Failure(
          .gradient, "qr has a gradient only for matrices with at least as many rows as columns, found shape \(shape)")
      }
      let (q, r) = (backward.result(0), backward.result(1))
      let (gq, gr) = (try backward.gradient(of: 0), try backward.gradient(of: 1))
      let m = try r.matmul(gr.matrixTranspose) - gq.matrixTranspose.matmul(q)
      let left = try gq + q.matmul(m.lowerCopiedUp())
      try backward.send(0, r.solve(left.matrixTranspose).matrixTranspose)
    }
    return (q, r)
  }

  /// The lower factor of `(self + self^T) / 2`.
  public func cholesky() throws -> Tensor {
    let x = try Promotion.floating(self)
    let y = try Forward.cholesky(x)
    guard x.isTracked else { return y }
    return y.recorded("cholesky", [x], keepsResult: true) { backward in
      let transposed = try backward.result().matrixTranspose
      let middle = try transposed.matmul(backward.gradient).lowerCopiedUp() * 0.5
      // l^-T middle l^-1
      let left = try transposed.solve(middle)
      try backward.send(0, transposed.solve(left.matrixTranspose).symmetricPart())
    }
  }
}

extension Tensor {
  /// Zeros with this vector on the diagonal (leading dimensions are a batch).
  func diagonalMatrix() throws -> Tensor {
    try unsqueeze(rank) * Tensor.identity(shape[rank - 1], dtype)
  }

  func symmetricPart() throws -> Tensor { try (self + matrixTranspose) * 0.5 }

  /// The lower triangle with the diagonal, mirrored into the upper one.
  func lowerCopiedUp() throws -> Tensor {
    let n = shape[rank - 1]
    let lower = try self * Tensor.triangle(n, dtype, diagonal: 1)
    return try lower + (self * Tensor.triangle(n, dtype, diagonal: 0)).matrixTranspose
  }

  /// Ones below the diagonal, and `diagonal` on it.
  private static func triangle(_ n: Int, _ dtype: DType, diagonal: Double) throws -> Tensor {
    var values = [Double](repeating: 0, count: n * n)
    for i in 0..<n { for j in 0...i { values[i * n + j] = i == j ? diagonal : 1 } }
    return try .from(values, shape: [n, n], dtype)
  }

  static func identity(_ n: Int, _ dtype: DType) throws -> Tensor {
    let y = try Tensor.zeros(Shape([n, n]), dtype)
    try y.view([n], [n + 1]).assign(.scalar(1, dtype))
    return y
  }
}

/// 1 / (value of the column - value of the row), 0 on the diagonal, from values in a row.
private func reciprocalGaps(_ row: Tensor, _ what: String) throws -> Tensor {
  let n = row.shape[row.rank - 1]
  let eye = try Tensor.identity(n, row.dtype)
  let gaps = try row - row.matrixTranspose
  let values = gaps.toDoubles()
  for place in values.indices where values[place] == 0 && (place / n) % n != place % n {
    throw Failure(.gradient, "the gradient of the vectors is not defined where two \(what) are equal")
  }
  return try (1 / (gaps + eye)) * (1 - eye)
}
