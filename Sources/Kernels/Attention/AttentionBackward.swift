extension Attention {
  /// Keys whose gradients a tile adds up at a time.
  static let keysPerChunk = 256
  /// With fewer heads of keys than this, their keys are divided among several tiles.
  private static let enoughTiles = 16
  /// Parts into which the keys of a head are divided at most; each has its own sum for the queries' gradient.
  private static let mostParts = 8

  /// In how many parts the keys of each head are worked on: a function of the sizes alone.
  ///
  /// `backward` needs room for this many gradients of the queries; with one part none but the result.
  public static func parts(batch: Int, keyHeads: Int, keys: Int) -> Int {
    if batch * keyHeads >= enoughTiles { return 1 }
    return max(1, min(mostParts, (keys + keysPerChunk - 1) / keysPerChunk))
  }

  /// The gradients of queries, keys and values from the gradient `g` of the result `y`.
  ///
  /// - Parameters:
  ///   - sums: as `forward` left them.
  ///   - parts: of ``parts(batch:keyHeads:keys:)``.
  ///   - dq: for each part the gradient of the queries over its keys, `partStep` elements apart, to be added up.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func backward<T: Real>(
    _ problem: AttentionProblem<T>, _ q: AttentionRows<T>, _ k: AttentionRows<T>, _ v: AttentionRows<T>,
    _ y: AttentionRows<T>, _ g: AttentionRows<T>, sums: UnsafePointer<T>, parts: Int, _ dq: AttentionRows<T>,
    partStep: Int, _ dk: AttentionRows<T>, _ dv: AttentionRows<T>
  ) {
    let chunks = (problem.keys + keysPerChunk - 1) / keysPerChunk
    let chunksPerPart = (chunks + parts - 1) / parts
    Parallel.forEach(tiles: problem.batch * problem.keyHeads * parts) { tile in
      let (head, part) = (tile / parts, tile % parts)
      var slope = dq
      slope.pointer += part * partStep
      backwardTile(
        problem, q, k, v, y, g, sums: sums, slope, dk, dv, head / problem.keyHeads, head % problem.keyHeads,
        min(problem.keys, part * chunksPerPart * keysPerChunk),
        min(problem.keys, (part + 1) * chunksPerPart * keysPerChunk))
    }
  }

  @inline(__always)
  private static func backwardTile<T: Real>(
    _ p: AttentionProblem<T>, _ q: AttentionRows<T>, _ k: AttentionRows<T>, _ v: AttentionRows<T>,
    _ y: AttentionRows<T>, _ g: AttentionRows<T>, sums: UnsafePointer<T>, _ dq: AttentionRows<T>,
    _ dk: AttentionRows<T>, _ dv: AttentionRows<T>, _ n: Int, _ keyHead: Int, _ start: Int, _ end: Int
  ) {
    let group = p.heads / p.keyHeads
    let heads = (keyHead * group)..<((keyHead + 1) * group)
    for h in heads {
      for t in 0..<p.queries { dq.at(n, h, t).update(repeating: 0, count: p.width) }
    }
    if end <= start { return }
    let most = min(keysPerChunk, end - start)
    let room = AttentionBackwardRoom(p, keys: most)
    defer { room.free() }
    for base in Swift.stride(from: start, to: end, by: keysPerChunk) {
      let keys = min(keysPerChunk, end - base)
      let panels = AttentionKeyPanels(p, k, v, n, keyHead, base: base, keys: keys, scratch: room.panels)
      PanelPacking.rows(k.at(n, keyHead, base), stride: k.row, rows: keys, columns: p.width, into: room.keyRows)
      room.keySlopes.update(repeating: 0, count: keys * room.columns)
      room.valueSlopes.update(repeating: 0, count: keys * room.valueColumns)
      let (low, high) = (p.firstQuery(base), p.lastQuery(base + keys - 1))
      for h in heads {
        for first in Swift.stride(from: low, to: high, by: room.rows) {
          backwardBlock(
            p, q, y, g, sums: sums, panels, room, n, h, first: first, rows: min(room.rows, high - first), dq)
        }
      }
      for j in 0..<keys {
        let key = dk.at(n, keyHead, base + j)
        let value = dv.at(n, keyHead, base + j)
        for d in 0..<p.width { key[d] = room.keySlopes[j * room.columns + d] * p.scale }
        for e in 0..<p.valueWidth { value[e] = room.valueSlopes[j * room.valueColumns + e] }
      }
    }
  }

  /// Adds what one block of queries contributes to the gradients.
  @inline(__always)
  private static func backwardBlock<T: Real>(
    _ p: AttentionProblem<T>, _ q: AttentionRows<T>, _ y: AttentionRows<T>, _ g: AttentionRows<T>,
    sums: UnsafePointer<T>, _ panels: AttentionKeyPanels<T>, _ room: AttentionBackwardRoom<T>, _ n: Int, _ h: Int,
    first: Int, rows: Int, _ dq: AttentionRows<T>
  ) {
    let (width, height, stride) = (PanelProduct.width, PanelProduct.height, room.stride)
    let (base, keys) = (panels.base, panels.keys)
    let (low, high) = p.columns(first, rows, base, keys)
    if low == high { return }
    p.slopes(
      q, y, g, sums: sums, panels, n, h, first: first, rows: rows, weights: room.weights, slopes: room.slopes, stride)
    PanelPacking.rows(q.at(n, h, first), stride: q.row, rows: rows, columns: p.width, into: room.queryRows)
    PanelPacking.rows(g.at(n, h, first), stride: g.row, rows: rows, columns: p.valueWidth, into: room.resultRows)
    for j in Swift.stride(from: low, to: min(high, keys), by: height) {
      let count = min(height, keys - j)
      // Only queries that may see one of these keys.
      let from = max(0, p.firstQuery(base + j) - first)
      let to = min(rows, p.lastQuery(base + j + count - 1) - first)
      if to <= from { continue }
      for panel in 0..<(room.valueColumns / width) {
        PanelProduct.strip(
          room.weights + from * stride + j, 1, stride, room.resultRows + (panel * rows + from) * width,
          depth: to - from, room.valueSlopes + j * room.valueColumns + panel * width, room.valueColumns, rows: count,
          accumulate: true)
      }
      for panel in 0..<(room.columns / width) {
        PanelProduct.strip(
          room.slopes + from * stride + j, 1, stride, room.queryRows + (panel * rows + from) * width,
          depth: to - from, room.keySlopes + j * room.columns + panel * width, room.columns, rows: count,
          accumulate: true)
      }
    }
    for panel in 0..<(room.columns / width) {
      for r in Swift.stride(from: 0, to: rows, by: height) {
        let count = min(height, rows - r)
        let (low, high) = p.columns(first + r, count, base, keys)
        PanelProduct.strip(
          room.slopes + r * stride + low, stride, 1, room.keyRows + (panel * keys + low) * width,
          depth: min(high, keys) - low, room.querySlopes + r * room.columns + panel * width, room.columns, rows: count,
          accumulate: false)
      }
    }
    for i in 0..<rows {
      let from = room.querySlopes + i * room.columns
      let to = dq.at(n, h, first + i)
      for d in 0..<p.width { to[d].addProduct(from[d], p.scale) }
    }
  }
}

/// Scratch memory of a tile of the gradient.
struct AttentionBackwardRoom<T: Real> {
  /// Queries of a block, and elements between their rows of scores.
  let rows: Int, stride: Int
  /// Columns of a query and of a value in whole panels.
  let columns: Int, valueColumns: Int
  let panels: UnsafeMutablePointer<T>
  /// The keys as rows, and the gradients of keys and values.
  let keyRows: UnsafeMutablePointer<T>, keySlopes: UnsafeMutablePointer<T>, valueSlopes: UnsafeMutablePointer<T>
  let weights: UnsafeMutablePointer<T>, slopes: UnsafeMutablePointer<T>
  /// The block's queries and gradients of results as rows, and the gradient of its queries.
  let queryRows: UnsafeMutablePointer<T>, resultRows: UnsafeMutablePointer<T>, querySlopes: UnsafeMutablePointer<T>
  private let scratch: Scratch<T>

  @inline(__always)
  init(_ p: AttentionProblem<T>, keys: Int) {
    rows = max(1, min(p.queries, AttentionProblem<T>.rowsPerBlock(keys: keys)))
    stride = AttentionProblem<T>.scoreStride(keys: keys)
    columns = PanelProduct.panels(p.width) * PanelProduct.width
    valueColumns = PanelProduct.panels(p.valueWidth) * PanelProduct.width
    let panelCount = AttentionKeyPanels<T>.count(p, keys: keys)
    scratch = Scratch(
      panelCount + keys * (2 * columns + valueColumns) + rows * (2 * stride + 2 * columns + valueColumns))
    panels = scratch.pointer
    keyRows = panels + panelCount
    keySlopes = keyRows + keys * columns
    valueSlopes = keySlopes + keys * columns
    weights = valueSlopes + keys * valueColumns
    slopes = weights + rows * stride
    queryRows = slopes + rows * stride
    resultRows = queryRows + rows * columns
    querySlopes = resultRows + rows * valueColumns
  }

  func free() { scratch.free() }
}
