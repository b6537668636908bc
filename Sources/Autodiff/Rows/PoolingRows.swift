import Basics
import Kernels
import Tensors

/// Rows for pooling: one number for each window of the last dimensions.
public enum Pools {
  public static let rows: [Operation] = [1, 2].flatMap { dims in
    [maximum(dims), average(dims), adaptiveMaximum(dims), adaptiveAverage(dims)]
  }

  private static func input(_ dims: Int) -> Parameter {
    .tensor("x", dims == 1 ? "{..., channels, length}" : "{..., channels, height, width}")
  }

  private static func each(_ dims: Int) -> String { dims == 1 ? "" : ", or {height, width}" }

  private static func windows(_ dims: Int) -> [Parameter] {
    [
      .option("stride", .integers, default: .none, "places between windows\(each(dims)); kernel_size when left out"),
      .option(
        "padding", .integers, default: .integer(0), "places added on each side\(each(dims)); at most half of the kernel"
      ),
      .option("ceil_mode", .boolean, default: .boolean(false), "also count a last window that reaches beyond the end"),
    ]
  }

  private static func options(_ arguments: Arguments, dilation: Int? = nil) -> PoolOptions {
    PoolOptions(
      kernel: arguments.integers(1) ?? [], stride: arguments.integers(2), padding: arguments.integers(3) ?? [0],
      dilation: dilation.flatMap { arguments.integers($0) } ?? [1], ceil: arguments.boolean(4))
  }

  private static let idsOption = Parameter.option(
    "return_ids", .boolean, default: .boolean(false), "also give the place of each result in its plane, from 1, int64")

  static func maximum(_ dims: Int) -> Operation {
    let x = dims == 1 ? "lab.tensor{{1, 3, 2, 0}}" : "lab.arange(16):reshape{1, 4, 4}"
    return Operation(
      "max_pool\(dims)d", .fused,
      [input(dims), .integers("kernel_size", "size of the windows\(each(dims))")] + windows(dims) + [
        .option("dilation", .integers, default: .integer(1), "places between neighbours of a window\(each(dims))"),
        idsOption,
      ], "The greatest number of each window.", formula: "y[r] = max_i x[r * stride - padding + i * dilation]",
      notes: "Padding never wins. The gradient goes to the first of equal numbers. NaN wins over all.",
      source: "Riesenhuber and Poggio 1999, Hierarchical Models of Object Recognition in Cortex",
      example: "print(lab.nn.max_pool\(dims)d(\(x), 2))", isMethod: false,
      check: .init(samples: samples(dims, maximum: true)) { values in
        let (y, ids) = try maxima(values.array(0), dims, windows(values, dims, dilation: 5))
        return values.arguments.boolean(6) ? [y, ids] : [y]
      },
      body: .general { arguments in
        let (y, ids) = try arguments.tensor(0).maxPool(dims: dims, options(arguments, dilation: 5))
        return arguments.boolean(6) ? [.tensor(y), .tensor(try ids())] : [.tensor(y)]
      })
  }

  static func average(_ dims: Int) -> Operation {
    let x = dims == 1 ? "lab.tensor{{1, 3, 2, 0}}" : "lab.arange(16):reshape{1, 4, 4}"
    return Operation(
      "avg_pool\(dims)d", .fused,
      [input(dims), .integers("kernel_size", "size of the windows\(each(dims))")] + windows(dims) + [
        .option("count_include_pad", .boolean, default: .boolean(true), "whether the zeros of the padding count")
      ], "The mean of each window.", formula: "y[r] = mean_i x[r * stride - padding + i]",
      source: "LeCun et al. 1998, Gradient-Based Learning Applied to Document Recognition",
      example: "print(lab.nn.avg_pool\(dims)d(\(x), 2))", isMethod: false,
      check: .init(samples: samples(dims, maximum: false)) { values in
        let counts = values.arguments.boolean(5)
        return [try means(values.array(0), dims, windows(values, dims, dilation: nil), countsPadding: counts)]
      },
      body: .general { arguments in
        [
          .tensor(
            try arguments.tensor(0).averagePool(
              dims: dims, options(arguments), countsPadding: arguments.boolean(5)))
        ]
      })
  }

  static func adaptiveMaximum(_ dims: Int) -> Operation {
    let x = dims == 1 ? "lab.arange(6):reshape{1, 6}" : "lab.arange(16):reshape{1, 4, 4}"
    return Operation(
      "adaptive_max_pool\(dims)d", .fused,
      [input(dims), .integers("output_size", "sizes of the result\(each(dims))")]
        + [idsOption],
      "The greatest number of each of output_size windows that cover the input evenly.",
      formula: "window r from floor(r n / m) to ceil((r + 1) n / m), counted from 0",
      example: "print(lab.nn.adaptive_max_pool\(dims)d(\(x), 1))", isMethod: false,
      check: .init(samples: adaptiveSamples(dims).map { Sample($0.items + [.boolean(true)]) }) { values in
        let (y, ids) = try maxima(values.array(0), dims, adaptiveWindows(values, dims))
        return [y, ids]
      },
      body: .general { arguments in
        let (y, ids) = try arguments.tensor(0).adaptiveMaxPool(dims: dims, output: arguments.integers(1) ?? [])
        return arguments.boolean(2) ? [.tensor(y), .tensor(try ids())] : [.tensor(y)]
      })
  }

  static func adaptiveAverage(_ dims: Int) -> Operation {
    let x = dims == 1 ? "lab.arange(6):reshape{1, 6}" : "lab.arange(16):reshape{1, 4, 4}"
    return Operation(
      "adaptive_avg_pool\(dims)d", .fused, [input(dims), .integers("output_size", "sizes of the result\(each(dims))")],
      "The mean of each of output_size windows that cover the input evenly.",
      formula: "window r from floor(r n / m) to ceil((r + 1) n / m), counted from 0",
      example: "print(lab.nn.adaptive_avg_pool\(dims)d(\(x), 1))", isMethod: false,
      check: .init(samples: adaptiveSamples(dims)) { values in
        [try means(values.array(0), dims, adaptiveWindows(values, dims), countsPadding: false)]
      },
      body: .general { arguments in
        [.tensor(try arguments.tensor(0).adaptiveAveragePool(dims: dims, output: arguments.integers(1) ?? []))]
      })
  }
}
