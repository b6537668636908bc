/// The kinds of recurrent cells, and their arithmetic for one sequence and one step.
///
/// Gates stand one after another in PyTorch's order: input, forget, cell, output (LSTM); reset, update, new (GRU).
public enum RecurrentCell: Sendable, Equatable {
  case lstm, gru, tanh, relu

  /// How many rows of the weights belong to one hidden number.
  public var gates: Int {
    switch self {
    case .lstm: 4
    case .gru: 3
    case .tanh, .relu: 1
    }
  }

  /// Turns the sums of one sequence into the next state, leaving in `gates` what the gradient needs.
  ///
  /// - Parameters:
  ///   - gates: the projections of input and state, without the state's for GRU; becomes the activated gates.
  ///   - projection: GRU only: the projection of the state.
  ///   - candidate: GRU only: receives the third part of `projection`.
  ///   - cell, nextCell: LSTM only.
  @inline(__always)
  func advance<T: Real>(
    _ gates: UnsafeMutablePointer<T>, _ projection: UnsafePointer<T>?, _ hidden: UnsafePointer<T>,
    _ cell: UnsafePointer<T>?, _ nextHidden: UnsafeMutablePointer<T>, _ nextCell: UnsafeMutablePointer<T>?,
    _ candidate: UnsafeMutablePointer<T>?, _ width: Int
  ) {
    switch self {
    case .lstm:
      guard let cell, let nextCell else { return }
      let (f, g, o) = (gates + width, gates + 2 * width, gates + 3 * width)
      for j in 0..<(2 * width) { gates[j] = T.sigmoid(gates[j]) }
      for j in 0..<width { g[j] = T.tanh(g[j]) }
      for j in 0..<width { o[j] = T.sigmoid(o[j]) }
      for j in 0..<width { nextCell[j] = f[j] * cell[j] + gates[j] * g[j] }
      for j in 0..<width { nextHidden[j] = o[j] * T.tanh(nextCell[j]) }
    case .gru:
      guard let projection, let candidate else { return }
      let (z, n) = (gates + width, gates + 2 * width)
      let late = projection + 2 * width
      for j in 0..<(2 * width) { gates[j] = T.sigmoid(gates[j] + projection[j]) }
      for j in 0..<width { candidate[j] = late[j] }
      for j in 0..<width { n[j] = T.tanh(n[j] + gates[j] * late[j]) }
      for j in 0..<width { nextHidden[j] = (1 - z[j]) * n[j] + z[j] * hidden[j] }
    case .tanh:
      for j in 0..<width { gates[j] = T.tanh(gates[j]) }
      for j in 0..<width { nextHidden[j] = gates[j] }
    case .relu:
      for j in 0..<width { gates[j] = gates[j] > 0 ? gates[j] : 0 }
      for j in 0..<width { nextHidden[j] = gates[j] }
    }
  }

  /// The gradients of the sums from those of the next state.
  ///
  /// - Parameters:
  ///   - gates: activated, as `advance` left them.
  ///   - hiddenSlope: the gradient of the next hidden state; becomes that of the former one, as far as it does not go
  ///     through the weights.
  ///   - cellSlope: LSTM only: likewise for the cell state.
  ///   - slopes: receives the gradient of the projection of the input.
  ///   - projectionSlopes: GRU only: receives the gradient of the projection of the state.
  @inline(__always)
  func retreat<T: Real>(
    _ gates: UnsafePointer<T>, _ hidden: UnsafePointer<T>, _ cell: UnsafePointer<T>?, _ nextCell: UnsafePointer<T>?,
    _ candidate: UnsafePointer<T>?, _ hiddenSlope: UnsafeMutablePointer<T>, _ cellSlope: UnsafeMutablePointer<T>?,
    _ slopes: UnsafeMutablePointer<T>, _ projectionSlopes: UnsafeMutablePointer<T>?, _ width: Int
  ) {
    switch self {
    case .lstm:
      guard let cell, let nextCell, let cellSlope else { return }
      let (f, g, o) = (gates + width, gates + 2 * width, gates + 3 * width)
      let (df, dg, output) = (slopes + width, slopes + 2 * width, slopes + 3 * width)
      // Loops over so many places at once are not vectorised without help.
      for j in 0..<width { output[j] = T.tanh(nextCell[j]) }
      let one = SIMD8<T>(repeating: 1)
      var j = 0
      while j &+ 8 <= width {
        let (shown, hidden) = (Lanes.load(output + j), Lanes.load(hiddenSlope + j))
        let (a, b) = (Lanes.load(gates + j), Lanes.load(f + j))
        let (c, d) = (Lanes.load(g + j), Lanes.load(o + j))
        let total = Lanes.load(cellSlope + j) + hidden * d * (one - shown * shown)
        Lanes.store(hidden * shown * d * (one - d), output + j)
        Lanes.store(total * c * a * (one - a), slopes + j)
        Lanes.store(total * Lanes.load(cell + j) * b * (one - b), df + j)
        Lanes.store(total * a * (one - c * c), dg + j)
        Lanes.store(total * b, cellSlope + j)
        j &+= 8
      }
      while j < width {
        let shown = output[j]
        let total = cellSlope[j] + hiddenSlope[j] * o[j] * (1 - shown * shown)
        output[j] = hiddenSlope[j] * shown * o[j] * (1 - o[j])
        slopes[j] = total * g[j] * gates[j] * (1 - gates[j])
        df[j] = total * cell[j] * f[j] * (1 - f[j])
        dg[j] = total * gates[j] * (1 - g[j] * g[j])
        cellSlope[j] = total * f[j]
        j &+= 1
      }
      hiddenSlope.update(repeating: 0, count: width)
    case .gru:
      guard let candidate, let projectionSlopes else { return }
      let (z, n) = (gates + width, gates + 2 * width)
      let (update, new) = (slopes + width, slopes + 2 * width)
      let late = projectionSlopes + 2 * width
      for j in 0..<width {
        let fresh = hiddenSlope[j] * (1 - z[j]) * (1 - n[j] * n[j])
        new[j] = fresh
        late[j] = fresh * gates[j]
        slopes[j] = fresh * candidate[j] * gates[j] * (1 - gates[j])
        update[j] = hiddenSlope[j] * (hidden[j] - n[j]) * z[j] * (1 - z[j])
        hiddenSlope[j] = hiddenSlope[j] * z[j]
      }
      for j in 0..<(2 * width) { projectionSlopes[j] = slopes[j] }
    case .tanh:
      for j in 0..<width {
        slopes[j] = hiddenSlope[j] * (1 - gates[j] * gates[j])
        hiddenSlope[j] = 0
      }
    case .relu:
      for j in 0..<width {
        slopes[j] = gates[j] > 0 ? hiddenSlope[j] : 0
        hiddenSlope[j] = 0
      }
    }
  }
}
