import Tensors

/// Where a gradient goes: nowhere, into a leaf, or on through the operation that made the input.
enum Edge {
  case none
  case leaf(Tensor)
  case node(Node, result: Int)

  @inline(__always)
  init(_ tensor: Tensor) {
    if let node = tensor.node {
      self = .node(node, result: tensor.historyIndex)
    } else {
      self = tensor.requiresGradient ? .leaf(tensor) : .none
    }
  }
}

extension Tensor {
  /// The operation that made this tensor. Nodes are the only histories.
  @inline(__always)
  var node: Node? {
    guard let history else { return nil }
    return unsafeDowncast(history, to: Node.self)
  }
}

/// The edges of an operation in the order of its inputs.
struct Edges {
  private var first = Edge.none
  private var second = Edge.none
  private var rest: [Edge] = []
  private(set) var count = 0

  init() {}

  @inline(__always)
  init(_ a: Tensor, _ b: Tensor?) {
    first = Edge(a)
    if let b { second = Edge(b) }
    count = b == nil ? 1 : 2
  }

  init(_ inputs: [Tensor]) {
    count = inputs.count
    if count > 0 { first = Edge(inputs[0]) }
    if count > 1 { second = Edge(inputs[1]) }
    if count > 2 { rest = inputs[2...].map(Edge.init) }
  }

  var isEmpty: Bool { count == 0 }

  @inline(__always)
  subscript(input: Int) -> Edge { input == 0 ? first : input == 1 ? second : rest[input - 2] }
}

/// Tensors whose values must stay as they are, with their versions.
struct GuardedTensors {
  private typealias Guarded = (tensor: Tensor, version: UInt32)
  private var first: Guarded?
  private var second: Guarded?
  private var third: Guarded?
  private var rest: [Guarded] = []

  @inline(__always)
  mutating func append(_ tensor: Tensor) {
    let guarded = (tensor: tensor, version: tensor.version)
    if first == nil {
      first = guarded
    } else if second == nil {
      second = guarded
    } else if third == nil {
      third = guarded
    } else {
      rest.append(guarded)
    }
  }

  /// Whether none was changed in place since it was appended.
  @inline(__always)
  var areUnchanged: Bool {
    isUnchanged(first) && isUnchanged(second) && isUnchanged(third) && rest.allSatisfy { isUnchanged($0) }
  }

  @inline(__always)
  private func isUnchanged(_ guarded: Guarded?) -> Bool {
    guard let guarded else { return true }
    return guarded.tensor.version == guarded.version
  }
}

/// The gradients of an operation's results, as far as they have arrived.
struct IncomingGradients {
  var first: Tensor?
  private var rest: [Tensor?] = []

  init() {}

  @inline(__always)
  subscript(result: Int) -> Tensor? {
    get { result == 0 ? first : result <= rest.count ? rest[result - 1] : nil }
    set {
      if result == 0 {
        first = newValue
      } else {
        while rest.count < result { rest.append(nil) }
        rest[result - 1] = newValue
      }
    }
  }

  /// Calls `body` with the place of a gradient, so that it can see whether nobody else holds it.
  @inline(__always)
  mutating func withPlace<R>(of result: Int, _ body: (inout Tensor?) throws -> R) rethrows -> R {
    if result == 0 { return try body(&first) }
    while rest.count < result { rest.append(nil) }
    return try body(&rest[result - 1])
  }
}
