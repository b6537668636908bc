import Kernels

extension Tensor {
  /// The element at a place counted in row-major order from 0, as a Double (bool: 0 or 1).
  public func element(_ position: Int) -> Double {
    var at = 0
    var rest = position
    for d in stride(from: rank - 1, through: 0, by: -1) where shape[d] > 0 {
      at += (rest % shape[d]) * strides[d]
      rest /= shape[d]
    }
    switch dtype {
    case .float32: return Double(floats[at])
    case .float64: return doubles[at]
    case .int64: return Double(integers[at])
    case .bool: return bytes[at] != 0 ? 1 : 0
    }
  }

  /// All elements in row-major order as Doubles.
  public func toDoubles() -> [Double] {
    guard isContiguous else { return (0..<count).map(element) }
    switch dtype {
    case .float32: return (0..<count).map { Double(floats[$0]) }
    case .float64: return (0..<count).map { doubles[$0] }
    case .int64: return (0..<count).map { Double(integers[$0]) }
    case .bool: return (0..<count).map { bytes[$0] != 0 ? 1 : 0 }
    }
  }

  /// All elements of an int64 tensor in row-major order.
  public func toIntegers() throws -> [Int64] {
    let whole = try contiguous()
    return Array(UnsafeBufferPointer(start: whole.integers, count: count))
  }
}
