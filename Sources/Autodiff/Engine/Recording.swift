import Tensors

/// Whether operations leave a history for gradients.
public enum Recording {
  /// True except inside `without`.
  @exclusivity(unchecked) nonisolated(unsafe) public static var isOn = true

  /// Runs `body` without recording.
  @inline(__always)
  public static func without<R>(_ body: () throws -> R) rethrows -> R {
    let before = isOn
    isOn = false
    defer { isOn = before }
    return try body()
  }

  static func with<R>(_ on: Bool, _ body: () throws -> R) rethrows -> R {
    let before = isOn
    isOn = on
    defer { isOn = before }
    return try body()
  }
}

extension Tensor {
  /// Whether an operation on this tensor must be recorded now.
  @inline(__always) var isTracked: Bool { requiresGradient && Recording.isOn }

  /// Records that `self` was made by `name` from `inputs`; `rule` sends the gradients back.
  ///
  /// - Parameters:
  ///   - inputs: in the order in which the rule addresses them.
  ///   - saving: the inputs whose values the rule reads; changing them in place afterwards is an error.
  func recorded(
    _ name: String, _ inputs: [Tensor], saving: [Tensor] = [], keepsResult: Bool = false, _ rule: @escaping Node.Rule
  ) -> Tensor {
    history = Node(name, inputs: inputs, saving: saving, results: keepsResult ? [self] : [], rule: rule)
    requiresGradient = true
    return self
  }

  /// The same for one input or two.
  ///
  /// - Parameter saves: whether the rule reads the inputs' values.
  @inline(__always)
  func recorded(
    _ name: String, from a: Tensor, _ b: Tensor? = nil, saves: Bool = false, keepsResult: Bool = false,
    _ rule: @escaping Node.Rule
  ) -> Tensor {
    history = Node(name, a, b, saves: saves, result: keepsResult ? self : nil, rule: rule)
    requiresGradient = true
    return self
  }
}

extension Recording {
  /// How many operations left a history since the program began.
  public static var recordedOperations: Int { Int(Node.count) }
}

/// Records one operation with several results.
func record(_ name: String, results: [Tensor], _ inputs: [Tensor], saving: [Tensor] = [], rule: @escaping Node.Rule) {
  let node = Node(name, inputs: inputs, saving: saving, results: results, rule: rule)
  for (index, result) in results.enumerated() {
    result.history = node
    result.historyIndex = index
    result.requiresGradient = true
  }
}

extension Recording {
  /// Records an operation whose gradient rule comes from outside: it gets the gradient and the result, and gives a
  /// gradient (or `nil` for zero) for each input.
  public static func custom(
    _ name: String, result: Tensor, inputs: [Tensor],
    rule: @escaping (_ gradient: Tensor, _ result: Tensor) throws -> [Tensor?]
  ) -> Tensor {
    result.recorded(name, inputs, saving: inputs, keepsResult: true) { backward in
      for (index, gradient) in try rule(backward.gradient, backward.result()).enumerated() {
        if let gradient { try backward.send(index, gradient) }
      }
    }
  }
}
