import Tensors

/// The expressions over weights that wait, and what makes them be computed without being asked.
///
/// Belongs to the thread that runs the script, as tensors do.
enum PendingWeights {
  nonisolated(unsafe) private static var waiting: [ObjectIdentifier: Unmanaged<WeightsExpression>] = [:]
  /// The memory of all tensors that they read, with the number of tensors there.
  nonisolated(unsafe) private static var memory: [UnsafeRawPointer: Int] = [:]

  static func add(_ expression: WeightsExpression, reading sources: [WeightsSource]) {
    waiting[ObjectIdentifier(expression)] = .passUnretained(expression)
    for source in sources {
      source.readers += 1
      if source.readers == 1 { for entry in source.weights.entries { memory[entry.tensor.memory, default: 0] += 1 } }
      if !source.isHeld { noteRelease() }
    }
    if Storage.beforeChange == nil { Storage.beforeChange = { try computeReaders(of: $0) } }
  }

  static func remove(_ expression: WeightsExpression, reading sources: [WeightsSource]) {
    waiting[ObjectIdentifier(expression)] = nil
    for source in sources {
      source.readers -= 1
      if source.readers > 0 { continue }
      for entry in source.weights.entries {
        let place = entry.tensor.memory
        if let count = memory[place] { memory[place] = count > 1 ? count - 1 : nil }
      }
    }
    if waiting.isEmpty { Storage.beforeChange = nil }
  }

  /// Somebody let go of weights that an expression reads: it is computed when the next tensors are made, since only then
  /// their memory is missed. Not at once, because objects end in the middle of anything.
  static func noteRelease() {
    if Storage.onGrowth == nil { Storage.onGrowth = { computeOrphans() } }
  }

  /// Computes what reads the memory of a tensor that is about to be changed in place.
  private static func computeReaders(of tensor: Tensor) throws {
    guard memory[tensor.memory] != nil else { return }
    try compute { source in source.weights.entries.contains { $0.tensor.sharesMemory(with: tensor) } }
  }

  /// Computes what reads weights that nobody else holds. What there is no memory for goes on waiting.
  private static func computeOrphans() {
    Storage.onGrowth = nil
    try? compute { !$0.isHeld }
  }

  private static func compute(where reads: (WeightsSource) -> Bool) throws {
    // Values do not depend on the order.
    for expression in waiting.values.map({ $0.takeUnretainedValue() })
    where expression.isPending && !expression.isComputing && expression.sources.contains(where: reads) {
      _ = try expression.weights
    }
  }
}
