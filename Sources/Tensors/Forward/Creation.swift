import Basics
import Kernels

extension Tensor {
  /// Every element the same number. For bool, anything but 0 is true.
  public static func full(_ shape: Shape, _ value: Double, _ dtype: DType = .float32) throws -> Tensor {
    let tensor = try Tensor(uninitialized: shape, dtype)
    tensor.fill(value)
    return tensor
  }

  /// Zeros whose dimensions lie in memory in the order that these strides have.
  public static func zeros(_ shape: Shape, inOrderOf strides: Shape, _ dtype: DType) throws -> Tensor {
    let order = shape.indices.sorted { (strides[$0], $1) > (strides[$1], $0) }
    var inverse = order
    for (new, old) in order.enumerated() { inverse[old] = new }
    return try zeros(Shape(unchecked: order.map { shape[$0] }), dtype).permutedView(inverse)
  }

  public static func zeros(_ shape: Shape, _ dtype: DType = .float32) throws -> Tensor { try full(shape, 0, dtype) }
  public static func ones(_ shape: Shape, _ dtype: DType = .float32) throws -> Tensor { try full(shape, 1, dtype) }

  /// A single number.
  public static func scalar(_ value: Double, _ dtype: DType = .float32) throws -> Tensor { try full([], value, dtype) }

  /// From numbers in row-major order; as many as the shape has elements.
  public static func from(_ values: [Double], shape: Shape, _ dtype: DType = .float32) throws -> Tensor {
    guard values.count == shape.elementCount else {
      throw Failure(.shape, "shape \(shape) has \(shape.elementCount) elements, found \(values.count)")
    }
    let tensor = try Tensor(uninitialized: shape, dtype)
    switch dtype {
    case .float32: for i in values.indices { tensor.floats[i] = Float(values[i]) }
    case .float64: for i in values.indices { tensor.doubles[i] = values[i] }
    case .int64: for i in values.indices { tensor.integers[i] = Convert.wholeNumber(values[i]) }
    case .bool: for i in values.indices { tensor.bytes[i] = values[i] != 0 ? 1 : 0 }
    }
    return tensor
  }

  public static func from(_ values: [Int64], shape: Shape) throws -> Tensor {
    guard values.count == shape.elementCount else {
      throw Failure(.shape, "shape \(shape) has \(shape.elementCount) elements, found \(values.count)")
    }
    let tensor = try Tensor(uninitialized: shape, .int64)
    for i in values.indices { tensor.integers[i] = values[i] }
    return tensor
  }

  public static func from(_ values: [Float], shape: Shape) throws -> Tensor {
    guard values.count == shape.elementCount else {
      throw Failure(.shape, "shape \(shape) has \(shape.elementCount) elements, found \(values.count)")
    }
    let tensor = try Tensor(uninitialized: shape, .float32)
    for i in values.indices { tensor.floats[i] = values[i] }
    return tensor
  }

  /// Sets every element of a contiguous tensor.
  func fill(_ value: Double) {
    switch dtype {
    case .float32: floats.update(repeating: Float(value), count: count)
    case .float64: doubles.update(repeating: value, count: count)
    case .int64: integers.update(repeating: Convert.wholeNumber(value), count: count)
    case .bool: bytes.update(repeating: value != 0 ? 1 : 0, count: count)
    }
  }

  /// `start, start + step, ...`, as many as `count` (computed from the ends without accumulating rounding).
  public static func range(start: Double, step: Double, count: Int, _ dtype: DType) throws -> Tensor {
    let tensor = try Tensor(uninitialized: [count], dtype)
    switch dtype {
    case .float32: for i in 0..<count { tensor.floats[i] = Float(start + step * Double(i)) }
    case .float64: for i in 0..<count { tensor.doubles[i] = start + step * Double(i) }
    case .int64: for i in 0..<count { tensor.integers[i] = Convert.wholeNumber(start + step * Double(i)) }
    case .bool: throw Failure(.dtype, "a range has no dtype bool")
    }
    return tensor
  }
}
