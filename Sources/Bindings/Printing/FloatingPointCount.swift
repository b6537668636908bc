import Autodiff
import LuaHost
import Tensors

/// Floating-point operations of native calls, counted from shapes: a multiplication and an addition are two.
final class FloatingPointCount {
  private(set) var total = 0
  private let tensors: HostType<Tensor>
  private let groups: [String: Operation.Group]

  init(_ tensors: HostType<Tensor>) {
    self.tensors = tensors
    groups = Dictionary(Operations.all.map { ($0.name, $0.group) }, uniquingKeysWith: { first, _ in first })
  }

  func see(_ call: ObservedCall) {
    let stack = call.stack
    let top = stack.count
    func tensor(_ place: Int) -> Tensor? { place >= 1 && place <= top ? stack.object(at: place, tensors) : nil }
    guard call.resultCount > 0, let result = tensor(top - call.resultCount + 1) else { return }
    let inputs = (1..<max(2, min(call.argumentCount, 8) + 1)).compactMap(tensor)
    let count = Self.count(call.name, inputs, result, groups[call.name])
    total = total.addingReportingOverflow(count).overflow ? Int.max : total + count
  }

  /// - Parameter group: the operation's; operators have none, and work by element.
  static func count(_ name: String, _ inputs: [Tensor], _ result: Tensor, _ group: Operation.Group?) -> Int {
    func size(_ place: Int, _ dim: Int) -> Int {
      guard inputs.indices.contains(place), let size = inputs[place].shape.dropLast(dim - 1).last else { return 1 }
      return size
    }
    let bias = inputs.count > 2 ? result.count : 0
    switch name {
    case "matmul", "mm", "bmm", "mv", "dot": return 2 * result.count * size(0, 1)
    case "linear": return 2 * result.count * size(0, 1) + bias
    case "conv1d", "conv2d":
      guard inputs.count > 1, let outputs = inputs[1].shape.first, outputs > 0 else { return result.count }
      return 2 * result.count * (inputs[1].count / outputs) + bias
    case "conv_transpose1d", "conv_transpose2d":
      guard inputs.count > 1, let channels = inputs[1].shape.first, channels > 0 else { return result.count }
      return 2 * inputs[0].count * (inputs[1].count / channels) + bias
    case "attention":
      // Scores and their sums: each query meets each key twice.
      guard inputs.count > 1 else { return result.count }
      return 4 * inputs[0].count * size(1, 2)
    case "rnn", "gru", "lstm":
      let weights = inputs.dropFirst().filter { $0.rank == 2 }.prefix(2).reduce(0) { $0 + $1.count }
      return 2 * weights * (inputs[0].count / max(1, size(0, 1)))
    default: break
    }
    switch group {
    case .shape, .indexing: return 0
    case .reduction, .loss: return inputs.map(\.count).max() ?? result.count
    case .fused: return 5 * result.count
    default: return result.count
    }
  }
}

extension Lab {
  /// What `lab.summary` counts with: between `core.start_counting()` and `core.stop_counting()`, `core.operations()`
  /// is the number so far.
  func defineCounting(_ core: LuaReference) throws {
    let tensors = tensors
    var current: FloatingPointCount?
    try core.define("operations") { call in call.push(current?.total ?? 0) }
    try core.define("start_counting") { call in
      let counter = FloatingPointCount(tensors)
      current = counter
      call.host.callObserver = { counter.see($0) }
      return 0
    }
    try core.define("stop_counting") { call in
      call.host.callObserver = nil
      current = nil
      return 0
    }
  }
}
