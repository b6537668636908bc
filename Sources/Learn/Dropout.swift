import Autodiff
import Basics
import Kernels
import Tensors

/// Random masks that layers multiply with.
public enum Dropout {
  /// `1 / (1 - probability)` where an element stays, 0 where it is dropped (Srivastava et al. 2014); moves the stream on.
  public static func mask(_ shape: Shape, _ dtype: DType, probability: Double, _ stream: inout RandomStream) throws
    -> Tensor
  {
    guard (0...1).contains(probability) else {
      throw Failure(.range, "the probability must lie between 0 and 1, found \(probability)")
    }
    let y = try Tensor(uninitialized: shape, dtype)
    let (stays, value, count, origin) = (1 - probability, probability < 1 ? 1 / (1 - probability) : 0, y.count, stream)
    // A multiple of the elements of a block, so that pieces begin on blocks.
    switch dtype {
    case .float32:
      let out = SendablePointer(y.floats)
      Parallel.forEachRange(count) { start, length in
        RandomKernels.mask(
          origin, probability: stays, value: Float(value), first: start, into: out.pointer + start, count: length)
      }
    case .float64:
      let out = SendablePointer(y.doubles)
      Parallel.forEachRange(count) { start, length in
        RandomKernels.mask(
          origin, probability: stays, value: value, first: start, into: out.pointer + start, count: length)
      }
    default: throw Failure(.dtype, "dropout needs floating-point numbers, found \(dtype.name)")
    }
    stream.advance(by: RandomKernels.blocks(elements: count, perBlock: RandomKernels.narrowPerBlock))
    return y
  }

  /// The tensor with elements dropped, the others scaled up; differentiable.
  public static func apply(_ x: Tensor, probability: Double, _ stream: inout RandomStream) throws -> Tensor {
    try x * mask(x.shape, x.dtype, probability: probability, &stream)
  }
}
