import Basics
import Kernels
import Tensors

/// How the windows of pooling move, for one or two dimensions: one number for all dimensions, or one for each.
public struct PoolOptions: Sendable {
  public var kernel: [Int]
  /// The kernel's size when `nil`.
  public var stride: [Int]?
  public var padding: [Int]
  public var dilation: [Int]
  /// Whether a last window that reaches beyond the padded input counts.
  public var ceil: Bool

  public init(
    kernel: [Int], stride: [Int]? = nil, padding: [Int] = [0], dilation: [Int] = [1], ceil: Bool = false
  ) {
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.ceil = ceil
  }

  /// The windows along rows and columns of an input `{..., height, width}`.
  func axes(_ x: Tensor, _ dims: Int, countsPadding: Bool = true) throws -> (rows: PoolAxis, columns: PoolAxis) {
    let kernel = try Window.pair(self.kernel, dims, "kernel_size", least: 1)
    let stride = try self.stride.map { try Window.pair($0, dims, "stride", least: 1) } ?? kernel
    let padding = try Window.pair(self.padding, dims, "padding", least: 0)
    let dilation = try Window.pair(self.dilation, dims, "dilation", least: 1)
    func axis(_ size: Int, _ kernel: Int, _ stride: Int, _ padding: Int, _ dilation: Int) throws -> PoolAxis {
      let reach = (kernel - 1) * dilation + 1
      guard padding <= reach / 2 else {
        throw Failure(
          .argument, "padding must be at most half of the kernel, found padding \(padding) for a kernel of \(reach)")
      }
      guard reach <= size + 2 * padding else {
        throw Failure(
          .shape,
          "the kernel covers \(reach) places, but the padded input has only \(size + 2 * padding) (shape \(x.shape))")
      }
      let room = size + 2 * padding - reach
      var output = (ceil ? room + stride - 1 : room) / stride + 1
      // A window must begin in the input or in the padding before it.
      if (output - 1) * stride >= size + padding { output -= 1 }
      return PoolAxis(
        size: size, output: output, kernel: kernel, stride: stride, padding: padding, dilation: dilation,
        countsPadding: countsPadding)
    }
    return (
      dims == 1
        ? PoolAxis(size: 1, output: 1, kernel: 1, stride: 1, padding: 0)
        : try axis(x.shape[x.rank - 2], kernel.0, stride.0, padding.0, dilation.0),
      try axis(x.shape[x.rank - 1], kernel.1, stride.1, padding.1, dilation.1)
    )
  }
}

extension Tensor {
  /// The greatest number of each window over the last `dims` dimensions, and its place there (from 1, int64).
  public func maxPool(dims: Int, _ options: PoolOptions) throws -> (y: Tensor, ids: () throws -> Tensor) {
    try pooled("max_pool\(dims)d", dims) { x in
      let (rows, columns) = try options.axes(x, dims)
      return (rows, columns)
    }
  }

  /// The greatest number of each of `output` windows that cover the last `dims` dimensions evenly, and its place.
  public func adaptiveMaxPool(dims: Int, output: [Int]) throws -> (y: Tensor, ids: () throws -> Tensor) {
    try pooled("adaptive_max_pool\(dims)d", dims) { try Tensor.adaptiveAxes($0, dims, output) }
  }

  /// The mean of each window over the last `dims` dimensions.
  ///
  /// - Parameter countsPadding: whether the zeros of the padding count.
  public func averagePool(dims: Int, _ options: PoolOptions, countsPadding: Bool = true) throws -> Tensor {
    let x = try planes(dims)
    let (rows, columns) = try options.axes(x, dims, countsPadding: countsPadding)
    return try x.averaged("avg_pool\(dims)d", rows, columns).flattened(dims)
  }

  /// The mean of each of `output` windows that cover the last `dims` dimensions evenly.
  public func adaptiveAveragePool(dims: Int, output: [Int]) throws -> Tensor {
    let x = try planes(dims)
    let (rows, columns) = try Tensor.adaptiveAxes(x, dims, output)
    return try x.averaged("adaptive_avg_pool\(dims)d", rows, columns).flattened(dims)
  }

  private static func adaptiveAxes(_ x: Tensor, _ dims: Int, _ output: [Int]) throws -> (PoolAxis, PoolAxis) {
    let size = try Window.pair(output, dims, "output_size", least: 1)
    let (height, width) = (x.shape[x.rank - 2], x.shape[x.rank - 1])
    guard height > 0, width > 0 else { throw Failure(.shape, "cannot pool an empty input of shape \(x.shape)") }
    _ = try Shape(Array(x.shape.dropLast(2)) + [size.0, size.1])
    return (PoolAxis(size: height, adaptiveTo: dims == 1 ? 1 : size.0), PoolAxis(size: width, adaptiveTo: size.1))
  }

  /// Floating-point numbers with a height: one dimension is a height of 1.
  func planes(_ dims: Int) throws -> Tensor {
    let x = try Promotion.floating(self)
    guard x.rank > dims else {
      let wanted = dims == 1 ? "{..., channels, length}" : "{..., channels, height, width}"
      throw Failure(.shape, "needs \(wanted), found shape \(x.shape)")
    }
    let planes = dims == 1 ? try x.unsqueeze(x.rank - 1) : x
    guard
      planes.shape[planes.rank - 2].multipliedReportingOverflow(by: planes.shape[planes.rank - 1]).partialValue
        < Window.limit
    else { throw Failure(.shape, "planes of 2^31 elements and more are not supported") }
    return planes
  }

  func flattened(_ dims: Int) throws -> Tensor { dims == 1 ? try squeeze(rank - 2) : self }

  private func pooled(
    _ name: String, _ dims: Int, _ axes: (Tensor) throws -> (rows: PoolAxis, columns: PoolAxis)
  ) throws -> (y: Tensor, ids: () throws -> Tensor) {
    let x = try planes(dims)
    let (rows, columns) = try axes(x)
    let (y, places) = try Forward.maxPool(x, rows: rows, columns: columns)
    let shape = y.shape
    let flat = try x.scatteringBack(name, y, places, height: rows.size, width: columns.size).flattened(dims)
    return (
      flat,
      {
        let ids = try Tensor(uninitialized: shape, .int64)
        for i in 0..<ids.count { ids.integers[i] = Int64(places.pointer[i]) + 1 }
        return try ids.flattened(dims)
      }
    )
  }

  /// Records that `y` holds this tensor's numbers at `places` of its planes.
  private func scatteringBack(_ name: String, _ y: Tensor, _ places: PoolPlaces, height: Int, width: Int) -> Tensor {
    moved(name, y) { try $0.scattered(name, places, height: height, width: width) }
  }

  /// Numbers put at their places in planes of zeros.
  private func scattered(_ name: String, _ places: PoolPlaces, height: Int, width: Int) throws -> Tensor {
    let (rows, columns) = (shape[rank - 2], shape[rank - 1])
    return moved(name, try Forward.scatter(self, places, height: height, width: width)) { gradient in
      try gradient.scatteringBack(
        name, Forward.gather(gradient, places, height: rows, width: columns), places, height: height, width: width)
    }
  }

  private func averaged(_ name: String, _ rows: PoolAxis, _ columns: PoolAxis) throws -> Tensor {
    moved(name, try Forward.averagePool(self, rows: rows, columns: columns, backward: false)) {
      try $0.spread(name, rows, columns)
    }
  }

  private func spread(_ name: String, _ rows: PoolAxis, _ columns: PoolAxis) throws -> Tensor {
    moved(name, try Forward.averagePool(self, rows: rows, columns: columns, backward: true)) {
      try $0.averaged(name, rows, columns)
    }
  }
}
