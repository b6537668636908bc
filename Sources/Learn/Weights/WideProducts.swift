import Basics
import Kernels
import Tensors

/// Products of whole tensors, accumulated in Double in an order that depends on the shape alone.
enum WideProducts {
  /// The sum of products of two floating tensors of equal shape and dtype.
  static func dot(_ a: Tensor, _ b: Tensor) throws -> Double {
    let x = try a.contiguous()
    let y = try b.contiguous()
    switch a.dtype {
    case .float32: return WideSum.dot(x.floats, y.floats, x.count)
    case .float64: return WideSum.dot(x.doubles, y.doubles, x.count)
    default: throw Failure(.dtype, "needs floating-point numbers, found \(a.dtype.name)")
    }
  }
}
