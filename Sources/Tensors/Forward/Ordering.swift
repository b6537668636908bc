import Basics
import Kernels

extension Forward {
  /// The ids (from 1) that sort along `dim`: stable, NaN last in either direction.
  public static func sortedIds(_ x: Tensor, dim: Int, descending: Bool) throws -> Tensor {
    let last = try x.movedToLast(dim).contiguous()
    let width = x.shape[dim]
    let y = try Tensor(uninitialized: last.shape, .int64)
    if y.count > 0 {
      let rows = y.count / width
      switch x.dtype {
      case .float32: Sorting.places(last.floats, y.integers, rows: rows, width: width, descending: descending)
      case .float64: Sorting.places(last.doubles, y.integers, rows: rows, width: width, descending: descending)
      case .int64: Sorting.places(last.integers, y.integers, rows: rows, width: width, descending: descending)
      case .bool: Sorting.places(last.bytes, y.integers, rows: rows, width: width, descending: descending)
      }
    }
    var order = Array(0..<(x.rank - 1))
    order.insert(x.rank - 1, at: dim)
    return try y.permutedView(order).contiguous()
  }

  /// Where values would stand in a sorted vector: ids from 1 to its count + 1. Both of one dtype.
  public static func insertionIds(_ sorted: Tensor, _ values: Tensor, right: Bool) throws -> Tensor {
    guard sorted.rank == 1 else {
      throw Failure(.shape, "the sorted values must be a vector, found shape \(sorted.shape)")
    }
    let (edges, x) = (try sorted.contiguous(), try values.contiguous())
    let y = try Tensor(uninitialized: x.shape, .int64)
    func search<T: Comparable>(_ edges: UnsafePointer<T>, _ x: UnsafePointer<T>, _ n: Int) throws {
      for i in 1..<max(1, n) where edges[i] < edges[i - 1] {
        throw Failure(
          .argument, "the values to search in must be sorted, but position \(i + 1) is less than the one before")
      }
      let out = y.integers
      for i in 0..<y.count { out[i] = Int64(Sorting.insertionPlace(edges, n, x[i], right: right)) + 1 }
    }
    switch x.dtype {
    case .float32: try search(edges.floats, x.floats, edges.count)
    case .float64: try search(edges.doubles, x.doubles, edges.count)
    case .int64: try search(edges.integers, x.integers, edges.count)
    case .bool: try search(edges.bytes, x.bytes, edges.count)
    }
    return y
  }

  /// The distinct elements in ascending order (all nan count as one), for each element the id of its value, and counts.
  public static func unique(_ x: Tensor) throws -> (values: Tensor, ids: Tensor, counts: Tensor) {
    let flat = try x.contiguous().reshapedView([x.count])
    let order = try sortedIds(flat, dim: 0, descending: false)
    let sorted = try indexSelect(flat, dim: 0, order)
    let ids = try Tensor(uninitialized: x.shape, .int64)
    var firsts: [Int64] = []
    var counts: [Int64] = []
    // A nan differs from itself, yet follows only other nans here.
    let isNew = try startsOfRuns(sorted)
    for i in 0..<x.count {
      if isNew[i] {
        firsts.append(Int64(i + 1))
        counts.append(0)
      }
      counts[counts.count - 1] += 1
      ids.integers[Int(order.integers[i]) - 1] = Int64(counts.count)
    }
    let values = try indexSelect(sorted, dim: 0, .from(firsts, shape: [firsts.count]))
    return (values, ids, try .from(counts, shape: [counts.count]))
  }

  private static func startsOfRuns(_ sorted: Tensor) throws -> [Bool] {
    func starts<T: Equatable>(_ x: UnsafePointer<T>) -> [Bool] {
      (0..<sorted.count).map { i in i == 0 || (x[i] != x[i - 1] && (x[i] == x[i] || x[i - 1] == x[i - 1])) }
    }
    switch sorted.dtype {
    case .float32: return starts(sorted.floats)
    case .float64: return starts(sorted.doubles)
    case .int64: return starts(sorted.integers)
    case .bool: return starts(sorted.bytes)
    }
  }

  /// `y_r = x_r + a_r y_(r-1)` along `dim`, with 0 before the first; both of one shape and float type.
  public static func recurrence(_ x: Tensor, _ a: Tensor, dim: Int) throws -> Tensor {
    guard x.shape == a.shape, x.dtype == a.dtype, x.dtype.isFloating else {
      throw Failure(.shape, "needs two floating-point tensors of one shape, found \(x.shape) and \(a.shape)")
    }
    let (x, a) = (try x.contiguous(), try a.contiguous())
    let y = try Tensor(uninitialized: x.shape, x.dtype)
    let (outer, length, inner) = x.split(at: dim)
    if x.dtype == .float32 {
      Recurrence.middle(x.floats, a.floats, y.floats, outer: outer, length: length, inner: inner)
    } else {
      Recurrence.middle(x.doubles, a.doubles, y.doubles, outer: outer, length: length, inner: inner)
    }
    return y
  }

  /// For each position along `dim` the id of the greatest (or least) element so far.
  public static func cumulativeIds(_ x: Tensor, dim: Int, greatest: Bool) throws -> Tensor {
    let x = try x.contiguous()
    let y = try Tensor(uninitialized: x.shape, .int64)
    let (outer, length, inner) = x.split(at: dim)
    let ids = y.integers
    switch x.dtype {
    case .float32:
      Recurrence.extremePlaces(x.floats, ids, outer: outer, length: length, inner: inner, greatest: greatest)
    case .float64:
      Recurrence.extremePlaces(x.doubles, ids, outer: outer, length: length, inner: inner, greatest: greatest)
    case .int64:
      Recurrence.extremePlaces(x.integers, ids, outer: outer, length: length, inner: inner, greatest: greatest)
    case .bool: Recurrence.extremePlaces(x.bytes, ids, outer: outer, length: length, inner: inner, greatest: greatest)
    }
    return y
  }
}
