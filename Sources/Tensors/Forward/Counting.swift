import Basics
import Kernels

extension Forward {
  /// How often each id from 1 occurs, as int64; as long as the greatest id, and at least `length`.
  public static func binCount(_ ids: Tensor, atLeast length: Int) throws -> Tensor {
    guard length >= 0 else { throw Failure(.range, "minlength cannot be negative, found \(length)") }
    guard ids.dtype == .int64 else {
      throw Failure(.dtype, "ids must be an int64 tensor, found \(ids.dtype.name); convert with :to(\"int64\")")
    }
    let plain = try ids.contiguous()
    var greatest: Int64 = 0
    for i in 0..<plain.count {
      let id = plain.integers[i]
      if id < 1 {
        throw Failure(
          .range, id == 0 ? "id 0 is out of range: counting starts at 1" : "id \(id) is negative; ids count from 1")
      }
      greatest = max(greatest, id)
    }
    let y = try Tensor.zeros(Shape([max(length, Int(greatest))]), .int64)
    for i in 0..<plain.count { y.integers[Int(plain.integers[i]) - 1] += 1 }
    return y
  }

  /// Counts of the elements in bins of equal width, and the bins' edges in the dtype of `x`.
  public static func histogram(_ x: Tensor, bins: Int, from: Double?, to: Double?) throws -> (
    counts: Tensor, edges: Tensor
  ) {
    guard bins >= 1 else { throw Failure(.range, "bins must be at least 1, found \(bins)") }
    let x = try x.contiguous()
    var low = try from ?? (x.count == 0 ? 0 : reduce(.minimum, x, dims: Array(0..<x.rank), keep: false).element(0))
    var high = try to ?? (x.count == 0 ? 1 : reduce(.maximum, x, dims: Array(0..<x.rank), keep: false).element(0))
    if low == high { (low, high) = (low - 0.5, high + 0.5) }
    guard low.isFinite, high.isFinite, low < high else {
      throw Failure(
        .range, "the bins need a finite range with min below max, found \(low) to \(high); pass {min = ..., max = ...}")
    }
    let counts = try Tensor.zeros(Shape([bins]), .int64)
    let edges = try Tensor.from(
      (0...bins).map { low + (high - low) * Double($0) / Double(bins) }, shape: Shape([bins + 1]), x.dtype)
    func count<T: Real>(_ x: UnsafePointer<T>, _ edges: UnsafePointer<T>, _ n: Int) {
      for i in 0..<n where x[i] >= edges[0] && x[i] <= edges[bins] {
        let place = Sorting.insertionPlace(edges, bins + 1, x[i], right: true)
        counts.integers[min(place, bins) - 1] += 1
      }
    }
    if x.dtype == .float32 { count(x.floats, edges.floats, x.count) } else { count(x.doubles, edges.doubles, x.count) }
    return (counts, edges)
  }
}
