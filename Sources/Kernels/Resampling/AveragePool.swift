/// Means of windows over planes, and the map back, which gives each place of a window its share.
public enum AveragePool {
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func forward<T: Real>(
    _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, planes: Int, rows: PoolAxis, columns: PoolAxis
  ) {
    let (plane, outputPlane) = (rows.size * columns.size, rows.count * columns.count)
    Parallel.forEachRange(planes, grain: Parallel.rowsPerTile(width: max(plane, outputPlane))) { first, count in
      for p in first..<(first + count) {
        let from = x + p * plane
        var to = y + p * outputPlane
        for r in 0..<rows.count {
          for c in 0..<columns.count {
            let (start, length) = (Int(columns.starts[c]), Int(columns.ends[c] - columns.starts[c]))
            var sum = T.zero
            for i in Int(rows.starts[r])..<Int(rows.ends[r]) {
              let line = from + i * columns.size + start
              if length < 16 {
                for j in 0..<length { sum += line[j] }
              } else {
                sum += Sum.lanes(line, length)
              }
            }
            to[0] = sum / T(Int(rows.spans[r]) * Int(columns.spans[c]))
            to += 1
          }
        }
      }
    }
  }

  /// The gradient of the input of `forward`.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func backward<T: Real>(
    _ g: UnsafePointer<T>, _ x: UnsafeMutablePointer<T>, planes: Int, rows: PoolAxis, columns: PoolAxis
  ) {
    let (plane, outputPlane) = (rows.size * columns.size, rows.count * columns.count)
    Parallel.forEachRange(planes, grain: Parallel.rowsPerTile(width: max(plane, outputPlane))) { first, count in
      for p in first..<(first + count) {
        let to = x + p * plane
        var from = g + p * outputPlane
        to.update(repeating: 0, count: plane)
        for r in 0..<rows.count {
          for c in 0..<columns.count {
            let (start, length) = (Int(columns.starts[c]), Int(columns.ends[c] - columns.starts[c]))
            let share = from[0] / T(Int(rows.spans[r]) * Int(columns.spans[c]))
            from += 1
            for i in Int(rows.starts[r])..<Int(rows.ends[r]) {
              let line = to + i * columns.size + start
              for j in 0..<length { line[j] += share }
            }
          }
        }
      }
    }
  }
}
