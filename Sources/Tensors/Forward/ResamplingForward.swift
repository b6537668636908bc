import Basics
import Kernels

/// Where in its plane each result of a maximum pool was found: as many small numbers as the result has elements.
public final class PoolPlaces: @unchecked Sendable {
  private let block: Block
  public let count: Int
  /// Places from 0; -1 where a window has none.
  public var pointer: UnsafeMutablePointer<Int32> { block.pointer.assumingMemoryBound(to: Int32.self) }

  init(count: Int) throws {
    block = try Block(byteCount: count * MemoryLayout<Int32>.stride)
    self.count = count
  }

  deinit { block.release() }
}

/// Pooling and interpolation of the last two dimensions.
extension Forward {
  private static func resized(_ x: Tensor, _ height: Int, _ width: Int) throws -> (Tensor, planes: Int) {
    guard x.dtype.isFloating else {
      throw Failure(.dtype, "needs floating-point numbers, found \(x.dtype.name); convert with :to(\"float32\")")
    }
    let lead = Array(x.shape.dropLast(2))
    return (try Tensor(uninitialized: Shape(lead + [height, width]), x.dtype), lead.reduce(1, *))
  }

  /// The greatest number of each window, and its place.
  public static func maxPool(_ x: Tensor, rows: PoolAxis, columns: PoolAxis) throws -> (y: Tensor, places: PoolPlaces) {
    let (y, planes) = try resized(x, rows.count, columns.count)
    let x = try x.contiguous()
    let places = try PoolPlaces(count: y.count)
    switch x.dtype {
    case .float32:
      MaxPool.forward(x.floats, y.floats, places: places.pointer, planes: planes, rows: rows, columns: columns)
    default:
      MaxPool.forward(x.doubles, y.doubles, places: places.pointer, planes: planes, rows: rows, columns: columns)
    }
    return (y, places)
  }

  /// Numbers added at their places in planes of zeros, `height` by `width`.
  public static func scatter(_ g: Tensor, _ places: PoolPlaces, height: Int, width: Int) throws -> Tensor {
    let (x, planes) = try resized(g, height, width)
    let g = try g.contiguous()
    let outputPlane = planes == 0 ? 0 : g.count / planes
    switch g.dtype {
    case .float32:
      MaxPool.scatter(
        g.floats, places: places.pointer, x.floats, planes: planes, plane: height * width, outputPlane: outputPlane)
    default:
      MaxPool.scatter(
        g.doubles, places: places.pointer, x.doubles, planes: planes, plane: height * width, outputPlane: outputPlane)
    }
    return x
  }

  /// The numbers at the places, in planes of `height` by `width`: the opposite of `scatter`.
  public static func gather(_ x: Tensor, _ places: PoolPlaces, height: Int, width: Int) throws -> Tensor {
    let (y, planes) = try resized(x, height, width)
    let x = try x.contiguous()
    let plane = planes == 0 ? 0 : x.count / planes
    switch x.dtype {
    case .float32:
      MaxPool.gather(
        x.floats, places: places.pointer, y.floats, planes: planes, plane: plane, outputPlane: height * width)
    default:
      MaxPool.gather(
        x.doubles, places: places.pointer, y.doubles, planes: planes, plane: plane, outputPlane: height * width)
    }
    return y
  }

  /// Means of windows, or with `backward` the map from their gradients to that of the input.
  public static func averagePool(_ x: Tensor, rows: PoolAxis, columns: PoolAxis, backward: Bool) throws -> Tensor {
    let (y, planes) = try resized(x, backward ? rows.size : rows.count, backward ? columns.size : columns.count)
    let x = try x.contiguous()
    switch (x.dtype, backward) {
    case (.float32, false): AveragePool.forward(x.floats, y.floats, planes: planes, rows: rows, columns: columns)
    case (.float32, true): AveragePool.backward(x.floats, y.floats, planes: planes, rows: rows, columns: columns)
    case (_, false): AveragePool.forward(x.doubles, y.doubles, planes: planes, rows: rows, columns: columns)
    case (_, true): AveragePool.backward(x.doubles, y.doubles, planes: planes, rows: rows, columns: columns)
    }
    return y
  }

  /// Planes resized, or with `backward` the map from the gradient of the resized planes to that of the input.
  public static func interpolate(_ x: Tensor, rows: InterpolationAxis, columns: InterpolationAxis, backward: Bool)
    throws -> Tensor
  {
    let (y, planes) = try resized(x, backward ? rows.size : rows.count, backward ? columns.size : columns.count)
    let x = try x.contiguous()
    switch (x.dtype, backward) {
    case (.float32, false): Interpolation.forward(x.floats, y.floats, planes: planes, rows: rows, columns: columns)
    case (.float32, true): Interpolation.backward(x.floats, y.floats, planes: planes, rows: rows, columns: columns)
    case (_, false): Interpolation.forward(x.doubles, y.doubles, planes: planes, rows: rows, columns: columns)
    case (_, true): Interpolation.backward(x.doubles, y.doubles, planes: planes, rows: rows, columns: columns)
    }
    return y
  }
}
