import Basics

/// The sizes of a tensor's dimensions, outermost first; also used for strides. At most eight; stored without a heap
/// allocation, since every operation makes one.
public struct Shape: Equatable, Sendable, RandomAccessCollection, ExpressibleByArrayLiteral {
  /// The most dimensions a tensor may have.
  public static let maximumRank = 8

  @usableFromInline var sizes: InlineArray<8, Int>
  /// The sizes as kernels take them; those from `rank` on are 0.
  @inline(__always) public var extents: InlineArray<8, Int> { sizes }
  /// How many dimensions there are; 0 for a single number.
  public private(set) var rank: Int

  /// The shape of a single number.
  @inline(__always) public init() {
    sizes = InlineArray(repeating: 0)
    rank = 0
  }

  @inline(__always) public init(repeating size: Int, rank: Int) {
    sizes = InlineArray(repeating: size)
    self.rank = rank
  }

  /// For sizes known to be few; more than eight are cut off.
  public init(arrayLiteral elements: Int...) { self.init(unchecked: elements) }

  /// For sizes known to be few; more than eight are cut off.
  public init(unchecked elements: some Collection<Int>) {
    self.init()
    for size in elements.prefix(Self.maximumRank) { append(size) }
  }

  /// The shape itself, after the checks that a shape from outside has to pass.
  ///
  /// - Throws: `Failure` of kind `shape` when the count of elements is more than memory can hold.
  @inline(__always)
  public func checked() throws -> Shape {
    var count = 1
    for d in 0..<rank {
      let product = count.multipliedReportingOverflow(by: Swift.max(sizes[d], 1))
      if product.overflow { return try Shape(self) }
      count = product.partialValue
    }
    return count <= 1 << 48 ? self : try Shape(self)
  }

  /// A shape that came from outside: sizes not negative, at most eight, and a count of elements that fits.
  public init(_ elements: some Collection<Int>) throws {
    guard elements.count <= Self.maximumRank else {
      throw Failure(.shape, "a tensor has at most \(Self.maximumRank) dimensions, found \(elements.count)")
    }
    var count = 1
    var overflow = false
    for size in elements {
      guard size >= 0 else { throw Failure(.shape, "a size cannot be negative, found \(size)") }
      let product = count.multipliedReportingOverflow(by: Swift.max(size, 1))
      count = product.partialValue
      overflow = overflow || product.overflow
    }
    guard !overflow, count <= 1 << 48 else {
      throw Failure(.shape, "a tensor of shape \(Shape(unchecked: elements)) has more elements than memory can hold")
    }
    self.init(unchecked: elements)
  }

  public var startIndex: Int { 0 }
  @inline(__always) public var endIndex: Int { rank }

  @inline(__always) public subscript(dim: Int) -> Int {
    get { sizes[dim] }
    set { sizes[dim] = newValue }
  }

  @inline(__always) public mutating func append(_ size: Int) {
    sizes[rank] = size
    rank += 1
  }

  /// Without the innermost `count` dimensions, of which there are at least so many.
  @inline(__always) public func withoutLast(_ count: Int) -> Shape {
    var shape = self
    for d in (rank - count)..<rank { shape.sizes[d] = 0 }
    shape.rank -= count
    return shape
  }

  public mutating func remove(at dim: Int) {
    for d in dim..<(rank - 1) { sizes[d] = sizes[d + 1] }
    rank -= 1
    sizes[rank] = 0
  }

  public mutating func insert(_ size: Int, at dim: Int) {
    for d in stride(from: rank, to: dim, by: -1) { sizes[d] = sizes[d - 1] }
    sizes[dim] = size
    rank += 1
  }

  /// The number of elements; 1 for a single number.
  @inline(__always) public var elementCount: Int {
    var count = 1
    for d in 0..<rank { count &*= sizes[d] }
    return count
  }

  /// Row-major strides, in elements.
  @inline(__always) public var contiguousStrides: Shape {
    var strides = self
    var step = 1
    for d in Swift.stride(from: rank - 1, through: 0, by: -1) {
      strides.sizes[d] = step
      step &*= Swift.max(sizes[d], 1)
    }
    return strides
  }

  @inline(__always) public static func == (a: Shape, b: Shape) -> Bool {
    if a.rank != b.rank { return false }
    for d in 0..<a.rank where a.sizes[d] != b.sizes[d] { return false }
    return true
  }
}

extension Shape: CustomStringConvertible {
  /// `{2, 3}`, as scripts write it.
  public var description: String { "{" + map(String.init).joined(separator: ", ") + "}" }
}

extension Shape {
  /// The shape two operands broadcast to, by NumPy's rule: sizes are compared from the last; equal, or one of them 1.
  @inline(__always)
  public static func broadcast(_ a: Shape, _ b: Shape) -> Shape? {
    if a == b { return a }
    let rank = Swift.max(a.rank, b.rank)
    var result = Shape(repeating: 1, rank: rank)
    for d in 0..<rank {
      let x = d < rank - a.rank ? 1 : a[d - (rank - a.rank)]
      let y = d < rank - b.rank ? 1 : b[d - (rank - b.rank)]
      guard x == y || x == 1 || y == 1 else { return nil }
      result[d] = x == 1 ? y : x
    }
    return result
  }
}
