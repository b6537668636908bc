import Basics
import Kernels
import Tensors

/// The tensors of a convolution, brought to four dimensions: a batch that is missing and a height that is missing become 1.
struct Planes {
  let x: Tensor, weight: Tensor, bias: Tensor?
  private let dims: Int
  private let isSingle: Bool

  init(_ given: Tensor, _ givenWeight: Tensor, _ givenBias: Tensor?, _ dims: Int, transposed: Bool) throws {
    self.dims = dims
    let (input, kernel) = try Promotion.align(Promotion.floating(given), givenWeight)
    bias = try givenBias.map { try Promotion.align($0, kernel).0 }
    let sizes = dims == 1 ? "length" : "height, width"
    guard input.rank == dims + 2 || input.rank == dims + 1 else {
      throw Failure(.shape, "needs {batch, channels, \(sizes)}, or no batch, found shape \(input.shape)")
    }
    guard kernel.rank == dims + 2, kernel.count > 0 else {
      let channels = transposed ? "inputs, outputs / groups" : "outputs, inputs / groups"
      throw Failure(.shape, "the weight has shape \(kernel.shape), wanted {\(channels), \(sizes)}")
    }
    isSingle = input.rank == dims + 1
    var batch = isSingle ? try input.unsqueeze(0) : input
    if dims == 1 { batch = try batch.unsqueeze(2) }
    x = batch
    weight = dims == 1 ? try kernel.unsqueeze(2) : kernel
    guard x.shape.allSatisfy({ $0 < Window.limit }), weight.shape.allSatisfy({ $0 < Window.limit }) else {
      throw Failure(.shape, "sizes above 2^31 - 1 are not supported")
    }
  }

  func checkBias(_ outputs: Int) throws {
    if let bias, bias.shape != [outputs] {
      throw Failure(
        .shape, "the bias has shape \(bias.shape), wanted one number for each output channel, {\(outputs)}")
    }
  }

  /// The result in the dimensions of the input.
  func restored(_ y: Tensor) throws -> Tensor {
    let flat = dims == 1 ? try y.squeeze(2) : y
    return isSingle ? try flat.squeeze(0) : flat
  }
}

/// Sizes that move over an input, for two dimensions; one dimension is a height of 1.
struct Window {
  let kernel: (height: Int, width: Int)
  let stride: (height: Int, width: Int)
  var padding: (top: Int, left: Int)
  let dilation: (height: Int, width: Int)
  /// Zeros on both sides together.
  let border: (height: Int, width: Int)

  /// Sizes and steps stay below this, so that their products do not overflow.
  static let limit = 1 << 31

  init(_ options: ConvolutionOptions, _ dims: Int, kernel: (height: Int, width: Int)) throws {
    guard options.groups >= 1, options.groups < Self.limit else {
      throw Failure(.range, "groups must be at least 1, found \(options.groups)")
    }
    self.kernel = kernel
    stride = try Self.pair(options.stride, dims, "stride", least: 1)
    dilation = try Self.pair(options.dilation, dims, "dilation", least: 1)
    switch options.padding {
    case .places(let places):
      let both = try Self.pair(places, dims, "padding", least: 0)
      padding = (both.0, both.1)
      border = (2 * both.0, 2 * both.1)
    case .same:
      guard stride == (1, 1) else {
        throw Failure(.argument, "padding 'same' needs a stride of 1, found \(Shape(unchecked: options.stride))")
      }
      border = (dilation.height * (kernel.height - 1), dilation.width * (kernel.width - 1))
      padding = (border.height / 2, border.width / 2)
    }
  }

  /// One number for all dimensions, or one for each; a missing height is `neutral`.
  static func pair(_ given: [Int], _ dims: Int, _ what: String, least: Int) throws -> (Int, Int) {
    guard given.count == 1 || given.count == dims else {
      let wanted = dims == 1 ? "one number" : "one number or {height, width}"
      throw Failure(.argument, "\(what) must be \(wanted), found \(given.count) numbers")
    }
    for value in given where value < least || value >= limit {
      throw Failure(
        .range, "\(what) must be at least \(least)\(value < least ? "" : " and below 2^31"), found \(value)")
    }
    if dims == 1 { return (least, given[0]) }
    return given.count == 1 ? (given[0], given[0]) : (given[0], given[1])
  }

  /// The output's size for planes `{batch, channels, height, width}`.
  func outputSize(of x: Tensor, _ dims: Int) throws -> (height: Int, width: Int) {
    let reach = (
      height: (kernel.height - 1) * dilation.height + 1, width: (kernel.width - 1) * dilation.width + 1
    )
    let padded = (height: x.shape[2] + border.height, width: x.shape[3] + border.width)
    guard reach.height <= padded.height, reach.width <= padded.width else {
      func shown(_ pair: (height: Int, width: Int)) -> String {
        dims == 1 ? "\(pair.width)" : "\(pair.height) x \(pair.width)"
      }
      throw Failure(
        .shape, "the kernel covers \(shown(reach)) places, but the padded input has only \(shown(padded))")
    }
    return ((padded.height - reach.height) / stride.height + 1, (padded.width - reach.width) / stride.width + 1)
  }

  /// Refuses strides, dilations and paddings under which a single row of output would need gigabytes.
  static func checkScratch(_ geometry: ConvolutionGeometry) throws {
    guard geometry.largestPatch <= 0x1p28 else {
      throw Failure(.shape, "stride, dilation or padding are too large: one row of output sees more than 2^28 places")
    }
  }
}
