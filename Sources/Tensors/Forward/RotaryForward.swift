import Basics
import Kernels

/// The angles of rotary positions, as a table that many tensors can be turned with.
public struct RotaryAngles {
  let table: RotaryTable
  /// The row of the table that belongs to the first position id.
  let firstRow: Int
  /// The position ids' own shape, which broadcasts to the sizes of the tensor to turn, without the last.
  let shape: Shape
  public let pairs: Int

  /// - Parameters:
  ///   - positions: counted from 0, of shape `shape`.
  public init(_ positions: [Int], shape: Shape, base: Double, pairs: Int, _ dtype: DType) {
    self.shape = shape
    self.pairs = pairs
    let first = positions.first ?? 0
    let isRun = positions.indices.allSatisfy { positions[$0] == first + $0 }
    if isRun, let kept = RotaryTable.kept(rows: first + positions.count, base: base, pairs: pairs, dtype) {
      (table, firstRow) = (kept, first)
    } else {
      (table, firstRow) = (RotaryTable(positions, base: base, pairs: pairs, dtype), 0)
    }
  }

  fileprivate func rows<T>(_: T.Type) -> UnsafePointer<T> {
    UnsafePointer(table.pointer.assumingMemoryBound(to: T.self)) + firstRow * 2 * pairs
  }
}

/// For each of some positions its cosines, then its sines. Not a tensor, because tables are kept when scripts end.
final class RotaryTable {
  let pointer: UnsafeMutableRawPointer
  private let rows: Int, base: Double, pairs: Int, dtype: DType

  init(_ positions: [Int], base: Double, pairs: Int, _ dtype: DType) {
    (rows, self.base, self.pairs, self.dtype) = (positions.count, base, pairs, dtype)
    let rowBytes = 2 * pairs * dtype.stride
    pointer = .allocate(byteCount: max(64, positions.count * rowBytes), alignment: 64)
    let speeds = Rotary.speeds(base: base, pairs: pairs)
    for (row, position) in positions.enumerated() {
      let place = pointer + row * rowBytes
      switch dtype {
      case .float32: Rotary.angles(position, speeds: speeds, into: place.assumingMemoryBound(to: Float.self))
      default: Rotary.angles(position, speeds: speeds, into: place.assumingMemoryBound(to: Double.self))
      }
    }
  }

  deinit { pointer.deallocate() }

  // The same angles are wanted in every layer and step.
  private static let mostRows = 1 << 14
  private static let mostTables = 4
  nonisolated(unsafe) private static var tables: [RotaryTable] = []

  /// A table of the positions from 0 on, at least `rows` of them; `nil` when that is too much to keep.
  static func kept(rows: Int, base: Double, pairs: Int, _ dtype: DType) -> RotaryTable? {
    guard rows <= mostRows, pairs <= 1024 else { return nil }
    let index = tables.firstIndex { $0.base == base && $0.pairs == pairs && $0.dtype == dtype }
    if let index, tables[index].rows >= rows { return tables[index] }
    var size = 64
    while size < rows { size *= 2 }
    let table = RotaryTable(Array(0..<size), base: base, pairs: pairs, dtype)
    if let index { tables.remove(at: index) } else if tables.count >= mostTables { tables.removeFirst() }
    tables.append(table)
    return table
  }
}

extension Forward {
  /// The rows of `x {..., T, D}` with their pairs turned by the angles of their positions, or turned back.
  ///
  /// The result lies in memory in the order of `x`, when that is `{N, H, T, D}` with positions before heads.
  public static func rotate(_ x: Tensor, _ angles: RotaryAngles, interleaved: Bool, inverse: Bool) throws -> Tensor {
    let (four, positions) = try rotaryViews(x, angles)
    let headsInside = four.strides[1] < four.strides[2] && four.shape[1] > 1
    let y =
      headsInside
      ? try Tensor(uninitialized: four.transposedView(1, 2).shape, x.dtype).transposedView(1, 2)
      : try Tensor(uninitialized: four.shape, x.dtype)
    if x.count > 0 {
      let (s, t) = (four.shape, four.strides)
      let layout = Rotary.Layout(
        sizes: (s[0], s[1], s[2], s[3]), source: (t[0], t[1], t[2], t[3]),
        target: (y.strides[0], y.strides[1], y.strides[2]),
        table: (positions[0], positions[1], positions[2]))
      switch x.dtype {
      case .float32:
        Rotary.rotate(
          four.floats, y.floats, layout, table: angles.rows(Float.self), pairs: angles.pairs, interleaved: interleaved,
          inverse: inverse)
      default:
        Rotary.rotate(
          four.doubles, y.doubles, layout, table: angles.rows(Double.self), pairs: angles.pairs,
          interleaved: interleaved,
          inverse: inverse)
      }
    }
    return try x.rank == 4 ? y : y.reshapedView(x.shape)
  }

  /// `x` as `{A, B, T, D}`, and the steps from one of its places to the next in the table of angles.
  private static func rotaryViews(_ x: Tensor, _ angles: RotaryAngles) throws -> (x: Tensor, steps: Shape) {
    // A stand-in for the ids, of which only the strides are used: they are those of the table's rows.
    let ids = x.view(angles.shape, angles.shape.contiguousStrides)
    var target = x.shape
    target.remove(at: x.rank - 1)
    guard let wide = ids.broadcastView(to: target) else {
      throw Failure(.shape, "positions of shape \(angles.shape) do not broadcast to \(target)")
    }
    let (t, d) = (x.shape[x.rank - 2], x.shape[x.rank - 1])
    switch x.rank {
    case 2: return (try x.unsqueezedView(0).unsqueezedView(0), [0, 0, wide.strides[0]])
    case 3: return (try x.unsqueezedView(1), [wide.strides[0], 0, wide.strides[1]])
    case 4: return (x, wide.strides)
    default:
      // Leading sizes as one; angles repeat over them, or have a row of their own for each place.
      let leading = x.count == 0 ? 0 : x.count / (t * d)
      let flat = try x.reshapedView([1, leading, t, d])
      if angles.shape.dropLast().allSatisfy({ $0 == 1 }) { return (flat, [0, 0, wide.strides[x.rank - 2]]) }
      throw Failure(
        .shape, "positions of more than one sequence need a tensor of at most 4 dimensions, found \(x.shape)")
    }
  }
}
