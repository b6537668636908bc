import Basics
import Kernels

extension Forward {
  /// `x` times the transpose of `weight`, plus `bias`: one matrix product that starts from the bias.
  ///
  /// - Parameters:
  ///   - x: `{..., inputs}`
  ///   - weight: `{outputs, inputs}`
  ///   - bias: `{outputs}`
  public static func linear(_ x: Tensor, _ weight: Tensor, _ bias: Tensor?) throws -> Tensor {
    guard x.dtype.isFloating else {
      throw Failure(.dtype, "needs floating-point numbers, found \(x.dtype.name); convert with :to(\"float32\")")
    }
    guard x.rank >= 1, weight.rank == 2, x.shape[x.rank - 1] == weight.shape[1] else {
      throw Failure(
        .shape,
        "an input of shape \(x.shape) does not fit a weight of shape \(weight.shape): wanted {..., inputs} and {outputs, inputs}"
      )
    }
    let (outputs, inputs) = (weight.shape[0], weight.shape[1])
    if let bias, bias.shape != [outputs] {
      throw Failure(.shape, "the bias has shape \(bias.shape), wanted {\(outputs)}")
    }
    var shape = x.shape
    shape[shape.rank - 1] = outputs
    _ = try shape.checked()
    let rows = shape.dropLast().reduce(1, *)
    guard max(rows, max(outputs, inputs)) <= Int(Int32.max) else {
      throw Failure(.shape, "sizes above 2^31 - 1 are not supported")
    }
    let y = try Tensor(uninitialized: shape, x.dtype)
    let left = try x.contiguous().reshapedView([rows, inputs])
    let right = try weight.transposedView(0, 1).asMatrixOperand()
    let start = try bias?.contiguous()
    switch x.dtype {
    case .float32: product(left, right, y, start, rows, outputs, inputs, Float.self)
    default: product(left, right, y, start, rows, outputs, inputs, Double.self)
    }
    return y
  }

  private static func product<T: Real>(
    _ x: Tensor, _ weight: Tensor, _ y: Tensor, _ bias: Tensor?, _ rows: Int, _ outputs: Int, _ inputs: Int, _: T.Type
  ) {
    products.add(1, rows, outputs, inputs)
    Gemm.multiply(
      x.operand(T.self), weight.operand(T.self), y.pointer(as: T.self), cStride: max(1, outputs), m: rows, n: outputs,
      k: inputs, bias: bias.map { UnsafePointer($0.pointer(as: T.self)) })
  }
}
