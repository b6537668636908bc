import Basics
import Tensors

/// Positions, dimensions and sizes as scripts give them: counted from 1, from the end where negative.
enum Positions {
  /// A position in `1...size` (or `-1` for the last) counted from 0.
  static func zeroBased(_ position: Int, size: Int, _ what: String) throws -> Int {
    if position >= 1 && position <= size { return position - 1 }
    if position < 0 && position >= -size { return size + position }
    if position == 0 { throw Failure(.range, "\(what) is 0, but counting starts at 1 (-1 is the last)") }
    throw Failure(.range, "\(what) is \(position), out of range 1 to \(size)")
  }

  /// A dimension given as a whole number, counted from 0.
  static func dimension(_ given: Int, rank: Int) throws -> Int {
    if rank == 0 { throw Failure(.range, "dim is \(given), but the tensor is a single number without dimensions") }
    return try zeroBased(given, size: rank, "dim")
  }

  /// Sizes from outside; with `inferred` one may be -1 and becomes whatever makes `count` elements.
  static func shape(_ sizes: [Int], count: Int? = nil) throws -> Shape {
    var sizes = sizes
    let open = sizes.indices.filter { sizes[$0] == -1 }
    if let count, let place = open.first {
      guard open.count == 1 else { throw Failure(.shape, "only one size may be -1, found \(shown(sizes))") }
      let rest = sizes.map { $0 == -1 ? 1 : $0 }
      let known = try Shape(rest).elementCount
      guard known > 0, count % known == 0 else {
        throw Failure(.shape, "\(count) elements do not fill shape \(shown(sizes)): no size for -1 works")
      }
      sizes[place] = count / known
    }
    return try Shape(sizes)
  }

  static func shown(_ list: [Int]) -> String { "{" + list.map { String($0) }.joined(separator: ", ") + "}" }
}

extension Tensor {
  /// Throws unless the tensor has at least one dimension.
  func requireDimensions(_ least: Int = 1) throws {
    guard rank >= least else {
      throw Failure(
        .shape, "needs at least \(least == 1 ? "one dimension" : "\(least) dimensions"), found shape \(shape)")
    }
  }
}
