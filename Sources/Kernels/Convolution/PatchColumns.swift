/// What the places of a block see, `{channels * taps, places}`, as the right operand of a product: panels are gathered
/// from the patch when the product wants them, and the matrix never exists as a whole.
struct PatchColumns {
  let patch: Patch
  let memory: UnsafePointer<Float>

  /// Rows `first` to `first + depth` of `columns` (1 to 16) places from `column` on, as one panel. Up to seven numbers
  /// behind the panel are overwritten.
  func panel(first: Int, depth: Int, column: Int, columns: Int, into panel: UnsafeMutablePointer<Float>) {
    let geometry = patch.geometry
    let across = patch.block.columns
    withUnsafeTemporaryAllocation(of: Run.self, capacity: ProductKernel.width) { room in
      // Neighbours in a row of the output are copied together.
      var runs = 0
      var place = 0
      while place < columns {
        let (row, start) = ((column + place) / across, (column + place) % across)
        let count = min(columns - place, across - start)
        room[runs] = Run(
          from: row * geometry.strideHeight * patch.width + start * geometry.strideWidth, to: place, count: count)
        runs += 1
        place += count
      }
      var (j, i) = (first % geometry.kernelWidth, first / geometry.kernelWidth % geometry.kernelHeight)
      var channel = first / geometry.taps
      var to = panel
      for _ in 0..<depth {
        let from =
          memory
          + ((channel &* patch.height &+ i &* geometry.dilationHeight) &* patch.width &+ j &* geometry.dilationWidth)
        copy(from, room.baseAddress, runs, geometry.strideWidth, to)
        for missing in columns..<max(columns, ProductKernel.width) { to[missing] = 0 }
        to += ProductKernel.width
        j &+= 1
        if j == geometry.kernelWidth { (j, i) = (0, i &+ 1) }
        if i == geometry.kernelHeight { (i, channel) = (0, channel &+ 1) }
      }
    }
  }

  private struct Run {
    let from: Int, to: Int, count: Int
  }

  /// Whole vectors are copied; what they write behind a run is overwritten by the next.
  @inline(__always)
  private func copy(
    _ x: UnsafePointer<Float>, _ list: UnsafeMutablePointer<Run>?, _ runs: Int, _ step: Int,
    _ y: UnsafeMutablePointer<Float>
  ) {
    guard let list else { return }
    for index in 0..<runs {
      let run = list[index]
      let (from, to) = (x + run.from, y + run.to)
      if step == 1 {
        Lanes.store(Lanes.load(from), to)
        if run.count > 8 { Lanes.store(Lanes.load(from + 8), to + 8) }
      } else {
        for k in 0..<run.count { to[k] = from[k &* step] }
      }
    }
  }
}
