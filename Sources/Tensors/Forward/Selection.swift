import Basics
import Kernels

extension Forward {
  /// `condition ? a : b` for each element, all three broadcast together; `a` and `b` of one dtype.
  public static func select(_ condition: Tensor, _ a: Tensor, _ b: Tensor) throws -> Tensor {
    guard condition.dtype == .bool else {
      throw Failure(.dtype, "the condition must be a bool tensor, found \(condition.dtype.name)")
    }
    guard let ab = Shape.broadcast(a.shape, b.shape), let shape = Shape.broadcast(ab, condition.shape),
      let mask = try condition.broadcastView(to: shape)?.contiguous(),
      let yes = try a.broadcastView(to: shape)?.contiguous(),
      let no = try b.broadcastView(to: shape)?.contiguous()
    else {
      throw Failure(.shape, "shapes \(condition.shape), \(a.shape) and \(b.shape) do not broadcast together")
    }
    let y = try Tensor(uninitialized: shape, a.dtype)
    switch a.dtype {
    case .float32: choose(mask.bytes, yes.floats, no.floats, y.floats, y.count)
    case .float64, .int64: choose(mask.bytes, yes.integers, no.integers, y.integers, y.count)
    case .bool: choose(mask.bytes, yes.bytes, no.bytes, y.bytes, y.count)
    }
    return y
  }

  private static func choose<T>(
    _ mask: UnsafePointer<UInt8>, _ a: UnsafePointer<T>, _ b: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, _ n: Int
  ) {
    for i in 0..<n { y[i] = mask[i] != 0 ? a[i] : b[i] }
  }

  /// Ids checked against a length and made plain: int64, contiguous, counted from 1 (negative ones count from the end).
  public static func checkedIds(_ ids: Tensor, length: Int) throws -> Tensor {
    guard ids.dtype == .int64 else {
      throw Failure(.dtype, "ids must be an int64 tensor, found \(ids.dtype.name); convert with :to(\"int64\")")
    }
    let plain = try ids.contiguous()
    guard let outside = Indexing.firstOutside(plain.integers, plain.count, length: length) else { return plain }
    if outside == 0 { throw Failure(.range, "id 0 is out of range: counting starts at 1") }
    guard outside < 0, -outside <= length else { throw Failure(.range, "id \(outside) is out of range 1 to \(length)") }
    let fixed = try plain.copy()
    for i in 0..<fixed.count where fixed.integers[i] < 0 { fixed.integers[i] += Int64(length) + 1 }
    if let still = Indexing.firstOutside(fixed.integers, fixed.count, length: length) {
      let original = still <= 0 && still != 0 ? still - Int64(length) - 1 : still
      throw Failure(
        .range,
        original == 0 ? "id 0 is out of range: counting starts at 1" : "id \(original) is out of range 1 to \(length)")
    }
    return fixed
  }

  /// Whole rows along `dim` in the order of `ids` (a vector).
  public static func indexSelect(_ x: Tensor, dim: Int, _ ids: Tensor) throws -> Tensor {
    guard ids.rank == 1 else { throw Failure(.shape, "ids must be a vector, found shape \(ids.shape)") }
    let ids = try checkedIds(ids, length: x.shape[dim])
    let x = try x.contiguous()
    var shape = x.shape
    shape[dim] = ids.count
    _ = try Shape(Array(shape))
    let y = try Tensor(uninitialized: shape, x.dtype)
    let (outer, length, inner) = x.split(at: dim)
    switch x.dtype {
    case .float32:
      Indexing.selectRows(
        x.floats, ids.integers, y.floats, outer: outer, length: length, inner: inner, count: ids.count)
    case .float64, .int64:
      Indexing.selectRows(
        x.integers, ids.integers, y.integers, outer: outer, length: length, inner: inner, count: ids.count)
    case .bool:
      Indexing.selectRows(x.bytes, ids.integers, y.bytes, outer: outer, length: length, inner: inner, count: ids.count)
    }
    return y
  }

  /// A tensor of `shape` with zeros, to which the rows of `x` along `dim` are added at `ids`: the gradient of `indexSelect`.
  public static func indexAdd(_ x: Tensor, dim: Int, _ ids: Tensor, into shape: Shape) throws -> Tensor {
    let ids = try checkedIds(ids, length: shape[dim])
    let x = try x.contiguous()
    let y = try Tensor.zeros(shape, x.dtype)
    let (outer, length, inner) = y.split(at: dim)
    switch x.dtype {
    case .float32:
      Indexing.addRows(x.floats, ids.integers, y.floats, outer: outer, length: length, inner: inner, count: ids.count)
    case .float64:
      Indexing.addRows(x.doubles, ids.integers, y.doubles, outer: outer, length: length, inner: inner, count: ids.count)
    default: throw Failure(.dtype, "needs floating-point numbers, found \(x.dtype.name)")
    }
    return y
  }

  /// `y[i][j] = x[ids[i][j]][j]` along `dim`: one id for each result element.
  public static func gather(_ x: Tensor, dim: Int, _ ids: Tensor) throws -> Tensor {
    try requireGatherShapes(x.shape, ids.shape, dim: dim)
    let ids = try checkedIds(ids, length: x.shape[dim])
    let x = try trimmed(x, to: ids.shape, except: dim).contiguous()
    let y = try Tensor(uninitialized: ids.shape, x.dtype)
    let (outer, length, inner) = x.split(at: dim)
    let count = ids.shape[dim]
    switch x.dtype {
    case .float32:
      Indexing.gather(x.floats, ids.integers, y.floats, outer: outer, length: length, inner: inner, count: count)
    case .float64, .int64:
      Indexing.gather(x.integers, ids.integers, y.integers, outer: outer, length: length, inner: inner, count: count)
    case .bool:
      Indexing.gather(x.bytes, ids.integers, y.bytes, outer: outer, length: length, inner: inner, count: count)
    }
    return y
  }

  /// A copy of `base` in which `source[i][j]` is put (or added) at `[ids[i][j]][j]` along `dim`, in order.
  public static func scatter(_ base: Tensor, dim: Int, _ ids: Tensor, _ source: Tensor, add: Bool) throws -> Tensor {
    try requireGatherShapes(base.shape, ids.shape, dim: dim)
    guard let expanded = source.broadcastView(to: ids.shape) else {
      throw Failure(.shape, "values of shape \(source.shape) do not fit ids of shape \(ids.shape)")
    }
    let ids = try checkedIds(ids, length: base.shape[dim])
    let x = try expanded.contiguous()
    let y = try base.copy()
    // Ids may cover only a part of the other dimensions: write into that part.
    let part = try trimmed(y, to: ids.shape, except: dim)
    let target = try part.contiguous()
    let (outer, length, inner) = target.split(at: dim)
    let count = ids.shape[dim]
    switch y.dtype {
    case .float32:
      Indexing.scatter(x.floats, ids.integers, target.floats, outer: outer, length: length, inner: inner, count: count)
      { add ? $0 + $1 : $1 }
    case .float64:
      Indexing.scatter(
        x.doubles, ids.integers, target.doubles, outer: outer, length: length, inner: inner, count: count
      ) { add ? $0 + $1 : $1 }
    case .int64:
      Indexing.scatter(
        x.integers, ids.integers, target.integers, outer: outer, length: length, inner: inner, count: count
      ) { add ? $0 &+ $1 : $1 }
    case .bool:
      Indexing.scatter(x.bytes, ids.integers, target.bytes, outer: outer, length: length, inner: inner, count: count) {
        add ? $0 | $1 : $1
      }
    }
    if !target.sharesMemory(with: y) { try part.assign(target) }
    return y
  }

  private static func trimmed(_ x: Tensor, to shape: Shape, except dim: Int) throws -> Tensor {
    var view = x
    for d in 0..<x.rank where d != dim && shape[d] != x.shape[d] {
      view = view.narrowedView(d, start: 0, length: shape[d])
    }
    return view
  }

  private static func requireGatherShapes(_ x: Shape, _ ids: Shape, dim: Int) throws {
    guard x.rank == ids.rank, (0..<x.rank).allSatisfy({ $0 == dim || ids[$0] <= x[$0] }) else {
      throw Failure(
        .shape,
        "ids of shape \(ids) do not fit shape \(x): the same number of dimensions, and no size larger except along dim \(dim + 1)"
      )
    }
  }
}

extension Tensor {
  /// Elements before, along and behind a dimension.
  func split(at dim: Int) -> (outer: Int, length: Int, inner: Int) {
    (shape[..<dim].reduce(1, *), shape[dim], shape[(dim + 1)...].reduce(1, *))
  }
}
