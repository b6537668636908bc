import Basics
import Tensors

extension Tensor {
  /// Tensors of one element type and row shape one below the other.
  static func stackedRows(_ parts: [Tensor], rowShape: Shape, _ dtype: DType) throws -> Tensor {
    var shape = rowShape
    shape.insert(parts.reduce(0) { $0 + $1.shape[0] }, at: 0)
    return try concatenated(parts, shape: try Shape(Array(shape)), dtype)
  }

  /// The elements of all parts one after another under a shape that has as many.
  static func concatenated(_ parts: [Tensor], shape: Shape, _ dtype: DType) throws -> Tensor {
    let result = try Tensor(uninitialized: shape, dtype)
    var place = result.start
    for part in parts {
      let plain = try part.contiguous()
      place.copyMemory(from: plain.start, byteCount: plain.byteCount)
      place += plain.byteCount
    }
    return result
  }
}
