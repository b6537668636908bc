import Basics
import Tensors

/// One recorded operation: where its gradients go, and the rule that makes them.
///
/// Numbers grow with time, so walking from higher to lower numbers is a topological order and needs no recursion. Most
/// operations have one or two inputs and one result: those make no arrays.
public final class Node: History {
  /// A rule sends a gradient to each input that needs one, written in recorded operations so that it can be
  /// differentiated again.
  public typealias Rule = (_ backward: Backward) throws -> Void

  /// The operation's name, for error messages.
  public let name: String
  let number: UInt64
  @exclusivity(unchecked) var edges: Edges
  @exclusivity(unchecked) var rule: Rule?
  /// The results' values without history, for rules that need them (a history would be a cycle).
  @exclusivity(unchecked) private(set) var result: Tensor?
  @exclusivity(unchecked) private var furtherResults: [Tensor] = []
  /// The inputs and results whose values the rule needs, and what their versions were.
  @exclusivity(unchecked) private var guarded = GuardedTensors()
  /// Gradients that arrived, one place for each result.
  @exclusivity(unchecked) var incoming = IncomingGradients()
  /// Whether it waits for its turn in the engine.
  @exclusivity(unchecked) var isWaiting = false
  /// The runs of the engine that last came by, and last found this node to lie on a path to what is asked for.
  @exclusivity(unchecked) var seenInRun: UInt64 = 0
  @exclusivity(unchecked) var neededInRun: UInt64 = 0
  /// The run of the engine that asks for gradients of results of this node, and for which: results and their places
  /// among the targets.
  @exclusivity(unchecked) var targetInRun: UInt64 = 0
  @exclusivity(unchecked) var targets: [(result: Int, place: Int)] = []
  /// Called with the gradient of a result when it is complete; may replace it.
  @exclusivity(unchecked) var hooks: [(Tensor) throws -> Tensor?] = []

  @exclusivity(unchecked) nonisolated(unsafe) private static var last: UInt64 = 0

  /// How many operations were recorded since the program began.
  static var count: UInt64 { last }

  init(_ name: String, inputs: [Tensor], saving: [Tensor], results: [Tensor], rule: @escaping Rule) {
    self.name = name
    Node.last &+= 1
    number = Node.last
    edges = Edges(inputs)
    self.rule = rule
    super.init()
    for tensor in saving { guarded.append(tensor) }
    for (index, result) in results.enumerated() {
      let kept = result.detached()
      guarded.append(kept)
      if index == 0 { self.result = kept } else { furtherResults.append(kept) }
    }
  }

  /// For one or two inputs and one result.
  init(_ name: String, _ a: Tensor, _ b: Tensor?, saves: Bool, result: Tensor?, rule: @escaping Rule) {
    self.name = name
    Node.last &+= 1
    number = Node.last
    edges = Edges(a, b)
    self.rule = rule
    super.init()
    if saves {
      guarded.append(a)
      if let b { guarded.append(b) }
    }
    if let result {
      let kept = result.detached()
      guarded.append(kept)
      self.result = kept
    }
  }

  deinit { Graveyard.bury(&edges, &rule, &guarded) }

  /// How many results keep their values.
  var keptResults: Int { result == nil ? 0 : 1 + furtherResults.count }

  /// The value of a result, without history; `nil` when the rule does not need it.
  func kept(_ index: Int) -> Tensor? {
    if index == 0 { return result }
    return index <= furtherResults.count ? furtherResults[index - 1] : nil
  }

  /// Frees what the rule holds. The graph cannot be walked again.
  func release() {
    rule = nil
    guarded = GuardedTensors()
    edges = Edges()
  }

  /// Throws when a value that the rule needs was changed in place since it was recorded.
  @inline(__always)
  func checkVersions() throws {
    if guarded.areUnchanged { return }
    throw Failure(
      .gradient,
      "a tensor that the gradient of '\(name)' needs was changed in place afterwards; use the out-of-place form, or change it before"
    )
  }
}

/// Frees chains of nodes one after another: a chain of a million operations must not recurse a million deep.
private enum Graveyard {
  private struct Remains {
    let edges: Edges
    let rule: Node.Rule?
    let guarded: GuardedTensors
  }

  @exclusivity(unchecked) nonisolated(unsafe) private static var waiting: [Remains] = []
  @exclusivity(unchecked) nonisolated(unsafe) private static var isDigging = false

  static func bury(_ edges: inout Edges, _ rule: inout Node.Rule?, _ guarded: inout GuardedTensors) {
    if edges.isEmpty && rule == nil { return }
    waiting.append(Remains(edges: edges, rule: rule, guarded: guarded))
    edges = Edges()
    rule = nil
    guarded = GuardedTensors()
    if isDigging { return }
    isDigging = true
    while !waiting.isEmpty { _ = waiting.removeLast() }
    isDigging = false
  }
}
