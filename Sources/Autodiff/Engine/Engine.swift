import Basics
import Kernels
import Tensors

/// Walks a recorded graph from its end, newest operation first, and adds up gradients.
final class Engine {
  private let number: UInt64
  private let createGraph: Bool
  /// `nil`: gradients go to every leaf. Else: only to these.
  private let targets: [Tensor]?
  @exclusivity(unchecked) private var leafTargets: [ObjectIdentifier: Int] = [:]
  @exclusivity(unchecked) private var found: [Tensor?] = []
  /// For each target the place of the first equal one: a target may be named twice.
  @exclusivity(unchecked) private var places: [Int] = []
  @exclusivity(unchecked) private var queue = NodeQueue()
  private let isNested: Bool
  private var overwritten: [Marks] = []

  @exclusivity(unchecked) nonisolated(unsafe) private static var last: UInt64 = 0
  /// How many runs are under way, one inside a rule of the other.
  @exclusivity(unchecked) nonisolated(unsafe) private static var depth = 0

  private init(targets: [Tensor]?, createGraph: Bool) {
    Engine.last += 1
    number = Engine.last
    isNested = Engine.depth > 0
    self.targets = targets
    self.createGraph = createGraph
    guard let targets else { return }
    found = Array(repeating: nil, count: targets.count)
    for (index, target) in targets.enumerated() {
      if let node = target.node {
        if node.targetInRun != number {
          remember(node)
          node.targetInRun = number
          node.targets.removeAll(keepingCapacity: true)
        }
        if let known = node.targets.first(where: { $0.result == target.historyIndex }) {
          places.append(known.place)
        } else {
          node.targets.append((target.historyIndex, index))
          places.append(index)
        }
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
    Engine.depth += 1
    defer {
      Engine.depth -= 1
      engine.queue.abandon()
      engine.restoreMarks()
    }
    return try Recording.with(createGraph) {
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
      node.incoming = IncomingGradients()
      node.isWaiting = false
      for hook in node.hooks {
        if let gradient = gradients.first, let other = try hook(gradient) { gradients.first = other }
      }
      if targets != nil, node.targetInRun == number {
        for target in node.targets { found[target.place] = gradients[target.result] }
        if !wantsAny(of: node) { continue }
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
      if targets != nil, let place = leafTargets[ObjectIdentifier(leaf)] {
        if let before = found[place] { found[place] = try before.adding(gradient) } else { found[place] = gradient }
      } else {
        try accumulate(gradient, into: leaf)
      }
    case .node(let node, let result):
      enqueue(node)
      try node.incoming.withPlace(of: result) { place in
        if canChange(&place) {
          try place?.addInPlace(gradient)
        } else if let before = place {
          place = try before.adding(gradient)
        } else {
          place = gradient
        }
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
    enqueue(node)
    try node.incoming.withPlace(of: result) { place in
      if canChange(&place), let whole = place {
        try part(whole).addInPlace(gradient)
        return
      }
      let whole = try Tensor.zeros(shape, inOrderOf: strides, gradient.dtype)
      if let before = place {
        try whole.assign(before)
        try part(whole).addInPlace(gradient)
      } else {
        try part(whole).assign(gradient)
      }
      place = whole
    }
  }

  @inline(__always)
  private func enqueue(_ node: Node) {
    if node.isWaiting { return }
    node.isWaiting = true
    queue.push(node)
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
    var nodes: [Node] = []
    var waiting = roots.compactMap(\.node)
    while let node = waiting.popLast() {
      if node.seenInRun == number { continue }
      remember(node)
      node.seenInRun = number
      nodes.append(node)
      for input in 0..<node.edges.count {
        if case .node(let next, _) = node.edges[input], next.seenInRun != number { waiting.append(next) }
      }
    }
    // Inputs are older than what was made of them: one pass from old to new suffices.
    nodes.sort { $0.number < $1.number }
    for node in nodes where node.targetInRun == number || wantsAny(of: node) { node.neededInRun = number }
  }

  private func wantsAny(of node: Node) -> Bool {
    for input in 0..<node.edges.count where wants(node.edges[input]) { return true }
    return false
  }

  /// What runs around this one wrote on a node: a rule may ask for gradients itself.
  private struct Marks {
    let node: Node
    let seen, needed, target: UInt64
    let targets: [(result: Int, place: Int)]
  }

  private func remember(_ node: Node) {
    if !isNested { return }
    overwritten.append(
      Marks(
        node: node, seen: node.seenInRun, needed: node.neededInRun, target: node.targetInRun, targets: node.targets))
  }

  private func restoreMarks() {
    for marks in overwritten.reversed() {
      marks.node.seenInRun = marks.seen
      marks.node.neededInRun = marks.needed
      marks.node.targetInRun = marks.target
      marks.node.targets = marks.targets
    }
    overwritten = []
  }
}
