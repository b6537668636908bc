import Basics
import Kernels
import Tensors

/// Walks a recorded graph from its end, newest operation first, and adds up gradients.
final class Engine {
  private let number: UInt64
  private let createGraph: Bool
  /// `nil`: gradients go to every leaf. Else: only to these.
  private let targets: [Tensor]?
  private var targetResults: [ObjectIdentifier: [Int: Int]] = [:]
  private var leafTargets: [ObjectIdentifier: Int] = [:]
  private var found: [Tensor?] = []
  /// For each target the place of the first equal one: a target may be named twice.
  private var places: [Int] = []
  private var queue = NodeQueue()

  nonisolated(unsafe) private static var last: UInt64 = 0

  private init(targets: [Tensor]?, createGraph: Bool) {
    Engine.last += 1
    number = Engine.last
    self.targets = targets
    self.createGraph = createGraph
    guard let targets else { return }
    found = Array(repeating: nil, count: targets.count)
    for (index, target) in targets.enumerated() {
      if let node = target.history as? Node {
        let first = targetResults[ObjectIdentifier(node), default: [:]][target.historyIndex] ?? index
        targetResults[ObjectIdentifier(node), default: [:]][target.historyIndex] = first
        places.append(first)
      } else {
        let first = leafTargets[ObjectIdentifier(target)] ?? index
        leafTargets[ObjectIdentifier(target)] = first
        places.append(first)
      }
    }
  }

  /// Accumulates gradients of `roots` (each with the gradient it starts from) into leaves, or returns those of `targets`.
  static func run(
    _ roots: [(root: Tensor, seed: Tensor)], targets: [Tensor]?, createGraph: Bool, retainGraph: Bool
  ) throws -> [Tensor?] {
    let engine = Engine(targets: targets, createGraph: createGraph)
    return try Recording.with(createGraph) {
      defer { engine.queue.abandon() }
      if targets != nil { engine.markPaths(from: roots.map(\.root)) }
      for (root, seed) in roots {
        let edge = Edge(root)
        if engine.wants(edge) { try engine.deliver(seed, along: edge) }
      }
      try engine.walk(release: !retainGraph)
      return engine.places.map { engine.found[$0] }
    }
  }

  private func walk(release: Bool) throws {
    while let node = queue.pop() {
      if Interrupt.isRequested { throw Failure(.interrupted, "interrupted") }
      var gradients = node.incoming
      node.incoming = []
      for hook in node.hooks { if let gradient = gradients[0], let other = try hook(gradient) { gradients[0] = other } }
      if let wanted = targetResults[ObjectIdentifier(node)] {
        for result in wanted.keys.sorted() where result < gradients.count {
          if let place = wanted[result] { found[place] = gradients[result] }
        }
        if node.edges.allSatisfy({ !wants($0) }) { continue }
      }
      guard let rule = node.rule else {
        throw Failure(
          .gradient,
          "the graph behind '\(node.name)' was freed by an earlier backward; pass {retain_graph = true} to the first call to walk it twice"
        )
      }
      try node.checkVersions()
      try rule(Backward(node: node, engine: self, gradients: gradients))
      if release { node.release() }
    }
  }

  @inline(__always)
  func wants(_ edge: Edge) -> Bool {
    switch edge {
    case .none: false
    case .leaf(let tensor): targets == nil || leafTargets[ObjectIdentifier(tensor)] != nil
    case .node(let node, _): targets == nil || node.neededInRun == number
    }
  }

  func deliver(_ gradient: consuming Tensor, along edge: Edge) throws {
    switch edge {
    case .none: break
    case .leaf(let leaf):
      if let place = leafTargets[ObjectIdentifier(leaf)], targets != nil {
        if let before = found[place] { found[place] = try before.adding(gradient) } else { found[place] = gradient }
      } else {
        try accumulate(gradient, into: leaf)
      }
    case .node(let node, let result):
      makeRoom(in: node, for: result)
      if canChange(&node.incoming[result]) {
        try node.incoming[result]?.addInPlace(gradient)
      } else if let before = node.incoming[result] {
        node.incoming[result] = try before.adding(gradient)
      } else {
        node.incoming[result] = gradient
      }
    }
  }

  /// Delivers the gradient of a part of what an edge leads to; `part` shows it, of a tensor of that shape. Several parts
  /// of one tensor meet in one buffer. Not for graphs that are differentiated again.
  func deliver(
    _ gradient: Tensor, toPartOf shape: Shape, inOrderOf strides: Shape, along edge: Edge, part: (Tensor) -> Tensor
  )
    throws
  {
    guard case .node(let node, let result) = edge else {
      let whole = try Tensor.zeros(shape, inOrderOf: strides, gradient.dtype)
      try part(whole).assign(gradient)
      return try deliver(whole, along: edge)
    }
    makeRoom(in: node, for: result)
    if canChange(&node.incoming[result]), let whole = node.incoming[result] {
      try part(whole).addInPlace(gradient)
      return
    }
    let whole = try Tensor.zeros(shape, inOrderOf: strides, gradient.dtype)
    if let before = node.incoming[result] {
      try whole.assign(before)
      try part(whole).addInPlace(gradient)
    } else {
      try part(whole).assign(gradient)
    }
    node.incoming[result] = whole
  }

  private func makeRoom(in node: Node, for result: Int) {
    if node.incoming.isEmpty {
      node.incoming = Array(repeating: nil, count: max(result + 1, max(1, node.results.count)))
      queue.push(node)
    }
    if result >= node.incoming.count {
      node.incoming += Array(repeating: nil, count: result + 1 - node.incoming.count)
    }
  }

  /// Whether nobody else holds the tensor or looks at its memory, so that adding to it in place goes unnoticed.
  private func canChange(_ tensor: inout Tensor?) -> Bool {
    guard !createGraph, isKnownUniquelyReferenced(&tensor), let tensor else { return false }
    return tensor.ownsMemoryAlone && (tensor.isContiguous || tensor.showsElementsOnce)
  }

  private func accumulate(_ gradient: consuming Tensor, into leaf: Tensor) throws {
    if let before = leaf.gradient {
      if createGraph || before.requiresGradient {
        leaf.gradient = try before.adding(gradient)
      } else {
        try before.addInPlace(gradient)
      }
      return
    }
    if createGraph && gradient.requiresGradient {
      leaf.gradient = gradient
      return
    }
    // Somebody else's tensor, such as the caller's starting gradient, must not change with later sums.
    var own: Tensor? = gradient
    if canChange(&own), let fresh = own, fresh.isContiguous {
      leaf.gradient = fresh
    } else {
      leaf.gradient = try own?.copy()
    }
  }

  /// Marks the nodes from which a target can be reached, so that nothing else is computed.
  private func markPaths(from roots: [Tensor]) {
    var seen: Set<ObjectIdentifier> = []
    var nodes: [Node] = []
    var waiting = roots.compactMap { $0.history as? Node }
    while let node = waiting.popLast() {
      guard seen.insert(ObjectIdentifier(node)).inserted else { continue }
      nodes.append(node)
      for case .node(let input, _) in node.edges { waiting.append(input) }
    }
    // Inputs are older than what was made of them: one pass from old to new suffices.
    for node in nodes.sorted(by: { $0.number < $1.number })
    where targetResults[ObjectIdentifier(node)] != nil || node.edges.contains(where: wants) {
      node.neededInRun = number
    }
  }
}

/// Nodes waiting for their turn, newest first: a binary heap.
private struct NodeQueue {
  private var heap: [Node] = []

  mutating func push(_ node: Node) {
    heap.append(node)
    var child = heap.count - 1
    while child > 0, heap[(child - 1) / 2].number < heap[child].number {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func pop() -> Node? {
    guard let top = heap.first else { return nil }
    let last = heap.removeLast()
    if heap.isEmpty { return top }
    heap[0] = last
    var parent = 0
    while true {
      var child = 2 * parent + 1
      if child >= heap.count { break }
      if child + 1 < heap.count, heap[child + 1].number > heap[child].number { child += 1 }
      if heap[parent].number >= heap[child].number { break }
      heap.swapAt(parent, child)
      parent = child
    }
    return top
  }

  /// After an error, nodes must not keep gradients of the failed walk.
  mutating func abandon() {
    for node in heap {
      node.incoming = []
    }
    heap = []
  }
}
