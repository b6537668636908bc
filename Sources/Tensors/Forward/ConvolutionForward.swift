import Basics
import Kernels

/// The three maps of a convolution on tensors whose shapes fit the geometry.
extension Forward {
  /// The output `{batch, outputs, height, width}` from an input, a weight and one number for each output channel.
  public static func convolution(_ x: Tensor, _ weight: Tensor, bias: Tensor?, _ geometry: ConvolutionGeometry) throws
    -> Tensor
  {
    let y = try Tensor(
      uninitialized: Shape([geometry.batch, geometry.outputChannels, geometry.outputHeight, geometry.outputWidth]),
      x.dtype)
    if y.count == 0 { return y }
    let (x, w, b) = (try x.contiguous(), try weight.contiguous(), try bias?.contiguous())
    switch x.dtype {
    case .float32:
      Convolution.forward(x.floats, w.floats, bias: b.map { UnsafePointer($0.floats) }, y.floats, geometry)
    default:
      Convolution.forward(x.doubles, w.doubles, bias: b.map { UnsafePointer($0.doubles) }, y.doubles, geometry)
    }
    return y
  }

  /// The gradient of the input, `{batch, inputs, height, width}`; also what a transposed convolution computes.
  public static func convolutionInputGradient(_ g: Tensor, _ weight: Tensor, _ geometry: ConvolutionGeometry) throws
    -> Tensor
  {
    let x = try Tensor(
      uninitialized: Shape([geometry.batch, geometry.inputChannels, geometry.height, geometry.width]), g.dtype)
    if x.count == 0 { return x }
    let (g, w) = (try g.contiguous(), try weight.contiguous())
    switch x.dtype {
    case .float32: Convolution.inputGradient(g.floats, w.floats, x.floats, geometry)
    default: Convolution.inputGradient(g.doubles, w.doubles, x.doubles, geometry)
    }
    return x
  }

  /// The gradient of the weight, `{outputs, inputs / groups, kernel height, kernel width}`.
  public static func convolutionWeightGradient(_ x: Tensor, _ g: Tensor, _ geometry: ConvolutionGeometry) throws
    -> Tensor
  {
    let w = try Tensor(
      uninitialized: Shape([
        geometry.outputChannels, geometry.channelsPerGroup, geometry.kernelHeight, geometry.kernelWidth,
      ]), x.dtype)
    let (x, g) = (try x.contiguous(), try g.contiguous())
    switch x.dtype {
    case .float32: Convolution.weightGradient(x.floats, g.floats, w.floats, geometry)
    default: Convolution.weightGradient(x.doubles, g.doubles, w.doubles, geometry)
    }
    return w
  }
}
