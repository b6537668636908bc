import Basics
import Tensors

/// Where a gradient goes: nowhere, into a leaf, or on through the operation that made the input.
enum Edge {
  case none
  case leaf(Tensor)
  case node(Node, result: Int)

  init(_ tensor: Tensor) {
    if let node = tensor.history as? Node {
      self = .node(node, result: tensor.historyIndex)
    } else {
      self = tensor.requiresGradient ? .leaf(tensor) : .none
    }
  }
}

/// One recorded operation: where its gradients go, and the rule that makes them.
///
/// Numbers grow with time, so walking from higher to lower numbers is a topological order and needs no recursion.
public final class Node: History {
  /// A rule sends a gradient to each input that needs one, written in recorded operations so that it can be
  /// differentiated again.
  public typealias Rule = (_ backward: Backward) throws -> Void

  /// The operation's name, for error messages.
  public let name: String
  let number: UInt64
  var edges: [Edge]
  var rule: Rule?
  /// The results' values without history, for rules that need them (a history would be a cycle).
  var results: [Tensor]
  /// The inputs and results whose values the rule needs, and what their versions were.
  private var guarded: [(tensor: Tensor, version: UInt32)]
  /// Gradients that arrived, one place for each result.
  var incoming: [Tensor?] = []
  /// The run of the engine that last found this node to lie on a path to what is asked for.
  var neededInRun: UInt64 = 0
  /// Called with the gradient of a result when it is complete; may replace it.
  var hooks: [(Tensor) throws -> Tensor?] = []

  nonisolated(unsafe) private static var last: UInt64 = 0

  init(_ name: String, inputs: [Tensor], saving: [Tensor], results: [Tensor], rule: @escaping Rule) {
    self.name = name
    Node.last += 1
    number = Node.last
    edges = inputs.map(Edge.init)
    let kept = results.map { $0.detached() }
    guarded = (saving + kept).map { ($0, $0.version) }
    self.results = kept
    self.rule = rule
  }

  deinit { Graveyard.bury(&edges, &rule, &guarded) }

  /// Frees what the rule holds. The graph cannot be walked again.
  func release() {
    rule = nil
    guarded = []
    edges = []
  }

  /// Throws when a value that the rule needs was changed in place since it was recorded.
  func checkVersions() throws {
    for (tensor, version) in guarded where tensor.version != version {
      throw Failure(
        .gradient,
        "a tensor that the gradient of '\(name)' needs was changed in place afterwards; use the out-of-place form, or change it before"
      )
    }
  }
}

/// Frees chains of nodes one after another: a chain of a million operations must not recurse a million deep.
private enum Graveyard {
  nonisolated(unsafe) private static var waiting: [([Edge], Node.Rule?, [(Tensor, UInt32)])] = []
  nonisolated(unsafe) private static var isDigging = false

  static func bury(
    _ edges: inout [Edge], _ rule: inout Node.Rule?, _ guarded: inout [(tensor: Tensor, version: UInt32)]
  ) {
    if edges.isEmpty && rule == nil { return }
    waiting.append((edges, rule, guarded))
    edges = []
    rule = nil
    guarded = []
    if isDigging { return }
    isDigging = true
    while !waiting.isEmpty { _ = waiting.removeLast() }
    isDigging = false
  }
}
