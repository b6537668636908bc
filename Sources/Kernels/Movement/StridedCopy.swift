/// Walks over strided memory in row-major order of a shape, innermost dimension in one call.
///
/// Neighbouring dimensions that continue each other in every operand are merged first, so most walks are one call.
public struct StridedWalk {
  /// Sizes after merging, outermost first; never empty.
  public private(set) var sizes: [Int] = []
  /// For each operand the strides (in elements) of the merged dimensions.
  public private(set) var strides: [[Int]]

  public init(sizes original: [Int], strides given: [[Int]]) {
    strides = Array(repeating: [], count: given.count)
    for d in original.indices where original[d] != 1 {
      if let last = sizes.indices.last, given.indices.allSatisfy({ strides[$0][last] == given[$0][d] * original[d] }) {
        sizes[last] *= original[d]
        for k in given.indices { strides[k][last] = given[k][d] }
      } else {
        sizes.append(original[d])
        for k in given.indices { strides[k].append(given[k][d]) }
      }
    }
    if sizes.isEmpty {
      sizes = [1]
      for k in given.indices { strides[k] = [1] }
    }
  }

  /// The length of the innermost run.
  public var runLength: Int { sizes[sizes.count - 1] }
  /// How many innermost runs there are.
  public var runs: Int { sizes.dropLast().reduce(1, *) }

  /// Calls `body(run, offsets)` for runs `first..<first + count`, `offsets[k]` being where operand `k` begins the run.
  @inline(__always)
  public func forEachRun(
    from first: Int, count: Int, _ body: (_ run: Int, _ offsets: UnsafeMutablePointer<Int>) -> Void
  ) {
    let outer = sizes.count - 1
    let operands = strides.count
    var counter = [Int](repeating: 0, count: max(1, outer))
    var offsets = [Int](repeating: 0, count: max(1, operands))
    var rest = first
    for d in stride(from: outer - 1, through: 0, by: -1) {
      counter[d] = rest % sizes[d]
      rest /= sizes[d]
      for k in 0..<operands { offsets[k] += counter[d] * strides[k][d] }
    }
    offsets.withUnsafeMutableBufferPointer { offsets in
      guard let at = offsets.baseAddress else { return }
      for run in first..<(first + count) {
        body(run, at)
        var d = outer - 1
        while d >= 0 {
          counter[d] += 1
          if counter[d] < sizes[d] {
            for k in 0..<operands { at[k] += strides[k][d] }
            break
          }
          for k in 0..<operands { at[k] -= (sizes[d] - 1) * strides[k][d] }
          counter[d] = 0
          d -= 1
        }
      }
    }
  }
}

/// Copies between strided and contiguous memory.
public enum StridedCopy {
  /// `y` (contiguous) receives the elements of a strided view of `x` in row-major order.
  @_specialize(where T == Float)
  @_specialize(where T == Int64)
  @_specialize(where T == UInt8)
  public static func gather<T: BitwiseCopyable>(
    _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, sizes: [Int], strides: [Int]
  ) {
    transfer(sizes: sizes, strides: strides) { position, length, offset, stride in
      let from = x + offset
      let to = y + position
      if stride == 1 {
        to.update(from: from, count: length)
      } else if stride == 0 {
        let value = from[0]
        for i in 0..<length { to[i] = value }
      } else {
        for i in 0..<length { to[i] = from[i &* stride] }
      }
    }
  }

  /// The strided view of `y` receives the contiguous elements of `x`.
  @_specialize(where T == Float)
  @_specialize(where T == Int64)
  @_specialize(where T == UInt8)
  public static func scatter<T: BitwiseCopyable>(
    _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, sizes: [Int], strides: [Int]
  ) {
    transfer(sizes: sizes, strides: strides) { position, length, offset, stride in
      let from = x + position
      let to = y + offset
      if stride == 1 { to.update(from: from, count: length) } else { for i in 0..<length { to[i &* stride] = from[i] } }
    }
  }

  /// Calls `body` with runs: their place in contiguous memory, length, and place and stride in strided memory.
  @inline(__always)
  private static func transfer(
    sizes: [Int], strides: [Int], _ body: (_ position: Int, _ length: Int, _ offset: Int, _ stride: Int) -> Void
  ) {
    if sizes.contains(0) { return }
    let walk = StridedWalk(sizes: sizes, strides: [strides])
    let length = walk.runLength
    let stride = walk.strides[0][walk.sizes.count - 1]
    if walk.runs == 1 {
      Parallel.forEachRange(length) { start, count in body(start, count, start * stride, stride) }
      return
    }
    Parallel.forEachRange(walk.runs, grain: Parallel.rowsPerTile(width: length)) { first, count in
      walk.forEachRun(from: first, count: count) { run, offsets in body(run * length, length, offsets[0], stride) }
    }
  }
}
