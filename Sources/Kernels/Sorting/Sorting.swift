/// Sorting rows of contiguous memory. NaN stands behind every number, in either direction.
public enum Sorting {
  /// The order that sorts each row of `x`, as places from 1; equal elements keep their order.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  @_specialize(where T == Int64)
  public static func places<T: Comparable & BitwiseCopyable>(
    _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<Int64>, rows: Int, width: Int, descending: Bool
  ) {
    Parallel.forEachRange(rows, grain: Parallel.rowsPerTile(width: width * 8)) { first, count in
      for row in first..<(first + count) {
        let order = order(x + row * width, width, descending: descending)
        for i in 0..<width { y[row * width + i] = Int64(order[i]) + 1 }
      }
    }
  }

  /// The places (from 0) of a row's elements in sorted order.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  @_specialize(where T == Int64)
  public static func order<T: Comparable & BitwiseCopyable>(_ x: UnsafePointer<T>, _ n: Int, descending: Bool) -> [Int]
  {
    var items = (0..<n).map { Item(value: x[$0], place: $0) }
    // Places break ties, so the order is total and does not depend on the sorting method.
    if descending {
      items.sort { precedes($0, $1) { $0 > $1 } }
    } else {
      items.sort { precedes($0, $1) { $0 < $1 } }
    }
    return items.map(\.place)
  }

  private struct Item<T: Comparable> {
    let value: T
    let place: Int
  }

  @inline(__always)
  private static func precedes<T: Comparable>(_ a: Item<T>, _ b: Item<T>, _ better: (T, T) -> Bool) -> Bool {
    if better(a.value, b.value) { return true }
    if a.value == b.value { return a.place < b.place }
    if better(b.value, a.value) { return false }
    // At least one is NaN, the only value that differs from itself.
    let (aIsNaN, bIsNaN) = (a.value != a.value, b.value != b.value)
    return aIsNaN == bIsNaN ? a.place < b.place : bIsNaN
  }

  /// How many numbers of a sorted row stand before `value`: those below it, or with `right` also those equal to it.
  @inline(__always)
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  @_specialize(where T == Int64)
  public static func insertionPlace<T: Comparable>(_ sorted: UnsafePointer<T>, _ n: Int, _ value: T, right: Bool) -> Int
  {
    if value != value { return n }
    var (low, high) = (0, n)
    while low < high {
      let middle = (low + high) / 2
      let isBefore = right ? sorted[middle] <= value : sorted[middle] < value
      if isBefore { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
