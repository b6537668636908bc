import Basics
import Kernels

extension Forward {
  /// Softmax (or its logarithm) along one dimension.
  public static func softmax(_ x: Tensor, dim: Int, logarithm: Bool) throws -> Tensor {
    try rowwise(dim, [x]) { inputs, y, rows, width in
      switch y.dtype {
      case .float32: Softmax.rows(inputs[0].floats, y.floats, rows: rows, width: width, logarithm: logarithm)
      default: Softmax.rows(inputs[0].doubles, y.doubles, rows: rows, width: width, logarithm: logarithm)
      }
    }
  }

  /// The gradient of `softmax` from its result `y` and the result's gradient `g`.
  public static func softmaxGradient(_ y: Tensor, _ g: Tensor, dim: Int, logarithm: Bool) throws -> Tensor {
    try rowwise(dim, [y, g]) { inputs, out, rows, width in
      switch out.dtype {
      case .float32:
        Softmax.gradientRows(
          inputs[0].floats, inputs[1].floats, out.floats, rows: rows, width: width, logarithm: logarithm)
      default:
        Softmax.gradientRows(
          inputs[0].doubles, inputs[1].doubles, out.doubles, rows: rows, width: width, logarithm: logarithm)
      }
    }
  }

  /// Runs a kernel over contiguous rows along `dim`, moving that dimension last and back where needed.
  public static func rowwise(
    _ dim: Int, _ inputs: [Tensor], _ body: (_ inputs: [Tensor], _ y: Tensor, _ rows: Int, _ width: Int) -> Void
  ) throws -> Tensor {
    guard inputs[0].dtype.isFloating else {
      throw Failure(
        .dtype, "needs floating-point numbers, found \(inputs[0].dtype.name); convert with :to(\"float32\")")
    }
    let last = try inputs.map { try $0.movedToLast(dim).contiguous() }
    let y = try Tensor(uninitialized: last[0].shape, last[0].dtype)
    let width = inputs[0].shape[dim]
    if y.count > 0 { body(last, y, y.count / width, width) }
    if dim == inputs[0].rank - 1 { return y }
    var order = Array(0..<(inputs[0].rank - 1))
    order.insert(inputs[0].rank - 1, at: dim)
    return y.permutedView(order)
  }
}
