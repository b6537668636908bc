import Basics
import Kernels

/// The angles of rotary positions, as a table that many tensors can be turned with.
public struct RotaryAngles {
  /// For each position id in row-major order its cosines, then its sines.
  let table: Tensor
  /// The position ids' own shape, which broadcasts to the sizes of the tensor to turn, without the last.
  let shape: Shape
  public let pairs: Int

  /// - Parameters:
  ///   - positions: counted from 0, of shape `shape`.
  public init(_ positions: [Int], shape: Shape, base: Double, pairs: Int, _ dtype: DType) throws {
    self.shape = shape
    self.pairs = pairs
    table = try RotaryCache.rows(positions, base: base, pairs: pairs, dtype)
  }
}

/// Angles of ordinary positions are kept: the same ones are wanted in every layer and step.
private enum RotaryCache {
  private struct Entry {
    let base: Double
    let pairs: Int
    let rows: Tensor
  }

  /// Positions up to this one are kept.
  private static let mostRows = 1 << 14
  private static let mostEntries = 4
  nonisolated(unsafe) private static var entries: [Entry] = []

  static func rows(_ positions: [Int], base: Double, pairs: Int, _ dtype: DType) throws -> Tensor {
    let most = positions.max() ?? 0
    guard most < mostRows, (positions.min() ?? 0) >= 0, pairs <= 1024 else {
      return try computed(positions, base: base, pairs: pairs, dtype)
    }
    let all = try entry(rows: most + 1, base: base, pairs: pairs, dtype)
    let isRun = positions.indices.allSatisfy { positions[$0] == positions[0] + $0 }
    if isRun { return all.narrowedView(0, start: positions.first ?? 0, length: positions.count) }
    let picked = try Tensor.from(positions.map { Int64($0 + 1) }, shape: [positions.count])
    return try Forward.indexSelect(all, dim: 0, picked)
  }

  private static func entry(rows: Int, base: Double, pairs: Int, _ dtype: DType) throws -> Tensor {
    let index = entries.firstIndex { $0.base == base && $0.pairs == pairs && $0.rows.dtype == dtype }
    if let index, entries[index].rows.shape[0] >= rows { return entries[index].rows }
    var size = 64
    while size < rows { size *= 2 }
    let table = try computed(Array(0..<size), base: base, pairs: pairs, dtype)
    if let index { entries.remove(at: index) } else if entries.count >= mostEntries { entries.removeFirst() }
    entries.append(Entry(base: base, pairs: pairs, rows: table))
    return table
  }

  private static func computed(_ positions: [Int], base: Double, pairs: Int, _ dtype: DType) throws -> Tensor {
    let table = try Tensor(uninitialized: Shape([positions.count, 2 * pairs]), dtype)
    let speeds = Rotary.speeds(base: base, pairs: pairs)
    for (row, position) in positions.enumerated() {
      switch dtype {
      case .float32: Rotary.angles(position, speeds: speeds, into: table.floats + row * 2 * pairs)
      default: Rotary.angles(position, speeds: speeds, into: table.doubles + row * 2 * pairs)
      }
    }
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
          four.floats, y.floats, layout, table: angles.table.floats, pairs: angles.pairs, interleaved: interleaved,
          inverse: inverse)
      default:
        Rotary.rotate(
          four.doubles, y.doubles, layout, table: angles.table.doubles, pairs: angles.pairs, interleaved: interleaved,
          inverse: inverse)
      }
    }
    return try x.rank == 4 ? y : y.reshapedView(x.shape)
  }

  /// `x` as `{A, B, T, D}`, and the steps from one of its places to the next in the table of angles.
  private static func rotaryViews(_ x: Tensor, _ angles: RotaryAngles) throws -> (x: Tensor, steps: Shape) {
    // A stand-in for the ids: its strides are those of the table's rows.
    let ids = angles.table.view(angles.shape, angles.shape.contiguousStrides)
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
