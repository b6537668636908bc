/// Walks over strided memory in row-major order of a shape, innermost dimension in one call.
///
/// Neighbouring dimensions that continue each other in every operand are merged first, so most walks are one call. Nothing
/// is allocated: small tensors are walked in less time than an allocation takes.
public struct StridedWalk {
  /// Sizes or strides of up to eight dimensions, outermost first.
  public typealias Extents = InlineArray<8, Int>

  /// Sizes after merging; those from `depth` on mean nothing.
  public private(set) var sizes: Extents
  /// How many dimensions are left after merging, at least 1.
  public private(set) var depth = 0
  /// For each of up to three operands the strides (in elements) of the merged dimensions.
  public private(set) var strides: InlineArray<3, Extents>

  /// - Parameters:
  ///   - rank: how many of the sizes and strides count.
  ///   - strides: of one to three operands; those that are not there repeat the first.
  @inline(__always)
  public init(rank: Int, sizes original: Extents, _ a: Extents, _ b: Extents? = nil, _ c: Extents? = nil) {
    self.init(rank: rank, sizes: original, all: [a, b ?? a, c ?? a])
  }

  private init(rank: Int, sizes original: Extents, all given: InlineArray<3, Extents>) {
    sizes = Extents(repeating: 1)
    strides = InlineArray(repeating: Extents(repeating: 1))
    for d in 0..<rank where original[d] != 1 {
      let size = original[d]
      let last = depth &- 1
      if depth > 0, strides[0][last] == given[0][d] &* size, strides[1][last] == given[1][d] &* size,
        strides[2][last] == given[2][d] &* size
      {
        sizes[last] = sizes[last] &* size
        for k in 0..<3 { strides[k][last] = given[k][d] }
      } else {
        sizes[depth] = size
        for k in 0..<3 { strides[k][depth] = given[k][d] }
        depth &+= 1
      }
    }
    if depth == 0 { depth = 1 }
  }

  /// The length of the innermost run.
  @inlinable @inline(__always) public var runLength: Int { sizes[depth &- 1] }
  /// How many innermost runs there are.
  @inlinable @inline(__always) public var runs: Int {
    var runs = 1
    for d in 0..<(depth &- 1) { runs &*= sizes[d] }
    return runs
  }

  /// The step of an operand within a run.
  @inlinable @inline(__always) public func step(of operand: Int) -> Int { strides[operand][depth &- 1] }

  /// Where the operands stand at an element, counted in row-major order from 0.
  @inlinable @inline(__always)
  public func offsets(at element: Int) -> InlineArray<3, Int> {
    var offsets: InlineArray<3, Int> = [0, 0, 0]
    var rest = element
    for d in stride(from: depth &- 1, through: 0, by: -1) {
      let place = rest % sizes[d]
      rest /= sizes[d]
      for k in 0..<3 { offsets[k] &+= place &* strides[k][d] }
    }
    return offsets
  }

  /// Calls `body(run, offsets)` for runs `first..<first + count`, `offsets[k]` being where operand `k` begins the run.
  @inlinable @inline(__always)
  public func forEachRun(
    from first: Int, count: Int, _ body: (_ run: Int, _ offsets: InlineArray<3, Int>) -> Void
  ) {
    let outer = depth &- 1
    var counter = Extents(repeating: 0)
    var offsets: InlineArray<3, Int> = [0, 0, 0]
    var rest = first
    for d in stride(from: outer &- 1, through: 0, by: -1) {
      counter[d] = rest % sizes[d]
      rest /= sizes[d]
      for k in 0..<3 { offsets[k] &+= counter[d] &* strides[k][d] }
    }
    for run in first..<(first &+ count) {
      body(run, offsets)
      var d = outer &- 1
      while d >= 0 {
        counter[d] &+= 1
        if counter[d] < sizes[d] {
          for k in 0..<3 { offsets[k] &+= strides[k][d] }
          break
        }
        for k in 0..<3 { offsets[k] &-= (sizes[d] &- 1) &* strides[k][d] }
        counter[d] = 0
        d &-= 1
      }
    }
  }
}
