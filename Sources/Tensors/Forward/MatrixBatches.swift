import Basics
import Kernels

/// What the decompositions share: checks of their input, and the walk over a batch.
extension Forward {
  /// The leading sizes and those of the matrices; throws unless there are two dimensions of floating-point numbers.
  public static func matrixSizes(_ a: Tensor) throws -> (lead: [Int], rows: Int, columns: Int) {
    guard a.dtype.isFloating else {
      throw Failure(.dtype, "needs floating-point numbers, found \(a.dtype.name); convert with :to(\"float32\")")
    }
    guard a.rank >= 2 else { throw Failure(.shape, "needs a matrix (two dimensions or more), found shape \(a.shape)") }
    let (m, n) = (a.shape[a.rank - 2], a.shape[a.rank - 1])
    guard max(m, n) <= Int(Int32.max) / 8 else {
      throw Failure(.shape, "a matrix with a size above 2^28 is not supported")
    }
    return (Array(a.shape.dropLast(2)), m, n)
  }

  /// The leading sizes and the order of square matrices.
  public static func squareSizes(_ a: Tensor) throws -> (lead: [Int], order: Int) {
    let (lead, m, n) = try matrixSizes(a)
    guard m == n else { throw Failure(.shape, "needs a square matrix, found shape \(a.shape)") }
    return (lead, n)
  }

  /// A contiguous copy to work in, free of nan and inf, on which some methods would never end.
  static func finiteCopy(_ a: Tensor) throws -> Tensor {
    let work = try a.copy()
    let finite =
      work.dtype == .float32
      ? UnsafeBufferPointer(start: work.floats, count: work.count).allSatisfy(\.isFinite)
      : UnsafeBufferPointer(start: work.doubles, count: work.count).allSatisfy(\.isFinite)
    guard finite else { throw Failure(.numerics, "the matrix contains nan or infinite elements") }
    return work
  }

  static func symmetricPart(_ a: Tensor) throws -> Tensor {
    let half = try binary(.multiply, a, number: 0.5)
    return try binary(.add, half, half.transposedView(a.rank - 2, a.rank - 1))
  }

  /// Runs `body` for each matrix of a batch and gives the statuses. Several small ones make one tile.
  static func forEachMatrix(_ count: Int, cost: Int, _ body: (Int) -> Int) -> [Int] {
    var statuses = [Int](repeating: 0, count: count)
    statuses.withUnsafeMutableBufferPointer { statuses in
      guard let places = statuses.baseAddress else { return }
      Parallel.forEachRange(count, grain: max(1, Parallel.elementsPerTile / max(1, cost))) { first, length in
        for i in first..<(first + length) { places[i] = body(i) }
      }
    }
    return statuses
  }

  /// Throws for the first matrix of a batch that has no answer.
  static func requireSuccess(_ statuses: [Int], _ a: Tensor, _ message: (Int) -> String) throws {
    if Interrupt.isRequested { throw Failure(.interrupted, "interrupted") }
    guard let bad = statuses.firstIndex(where: { $0 != 0 }) else { return }
    throw Failure(.numerics, message(statuses[bad]) + (a.rank > 2 ? "; it is matrix \(bad + 1) of the batch" : ""))
  }
}
