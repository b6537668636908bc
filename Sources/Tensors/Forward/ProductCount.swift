extension Forward {
  /// Matrix products that operations asked for since the program began, those of a batch counted one by one, and the
  /// multiplications in them.
  public struct ProductCount: Sendable {
    public var count = 0
    public var multiplications = 0

    @inline(__always)
    mutating func add(_ products: Int, _ m: Int, _ n: Int, _ k: Int) {
      count &+= products
      multiplications &+= products &* m &* n &* k
    }
  }

  /// Counted by the thread that runs the script.
  @exclusivity(unchecked) nonisolated(unsafe) public internal(set) static var products = ProductCount()
}
