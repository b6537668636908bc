import Basics
import Kernels
import Tensors

/// Arithmetic by name, one pass over each tensor. Results have the names and the order of the left side. For more than
/// one operation ``WeightsExpression`` takes one pass, too.
extension Weights {
  public static func + (a: Weights, b: Weights) throws -> Weights { try computed { try .init(a) + .init(b) } }
  public static func - (a: Weights, b: Weights) throws -> Weights { try computed { try .init(a) - .init(b) } }
  public static func * (a: Weights, b: Weights) throws -> Weights { try computed { try .init(a) * .init(b) } }
  public static func / (a: Weights, b: Weights) throws -> Weights { try computed { try .init(a) / .init(b) } }

  public static func + (a: Weights, b: Double) throws -> Weights { try computed { try .init(a) + b } }
  public static func - (a: Weights, b: Double) throws -> Weights { try computed { try .init(a) - b } }
  public static func * (a: Weights, b: Double) throws -> Weights { try computed { try .init(a) * b } }
  public static func / (a: Weights, b: Double) throws -> Weights { try computed { try .init(a) / b } }

  public static func + (a: Double, b: Weights) throws -> Weights { try computed { try a + .init(b) } }
  public static func - (a: Double, b: Weights) throws -> Weights { try computed { try a - .init(b) } }
  public static func * (a: Double, b: Weights) throws -> Weights { try computed { try a * .init(b) } }
  public static func / (a: Double, b: Weights) throws -> Weights { try computed { try a / .init(b) } }

  public static prefix func - (a: Weights) throws -> Weights { try computed { try -WeightsExpression(a) } }

  private static func computed(_ expression: () throws -> WeightsExpression) throws -> Weights {
    try expression().weights
  }

  /// Throws unless all tensors are of floating-point numbers.
  func requireFloating() throws { for (name, tensor) in entries { _ = try Weights.floating(name, tensor) } }

  private static func floating(_ name: String, _ tensor: Tensor) throws -> Tensor {
    guard tensor.dtype.isFloating else {
      throw Failure(
        .dtype,
        "'\(name)' is \(tensor.dtype.name); arithmetic on weights needs floating-point tensors (leave it out with select)"
      )
    }
    return tensor
  }

  // MARK: Geometry, in Double

  /// The sum of products of all numbers.
  public func dot(_ other: Weights) throws -> Double {
    try requireSame(other)
    return try entries.reduce(0) { sum, entry in
      sum + (try WideProducts.dot(Weights.floating(entry.name, entry.tensor), other.tensor(entry.name)))
    }
  }

  /// The Euclidean length of all numbers as one vector.
  public func norm() throws -> Double { try dot(self).squareRoot() }

  /// The cosine of the angle to `other`; nan when one of them is zero.
  public func cosine(_ other: Weights) throws -> Double { try dot(other) / (norm() * other.norm()) }

  // MARK: As one vector

  /// All numbers in one vector, names in order, each tensor in row-major order. All dtypes must agree.
  public func flatten() throws -> Tensor {
    guard let first = entries.first else { return try Tensor.zeros([0]) }
    for (name, tensor) in entries where tensor.dtype != first.tensor.dtype {
      throw Failure(
        .dtype,
        "'\(name)' is \(tensor.dtype.name), '\(first.name)' \(first.tensor.dtype.name): one vector has one dtype")
    }
    let y = try Tensor(uninitialized: try Shape([elementCount]), first.tensor.dtype)
    var start = 0
    for (_, tensor) in entries where tensor.count > 0 {
      try y.narrowedView(0, start: start, length: tensor.count).assign(tensor.contiguous().reshapedView([tensor.count]))
      start += tensor.count
    }
    return y
  }

  /// The numbers of a vector under these names and shapes: the opposite of `flatten`.
  public func unflatten(_ vector: Tensor) throws -> Weights {
    guard vector.shape == [elementCount] else {
      throw Failure(
        .shape, "a vector of shape \(vector.shape) does not hold the \(elementCount) numbers of these weights")
    }
    var start = 0
    return try map { _, tensor in
      defer { start += tensor.count }
      return try vector.narrowedView(0, start: start, length: tensor.count).copy().reshapedView(tensor.shape)
    }
  }
}
