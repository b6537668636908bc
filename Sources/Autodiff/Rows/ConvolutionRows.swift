import Basics
import Kernels
import Tensors

/// Rows for convolutions and transposed convolutions.
public enum Convolutions {
  public static let rows: [Operation] = [conv1d, conv2d, transpose1d, transpose2d]

  private static let source =
    "LeCun et al. 1989, Backpropagation Applied to Handwritten Zip Code Recognition"

  private static func options(_ dims: Int, padding: String) -> [Parameter] {
    let each = dims == 1 ? "" : ", or {height, width}"
    return [
      .option("stride", .integers, default: .integer(1), "places between windows\(each)"),
      .option(
        "padding", transposes(padding) ? .integers : .integersOr(["same", "valid"]), default: .integer(0),
        "\(padding)\(each)"),
      .option("dilation", .integers, default: .integer(1), "places between the kernel's elements\(each)"),
      .option("groups", .integer, default: .integer(1), "groups of channels that do not see each other"),
    ]
  }

  private static func transposes(_ padding: String) -> Bool { padding.hasPrefix("places") }

  private static func bias(_ summary: String) -> Parameter {
    Parameter("bias", .tensor(orNumber: false), default: Parameter.Fallback.none, summary)
  }

  private static func read(_ arguments: Arguments) throws -> ConvolutionOptions {
    let padding: ConvolutionOptions.Padding
    switch arguments.text(4) {
    case "same": padding = .same
    case "valid": padding = .places([0])
    default: padding = .places(arguments.integers(4) ?? [0])
    }
    return ConvolutionOptions(
      stride: arguments.integers(3) ?? [1], padding: padding, dilation: arguments.integers(5) ?? [1],
      groups: try arguments.integer(6))
  }

  static let conv1d: Operation = Operation(
    "conv1d", .fused,
    [
      .tensor("x", "{batch, channels, length}, or without a batch"),
      .tensor("weight", "{outputs, channels / groups, kernel}"), bias("{outputs}; none when left out"),
    ] + options(1, padding: "zeros on both sides, or \"same\" for an output as long as the input"),
    "Windows along the last dimension multiplied with a kernel and summed over channels.",
    formula: "y[b, o, t] = bias[o] + sum_c,i weight[o, c, i] x[b, c, t * stride - padding + i * dilation]",
    source: source,
    example: "print(lab.nn.conv1d(lab.tensor{{1, 2, 3, 4}}, lab.tensor{{{1, -1}}}))", isMethod: false,
    check: .init(samples: samples1d) { try reference(1, $0) },
    body: .general {
      [.tensor(try $0.tensor(0).convolution1d($0.tensor(1), $0.optionalTensor(2), read($0)))]
    })

  static let conv2d: Operation = Operation(
    "conv2d", .fused,
    [
      .tensor("x", "{batch, channels, height, width}, or without a batch"),
      .tensor("weight", "{outputs, channels / groups, kernel height, kernel width}"),
      bias("{outputs}; none when left out"),
    ] + options(2, padding: "zeros on each side, or \"same\" for an output of the input's size"),
    "Windows of planes multiplied with a kernel and summed over channels.",
    formula: "y[b, o, r, s] = bias[o] + sum_c,i,j weight[o, c, i, j] x[b, c, r * stride - padding + i * dilation, ...]",
    notes: "The kernel is not mirrored (a cross-correlation). With groups = channels it is a depthwise convolution.",
    source: source,
    example: "local edge = lab.tensor{{{{1, -1}}}}\nprint(lab.nn.conv2d(lab.tensor{{{1, 2, 4}, {4, 4, 4}}}, edge))",
    isMethod: false,
    check: .init(samples: samples2d) { try reference(2, $0) },
    body: .general {
      [.tensor(try $0.tensor(0).convolution2d($0.tensor(1), $0.optionalTensor(2), read($0)))]
    })

  private static func outputPadding(_ dims: Int) -> Parameter {
    .option(
      "output_padding", .integers, default: .integer(0),
      "places added at the output's end\(dims == 1 ? "" : ", or {height, width}"); below stride or dilation")
  }

  static let transpose1d: Operation = Operation(
    "conv_transpose1d", .fused,
    [
      .tensor("x", "{batch, channels, length}, or without a batch"),
      .tensor("weight", "{channels, outputs / groups, kernel}"), bias("{outputs}; none when left out"),
    ] + options(1, padding: "places cut off the output on both sides") + [outputPadding(1)],
    "The transpose of conv1d: each input place adds the kernel to the output, stride places apart.",
    formula: "length = (n - 1) * stride - 2 padding + dilation * (kernel - 1) + output_padding + 1",
    source: "Zeiler et al. 2010, Deconvolutional Networks",
    example: "print(lab.nn.conv_transpose1d(lab.tensor{{1, 2, 3}}, lab.tensor{{{1, 10}}}, {stride = 2}))",
    isMethod: false,
    check: .init(samples: transposedSamples1d) { try transposedReference(1, $0) },
    body: .general {
      [
        .tensor(
          try $0.tensor(0).transposedConvolution1d(
            $0.tensor(1), $0.optionalTensor(2), read($0), outputPadding: $0.integers(7) ?? [0]))
      ]
    })

  static let transpose2d: Operation = Operation(
    "conv_transpose2d", .fused,
    [
      .tensor("x", "{batch, channels, height, width}, or without a batch"),
      .tensor("weight", "{channels, outputs / groups, kernel height, kernel width}"),
      bias("{outputs}; none when left out"),
    ] + options(2, padding: "places cut off the output on each side") + [outputPadding(2)],
    "The transpose of conv2d: each input place adds the kernel to the output, stride places apart.",
    formula: "height = (h - 1) * stride - 2 padding + dilation * (kernel - 1) + output_padding + 1, and width alike",
    source: "Zeiler et al. 2010, Deconvolutional Networks",
    example: "local x, w = lab.ones{1, 2, 2}, lab.ones{1, 1, 2, 2}\nprint(lab.nn.conv_transpose2d(x, w, {stride = 2}))",
    isMethod: false,
    check: .init(samples: transposedSamples2d) { try transposedReference(2, $0) },
    body: .general {
      [
        .tensor(
          try $0.tensor(0).transposedConvolution2d(
            $0.tensor(1), $0.optionalTensor(2), read($0), outputPadding: $0.integers(7) ?? [0]))
      ]
    })
}
