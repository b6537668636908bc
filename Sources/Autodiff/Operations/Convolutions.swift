import Basics
import Kernels
import Tensors

/// The three maps of a convolution, each linear in both of its arguments. They are the gradients of each other, so
/// gradients of any order need nothing else.
enum ConvolutionMaps {
  /// `{batch, outputs, height, width}` from an input and a weight, plus one number of `bias` for each output channel.
  static func output(_ name: String, _ x: Tensor, _ w: Tensor, _ bias: Tensor?, _ geometry: ConvolutionGeometry) throws
    -> Tensor
  {
    let y = try Forward.convolution(x, w, bias: bias, geometry)
    guard Recording.isOn, x.requiresGradient || w.requiresGradient || bias?.requiresGradient == true else { return y }
    return y.recorded(name, [x, w] + (bias.map { [$0] } ?? []), saving: [x, w]) { backward in
      let g = try backward.gradient
      try backward.send(0, input(name, g, w, geometry))
      try backward.send(1, weight(name, x, g, geometry))
      if bias != nil { try backward.send(2, g.sum([0, 2, 3])) }
    }
  }

  /// The input's gradient from that of the output; also what a transposed convolution computes.
  static func input(_ name: String, _ g: Tensor, _ w: Tensor, _ geometry: ConvolutionGeometry) throws -> Tensor {
    let x = try Forward.convolutionInputGradient(g, w, geometry)
    guard Recording.isOn, g.requiresGradient || w.requiresGradient else { return x }
    return x.recorded(name, [g, w], saving: [g, w]) { backward in
      let h = try backward.gradient
      try backward.send(0, output(name, h, w, nil, geometry))
      try backward.send(1, weight(name, h, g, geometry))
    }
  }

  /// The weight's gradient from an input and the gradient of the output.
  static func weight(_ name: String, _ x: Tensor, _ g: Tensor, _ geometry: ConvolutionGeometry) throws -> Tensor {
    let w = try Forward.convolutionWeightGradient(x, g, geometry)
    guard Recording.isOn, x.requiresGradient || g.requiresGradient else { return w }
    return w.recorded(name, [x, g], saving: [x, g]) { backward in
      let v = try backward.gradient
      try backward.send(0, input(name, g, v, geometry))
      try backward.send(1, output(name, x, v, nil, geometry))
    }
  }
}

/// How a kernel moves over the input, for one or two dimensions.
public struct ConvolutionOptions: Sendable {
  /// Zeros around the input.
  public enum Padding: Sendable {
    /// On both sides: one number for all dimensions, or one for each.
    case places([Int])
    /// As many that the output has the size of the input; the odd one comes last. Needs a stride of 1.
    case same
  }

  /// One number for all dimensions, or one for each.
  public var stride: [Int]
  public var padding: Padding
  public var dilation: [Int]
  /// Input and output channels fall into this many groups that do not see each other.
  public var groups: Int

  public init(stride: [Int] = [1], padding: Padding = .places([0]), dilation: [Int] = [1], groups: Int = 1) {
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
  }
}

extension Tensor {
  /// Cross-correlation of planes with a kernel, `{batch, channels, height, width}` with a weight
  /// `{outputs, channels / groups, kernel height, kernel width}`; the batch may be missing.
  public func convolution2d(_ weight: Tensor, _ bias: Tensor? = nil, _ options: ConvolutionOptions = .init()) throws
    -> Tensor
  {
    try convolution(dims: 2, weight, bias, options)
  }

  /// The same along one dimension: `{batch, channels, length}` with a weight `{outputs, channels / groups, kernel}`.
  public func convolution1d(_ weight: Tensor, _ bias: Tensor? = nil, _ options: ConvolutionOptions = .init()) throws
    -> Tensor
  {
    try convolution(dims: 1, weight, bias, options)
  }

  private func convolution(dims: Int, _ weight: Tensor, _ bias: Tensor?, _ options: ConvolutionOptions) throws -> Tensor
  {
    let planes = try Planes(self, weight, bias, dims, transposed: false)
    let (x, w) = (planes.x, planes.weight)
    let window = try Window(options, dims, kernel: (w.shape[2], w.shape[3]))
    let (channels, outputs) = (w.shape[1] * options.groups, w.shape[0])
    guard outputs % options.groups == 0 else {
      throw Failure(.shape, "groups = \(options.groups) does not divide the \(outputs) output channels of the weight")
    }
    guard x.shape[1] == channels else {
      throw Failure(
        .shape,
        "the input of shape \(shape) has \(x.shape[1]) channels, but a weight of shape \(weight.shape) with groups = \(options.groups) wants \(channels)"
      )
    }
    try planes.checkBias(outputs)
    let size = try window.outputSize(of: x, dims)
    let geometry = ConvolutionGeometry(
      batch: x.shape[0], input: (channels, x.shape[2], x.shape[3]), output: (outputs, size.height, size.width),
      kernel: window.kernel, stride: window.stride, padding: window.padding, dilation: window.dilation,
      groups: options.groups)
    try Window.checkScratch(geometry)
    return try planes.restored(ConvolutionMaps.output("conv\(dims)d", x, w, planes.bias, geometry))
  }

  /// The map that `convolution2d` is the transpose of, `{batch, inputs, height, width}` with a weight
  /// `{inputs, outputs / groups, kernel height, kernel width}`: each input place adds the kernel to the output.
  ///
  /// - Parameter outputPadding: rows and columns added at the end, where the stride leaves the output's size open.
  public func transposedConvolution2d(
    _ weight: Tensor, _ bias: Tensor? = nil, _ options: ConvolutionOptions = .init(), outputPadding: [Int] = [0]
  ) throws -> Tensor {
    try transposedConvolution(dims: 2, weight, bias, options, outputPadding)
  }

  /// The same along one dimension.
  public func transposedConvolution1d(
    _ weight: Tensor, _ bias: Tensor? = nil, _ options: ConvolutionOptions = .init(), outputPadding: [Int] = [0]
  ) throws -> Tensor {
    try transposedConvolution(dims: 1, weight, bias, options, outputPadding)
  }

  private func transposedConvolution(
    dims: Int, _ weight: Tensor, _ bias: Tensor?, _ options: ConvolutionOptions, _ outputPadding: [Int]
  ) throws -> Tensor {
    let planes = try Planes(self, weight, bias, dims, transposed: true)
    let (x, w) = (planes.x, planes.weight)
    if case .same = options.padding {
      throw Failure(.argument, "padding must be given in places; 'same' has no meaning for a transposed convolution")
    }
    let window = try Window(options, dims, kernel: (w.shape[2], w.shape[3]))
    let extra = try Window.pair(outputPadding, dims, "output_padding", least: 0)
    let (inputs, outputs) = (w.shape[0], w.shape[1] * options.groups)
    guard inputs % options.groups == 0 else {
      throw Failure(.shape, "groups = \(options.groups) does not divide the \(inputs) input channels of the weight")
    }
    guard x.shape[1] == inputs else {
      throw Failure(
        .shape,
        "the input of shape \(shape) has \(x.shape[1]) channels, but a weight of shape \(weight.shape) wants \(inputs)")
    }
    try planes.checkBias(outputs)
    func size(_ n: Int, _ kernel: Int, _ stride: Int, _ padding: Int, _ dilation: Int, _ extra: Int) throws -> Int {
      guard extra < max(stride, dilation) else {
        throw Failure(
          .argument, "output_padding must be below stride or dilation (\(max(stride, dilation))), found \(extra)")
      }
      let size = (n - 1) * stride - 2 * padding + dilation * (kernel - 1) + extra + 1
      guard n >= 1, size >= 1, size < Window.limit else {
        throw Failure(.shape, "an input of shape \(shape) gives an output of size \(size), which cannot exist")
      }
      return size
    }
    let height = try size(
      x.shape[2], w.shape[2], window.stride.height, window.padding.top, window.dilation.height, extra.0)
    let width = try size(
      x.shape[3], w.shape[3], window.stride.width, window.padding.left, window.dilation.width, extra.1)
    let geometry = ConvolutionGeometry(
      batch: x.shape[0], input: (outputs, height, width), output: (inputs, x.shape[2], x.shape[3]),
      kernel: window.kernel, stride: window.stride, padding: window.padding, dilation: window.dilation,
      groups: options.groups)
    try Window.checkScratch(geometry)
    var y = try ConvolutionMaps.input("conv_transpose\(dims)d", x, w, geometry)
    if let bias = planes.bias { y = try y + bias.reshape([1, outputs, 1, 1]) }
    return try planes.restored(y)
  }
}
