import Basics
import Tensors

/// More movements of elements; each gradient is the movement undone.
extension Tensor {
  /// Windows of `size` along `dim`, `step` apart, as a new last dimension.
  public func unfold(_ dim: Int, size: Int, step: Int) throws -> Tensor {
    guard size >= 1, size <= shape[dim] else {
      throw Failure(.shape, "size must lie in 1 to \(shape[dim]), the size of dimension \(dim + 1), found \(size)")
    }
    guard step >= 1 else { throw Failure(.argument, "step must be at least 1, found \(step)") }
    let before = shape
    return moved("unfold", try unfoldedView(dim, size: size, step: step)) { try $0.fold(dim, step: step, into: before) }
  }

  /// Windows added back where they were cut out: the gradient of `unfold`.
  func fold(_ dim: Int, step: Int, into target: Shape) throws -> Tensor {
    let size = shape[rank - 1]
    return moved("fold", try Forward.fold(self, dim: dim, step: step, into: target)) {
      try $0.unfold(dim, size: size, step: step)
    }
  }

  /// Dimensions `start` to `end` as one.
  public func flatten(_ start: Int, _ end: Int) throws -> Tensor {
    guard start <= end else { throw Failure(.range, "start_dim \(start + 1) lies behind end_dim \(end + 1)") }
    return try reshape(Shape(shape[..<start] + [shape[start...end].reduce(1, *)] + shape[(end + 1)...]))
  }

  /// The positions of a dimension in another order, given from 0.
  func reordered(_ name: String, _ dim: Int, _ order: [Int]) throws -> Tensor {
    let ids = try Tensor.from(order.map { Int64($0 + 1) }, shape: [order.count])
    var inverse = order
    for (new, old) in order.enumerated() { inverse[old] = new }
    return moved(name, try Forward.indexSelect(self, dim: dim, ids)) { try $0.reordered(name, dim, inverse) }
  }

  /// The positions of dimensions in reverse order.
  public func flip(_ dims: [Int]) throws -> Tensor {
    try dims.reduce(try clone()) { try $0.reordered("flip", $1, Array((0..<shape[$1]).reversed())) }
  }

  /// Positions shifted along `dim`, those that leave at one end entering at the other.
  public func roll(_ shift: Int, _ dim: Int) throws -> Tensor {
    let size = shape[dim]
    if size == 0 { return try clone() }
    let offset = ((shift % size) + size) % size
    return try reordered("roll", dim, (0..<size).map { ($0 + size - offset) % size })
  }

  /// The whole tensor repeated `counts` times along each dimension; missing counts in front are 1.
  public func tile(_ counts: [Int]) throws -> Tensor {
    if let negative = counts.first(where: { $0 < 0 }) {
      throw Failure(.range, "a count cannot be negative, found \(negative)")
    }
    let rank = max(rank, counts.count)
    let sizes = Array(repeating: 1, count: rank - self.rank) + Array(shape)
    let times = Array(repeating: 1, count: rank - counts.count) + counts
    var result = try reshape(Shape(sizes))
    _ = try Shape(zip(sizes, times).map { try Positions.product($0, $1) })
    for d in 0..<rank where times[d] != 1 {
      var spread = result.shape
      guard rank < Shape.maximumRank else {
        result =
          times[d] == 0
          ? try result.narrow(d, start: 0, length: 0)
          : try Tensor.cat(Array(repeating: result, count: times[d]), dim: d)
        continue
      }
      spread.insert(times[d], at: d)
      var merged = result.shape
      merged[d] *= times[d]
      result = try result.unsqueeze(d).expand(to: spread).reshape(merged)
    }
    return result === self ? try clone() : result
  }

  /// The lower or upper triangle of the last two dimensions; zeros elsewhere.
  public func triangle(upper: Bool, diagonal: Int) throws -> Tensor {
    guard rank >= 2 else { throw Failure(.shape, "needs a matrix, found shape \(shape)") }
    let limit = 1 << 32
    let diagonal = Swift.min(Swift.max(diagonal, -limit), limit)
    return moved(upper ? "triu" : "tril", try Forward.triangle(self, upper: upper, diagonal: diagonal)) {
      try $0.triangle(upper: upper, diagonal: diagonal)
    }
  }

  /// The diagonal of a matrix as a vector, `offset` places to the right of the main one.
  public func diagonal(_ offset: Int) throws -> Tensor {
    let before = shape
    let start = offset >= 0 ? offset : -offset * strides[0]
    let length = Tensor.diagonalLength(shape, offset)
    let place = self.offset + (length == 0 ? 0 : (offset >= 0 ? start * strides[1] : start))
    let y = view([length], [strides[0] + strides[1]], offset: place)
    return moved("diag", try y.copy()) { try $0.embeddedDiagonal(offset, into: before) }
  }

  /// A matrix of zeros with this vector on a diagonal.
  func embeddedDiagonal(_ offset: Int, into target: Shape) throws -> Tensor {
    let y = try Tensor.zeros(target, dtype)
    let start = offset >= 0 ? offset : -offset * target[1]
    try y.view([count], [target[1] + 1], offset: count == 0 ? 0 : start).assign(self)
    return moved("diag", y) { try $0.diagonal(offset) }
  }

  static func diagonalLength(_ shape: Shape, _ offset: Int) -> Int {
    Swift.max(0, offset >= 0 ? Swift.min(shape[0], shape[1] - offset) : Swift.min(shape[0] + offset, shape[1]))
  }

  /// A matrix from a vector, or a vector from a matrix.
  public func diag(_ offset: Int) throws -> Tensor {
    guard rank == 1 || rank == 2 else { throw Failure(.shape, "needs a vector or a matrix, found shape \(shape)") }
    guard offset.magnitude < 1 << 24 else { throw Failure(.range, "diagonal \(offset) lies outside of any matrix") }
    if rank == 2 { return try diagonal(offset) }
    let size = count + Swift.abs(offset)
    return try embeddedDiagonal(offset, into: Shape([size, size]))
  }
}

extension Positions {
  /// A product of sizes that fits.
  static func product(_ a: Int, _ b: Int) throws -> Int {
    let (value, overflow) = a.multipliedReportingOverflow(by: b)
    if overflow { throw Failure(.shape, "\(a) times \(b) elements are more than memory can hold") }
    return value
  }
}
