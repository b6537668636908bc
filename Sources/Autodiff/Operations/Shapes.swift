import Basics
import Tensors

/// Views and copies that only move elements; each gradient is the movement undone.
extension Tensor {
  /// Records a movement: `back` brings a gradient of the result into this tensor's shape.
  func moved(_ name: String, _ y: Tensor, back: @escaping (Tensor) throws -> Tensor) -> Tensor {
    guard isTracked else { return y }
    return y.recorded(name, from: self) { backward in try backward.send(0, back(backward.gradient)) }
  }

  public func reshape(_ target: Shape) throws -> Tensor {
    guard target.elementCount == count else {
      throw Failure(
        .shape, "shape \(shape) has \(count) elements and cannot become \(target), which has \(target.elementCount)")
    }
    let before = shape
    return moved("reshape", try reshapedView(target)) { try $0.reshape(before) }
  }

  public func permute(_ order: [Int]) throws -> Tensor {
    guard order.sorted() == Array(0..<rank) else {
      throw Failure(
        .shape,
        "the order must name each of the \(rank) dimensions once, found {\(order.map { String($0 + 1) }.joined(separator: ", "))}"
      )
    }
    var inverse = order
    for (new, old) in order.enumerated() { inverse[old] = new }
    return moved("permute", permutedView(order)) { try $0.permute(inverse) }
  }

  public func transpose(_ a: Int, _ b: Int) throws -> Tensor {
    moved("transpose", transposedView(a, b)) { try $0.transpose(a, b) }
  }

  /// Broadcasts to a larger shape without copying.
  public func expand(to target: Shape) throws -> Tensor {
    guard let y = broadcastView(to: target) else {
      throw Failure(
        .shape,
        "shape \(shape) cannot be expanded to \(target): only dimensions of size 1 can grow, and new ones come first")
    }
    if target == shape { return self }
    let before = shape
    return moved("expand", y) { try $0.sum(to: before) }
  }

  /// Sums what broadcasting repeated: the opposite of `expand`.
  public func sum(to target: Shape) throws -> Tensor {
    if shape == target { return self }
    let before = shape
    return moved("sum", try Forward.sum(self, to: target)) { gradient in try gradient.expand(to: before) }
  }

  public func unsqueeze(_ dim: Int) throws -> Tensor {
    moved("unsqueeze", try unsqueezedView(dim)) { try $0.squeeze(dim) }
  }

  public func squeeze(_ dim: Int) throws -> Tensor {
    guard shape[dim] == 1 else {
      throw Failure(.shape, "dimension \(dim + 1) has size \(shape[dim]), only size 1 can be squeezed")
    }
    return moved("squeeze", squeezedView(dim)) { try $0.unsqueeze(dim) }
  }

  /// `length` positions along `dim` from `start` (from 0).
  public func narrow(_ dim: Int, start: Int, length: Int, step: Int = 1) throws -> Tensor {
    guard start >= 0, length >= 0, step >= 1, length == 0 || start < shape[dim],
      length <= 1 || (length - 1) <= (shape[dim] - 1 - start) / step
    else {
      let last = start.addingReportingOverflow(length)
      throw Failure(
        .range,
        "positions \(start &+ 1) to \(last.overflow ? Int.max : last.partialValue) do not lie in dimension \(dim + 1) of size \(shape[dim])"
      )
    }
    let y = narrowedView(dim, start: start, length: length, step: step)
    guard isTracked else { return y }
    let (before, layout) = (shape, strides)
    return y.recorded("narrow", [self]) { backward in
      let gradient = try backward.gradient
      try backward.send(
        0, gradient, toPartOf: before, inOrderOf: layout,
        part: { $0.narrowedView(dim, start: start, length: length, step: step) },
        embedded: { try gradient.embedded(in: before, dim, start: start, step: step) })
    }
  }

  /// Zeros of `shape` with this tensor at positions `start, start + step, ...` of `dim`: the gradient of `narrow`.
  func embedded(in shape: Shape, _ dim: Int, start: Int, step: Int) throws -> Tensor {
    let y = try Tensor.zeros(shape, dtype)
    let length = self.shape[dim]
    try y.narrowedView(dim, start: start, length: length, step: step).assign(self)
    return moved("embed", y) { try $0.narrow(dim, start: start, length: length, step: step) }
  }

  /// One position of `dim` (from 0), which disappears.
  public func select(_ dim: Int, _ position: Int) throws -> Tensor {
    try narrow(dim, start: position, length: 1).squeeze(dim)
  }

  /// The tensors one behind the other along `dim`.
  public static func cat(_ tensors: [Tensor], dim: Int) throws -> Tensor {
    guard let first = tensors.first else { throw Failure(.argument, "needs at least one tensor") }
    var shape = first.shape
    var starts: [Int] = []
    var total = 0
    for (index, tensor) in tensors.enumerated() {
      guard tensor.dtype == first.dtype else {
        throw Failure(
          .dtype, "tensor \(index + 1) is \(tensor.dtype.name), the first is \(first.dtype.name); convert with :to()")
      }
      guard tensor.rank == first.rank, (0..<first.rank).allSatisfy({ $0 == dim || tensor.shape[$0] == first.shape[$0] })
      else {
        throw Failure(
          .shape,
          "tensor \(index + 1) has shape \(tensor.shape), the first \(first.shape): all sizes but dimension \(dim + 1) must agree"
        )
      }
      starts.append(total)
      total += tensor.shape[dim]
    }
    shape[dim] = total
    let y = try Tensor(uninitialized: Shape(Array(shape)), first.dtype)
    for (tensor, start) in zip(tensors, starts) {
      try y.narrowedView(dim, start: start, length: tensor.shape[dim]).assign(tensor)
    }
    guard Recording.isOn, tensors.contains(where: \.requiresGradient) else { return y }
    let lengths = tensors.map { $0.shape[dim] }
    return y.recorded("cat", tensors) { backward in
      for index in lengths.indices {
        try backward.send(index, backward.gradient.narrow(dim, start: starts[index], length: lengths[index]))
      }
    }
  }

  /// The tensors as positions of a new dimension.
  public static func stack(_ tensors: [Tensor], dim: Int) throws -> Tensor {
    for (index, tensor) in tensors.enumerated() where tensor.shape != tensors[0].shape {
      throw Failure(
        .shape, "tensor \(index + 1) has shape \(tensor.shape), the first \(tensors[0].shape): all must agree")
    }
    return try cat(tensors.map { try $0.unsqueeze(dim) }, dim: dim)
  }

  /// The same numbers in another dtype; the gradient comes back in this one.
  public func to(_ target: DType) throws -> Tensor {
    if dtype == target { return self }
    let y = try converted(to: target)
    let before = dtype
    return target.isFloating ? moved("to", y) { try $0.to(before) } : y
  }

  /// A copy in memory of its own, through which gradients flow.
  public func clone() throws -> Tensor { moved("clone", try copy()) { $0 } }

  /// Contiguous in memory; this tensor itself if it is so already.
  public func contiguousRecorded() throws -> Tensor { isContiguous ? self : try clone() }
}
