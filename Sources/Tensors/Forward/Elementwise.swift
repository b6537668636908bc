import Basics
import Kernels

/// Forward computations on values alone; gradients are Autodiff's matter.
public enum Forward {}

extension Forward {
  /// A function of each element of a floating tensor.
  @inline(__always)
  public static func unary(_ kernel: UnaryKernel, _ x: Tensor) throws -> Tensor {
    let x = try x.contiguous()
    let y = try Tensor(uninitializedLike: x, x.dtype)
    switch x.dtype {
    case .float32:
      let (from, to) = (x.floats, y.floats)
      Parallel.forEachRange(x.count) { start, length in kernel.float(from + start, to + start, length) }
    case .float64:
      let (from, to) = (x.doubles, y.doubles)
      Parallel.forEachRange(x.count) { start, length in kernel.double(from + start, to + start, length) }
    default:
      throw Failure(.dtype, "needs floating-point numbers, found \(x.dtype.name); convert with :to(\"float32\")")
    }
    return y
  }

  /// A function of two tensors of one dtype, broadcast together.
  @inline(__always)
  public static func binary(_ kernel: BinaryKernel, _ a: Tensor, _ b: Tensor) throws -> Tensor {
    switch a.dtype {
    case .float32: return try zip(kernel.float, a, b, Float.self, .float32)
    case .float64: return try zip(kernel.double, a, b, Double.self, .float64)
    case .int64:
      guard let loop = kernel.integer else {
        throw Failure(.dtype, "needs floating-point numbers, found int64; convert with :to(\"float32\")")
      }
      return try zip(loop, a, b, Int64.self, .int64)
    case .bool:
      throw Failure(.dtype, "does not work on bool tensors; convert with :to(\"float32\") or :to(\"int64\")")
    }
  }

  /// A comparison of two tensors of one dtype, broadcast together; the result is bool.
  public static func compare(_ kernel: ComparisonKernel, _ a: Tensor, _ b: Tensor) throws -> Tensor {
    switch a.dtype {
    case .float32: try zip(kernel.float, a, b, UInt8.self, .bool)
    case .float64: try zip(kernel.double, a, b, UInt8.self, .bool)
    case .int64: try zip(kernel.integer, a, b, UInt8.self, .bool)
    case .bool: try zip(kernel.bool, a, b, UInt8.self, .bool)
    }
  }

  /// Walks two broadcast operands; the common layouts (equal shapes, one number, rows) are single runs.
  @inline(__always)
  private static func zip<T, R>(
    _ loop: BinaryKernel.Loop<T, R>, _ a: Tensor, _ b: Tensor, _: R.Type, _ dtype: DType
  ) throws -> Tensor {
    if a.shape == b.shape, a.isContiguous, b.isContiguous {
      let y = try Tensor(uninitializedLike: a, dtype)
      let (p, q, r) = (a.pointer(as: T.self), b.pointer(as: T.self), y.pointer(as: R.self))
      Parallel.forEachRange(a.count) { start, length in loop(p + start, 1, q + start, 1, r + start, length) }
      return y
    }
    return try zipStrided(loop, a, b, R.self, dtype)
  }

  private static func zipStrided<T, R>(
    _ loop: BinaryKernel.Loop<T, R>, _ a: Tensor, _ b: Tensor, _: R.Type, _ dtype: DType
  ) throws -> Tensor {
    guard let shape = Shape.broadcast(a.shape, b.shape), let leftSteps = a.broadcastStrides(to: shape),
      let rightSteps = b.broadcastStrides(to: shape)
    else {
      throw Failure(
        .shape, "shapes \(a.shape) and \(b.shape) do not broadcast: sizes must be equal or 1, from the last")
    }
    let y = try Tensor(uninitialized: shape.checked(), dtype)
    if y.count == 0 { return y }
    let walk = StridedWalk(
      rank: shape.rank, sizes: shape.extents, leftSteps.extents, rightSteps.extents, y.strides.extents)
    let (p, q, r) = (a.pointer(as: T.self), b.pointer(as: T.self), y.pointer(as: R.self))
    let (pStep, qStep) = (walk.step(of: 0), walk.step(of: 1))
    let length = walk.runLength
    if walk.runs == 1 {
      Parallel.forEachRange(length) { start, count in
        loop(p + start * pStep, pStep, q + start * qStep, qStep, r + start, count)
      }
    } else {
      Parallel.forEachRange(walk.runs, grain: Parallel.rowsPerTile(width: length)) { first, count in
        walk.forEachRun(from: first, count: count) { run, at in
          loop(p + at[0], pStep, q + at[1], qStep, r + run * length, length)
        }
      }
    }
    return y
  }
}

extension Forward {
  /// A function of each element and one number, the number on the right or on the left.
  @inline(__always)
  public static func binary(_ kernel: BinaryKernel, _ x: Tensor, number: Double, numberOnLeft: Bool = false) throws
    -> Tensor
  {
    let x = try x.contiguous()
    let y = try Tensor(uninitializedLike: x, x.dtype)
    switch x.dtype {
    case .float32: withNumber(kernel.float, x.floats, Float(number), y.floats, x.count, numberOnLeft)
    case .float64: withNumber(kernel.double, x.doubles, number, y.doubles, x.count, numberOnLeft)
    case .int64:
      guard let loop = kernel.integer, let whole = Int64(exactly: number) else {
        throw Failure(.dtype, "int64 with the number \(number) has no whole result; convert with :to(\"float32\")")
      }
      withNumber(loop, x.integers, whole, y.integers, x.count, numberOnLeft)
    case .bool:
      throw Failure(.dtype, "does not work on bool tensors; convert with :to(\"float32\") or :to(\"int64\")")
    }
    return y
  }

  @inline(__always)
  private static func withNumber<T, R>(
    _ loop: BinaryKernel.Loop<T, R>, _ x: UnsafeMutablePointer<T>, _ number: T, _ y: UnsafeMutablePointer<R>,
    _ count: Int, _ left: Bool
  ) {
    withUnsafePointer(to: number) { number in
      Parallel.forEachRange(count) { start, length in
        if left {
          loop(number, 0, x + start, 1, y + start, length)
        } else {
          loop(x + start, 1, number, 0, y + start, length)
        }
      }
    }
  }

  /// A comparison of each element with one number.
  public static func compare(_ kernel: ComparisonKernel, _ x: Tensor, number: Double) throws -> Tensor {
    let wide = x.dtype == .bool || (x.dtype == .int64 && Int64(exactly: number) == nil)
    return try compare(kernel, wide ? x.converted(to: .float64) : x, .scalar(number, wide ? .float64 : x.dtype))
  }

  /// `target += source`; the source broadcasts, and must not share memory with the target.
  public static func accumulate(_ source: Tensor, into target: Tensor) throws {
    guard let steps = source.broadcastStrides(to: target.shape), source.dtype == target.dtype else {
      throw Failure(.shape, "cannot add shape \(source.shape) to shape \(target.shape) in place")
    }
    try target.willChange()
    let (rank, sizes, from, to) = (target.rank, target.shape.extents, steps.extents, target.strides.extents)
    switch target.dtype {
    case .float32: StridedTransfer.add(source.floats, from, target.floats, to, rank: rank, sizes: sizes)
    case .float64: StridedTransfer.add(source.doubles, from, target.doubles, to, rank: rank, sizes: sizes)
    default: throw Failure(.dtype, "needs floating-point numbers, found \(target.dtype.name)")
    }
    target.noteChange()
  }
}
