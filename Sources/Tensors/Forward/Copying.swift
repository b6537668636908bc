import Basics
import Kernels

extension Tensor {
  /// This tensor if it is contiguous, else a copy that is. No history.
  @inline(__always)
  public func contiguous() throws -> Tensor { isContiguous ? self : try copy() }

  /// The same elements in memory of their own. No history.
  public func copy() throws -> Tensor {
    let result = try Tensor(uninitialized: shape, dtype)
    let (sizes, steps) = (shape.extents, strides.extents)
    switch dtype {
    case .float32: StridedCopy.gather(floats, result.floats, rank: rank, sizes: sizes, strides: steps)
    case .float64, .int64: StridedCopy.gather(integers, result.integers, rank: rank, sizes: sizes, strides: steps)
    case .bool: StridedCopy.gather(bytes, result.bytes, rank: rank, sizes: sizes, strides: steps)
    }
    return result
  }

  /// Writes the elements of `source` (broadcast to this shape, converted to this dtype) into this view's memory.
  public func assign(_ source: Tensor) throws {
    let converted = try source.converted(to: dtype)
    guard let expanded = converted.broadcastView(to: shape) else {
      throw Failure(.shape, "cannot put values of shape \(source.shape) into a place of shape \(shape)")
    }
    try willChange()
    // A source that shares memory with the target is copied first.
    let values = expanded.sharesMemory(with: self) ? try expanded.copy() : expanded
    let (sizes, from, to) = (shape.extents, values.strides.extents, strides.extents)
    switch dtype {
    case .float32: StridedTransfer.copy(values.floats, from, floats, to, rank: rank, sizes: sizes)
    case .float64, .int64: StridedTransfer.copy(values.integers, from, integers, to, rank: rank, sizes: sizes)
    case .bool: StridedTransfer.copy(values.bytes, from, bytes, to, rank: rank, sizes: sizes)
    }
    noteChange()
  }

  /// The same numbers in another element type. Floats become whole numbers towards zero; bool is "not 0".
  public func converted(to target: DType) throws -> Tensor {
    if dtype == target { return self }
    let x = try contiguous()
    let y = try Tensor(uninitialized: shape, target)
    let n = count
    switch (dtype, target) {
    case (.float32, .float64): Convert.loop(x.floats, y.doubles, n) { Double($0) }
    case (.float32, .int64): Convert.loop(x.floats, y.integers, n) { Convert.wholeNumber($0) }
    case (.float32, .bool): Convert.loop(x.floats, y.bytes, n) { $0 != 0 ? 1 : 0 }
    case (.float64, .float32): Convert.loop(x.doubles, y.floats, n) { Float($0) }
    case (.float64, .int64): Convert.loop(x.doubles, y.integers, n) { Convert.wholeNumber($0) }
    case (.float64, .bool): Convert.loop(x.doubles, y.bytes, n) { $0 != 0 ? 1 : 0 }
    case (.int64, .float32): Convert.loop(x.integers, y.floats, n) { Float($0) }
    case (.int64, .float64): Convert.loop(x.integers, y.doubles, n) { Double($0) }
    case (.int64, .bool): Convert.loop(x.integers, y.bytes, n) { $0 != 0 ? 1 : 0 }
    case (.bool, .float32): Convert.loop(x.bytes, y.floats, n) { Float($0) }
    case (.bool, .float64): Convert.loop(x.bytes, y.doubles, n) { Double($0) }
    case (.bool, .int64): Convert.loop(x.bytes, y.integers, n) { Int64($0) }
    default: break
    }
    return y
  }
}
