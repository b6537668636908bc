import Autodiff
import Basics
import Tensors

/// Compares the gradients of one row with central finite differences in float64, to the order that the row claims.
///
/// The results are folded into one number by fixed random weights: S(x) = sum of w y(x). Its gradient is checked; then the
/// gradient is folded by other weights v, G(x, w) = sum of v dS/dx, and the gradient of that with respect to x and w.
struct GradientChecker {
  let operation: Operation
  let samples: OperationSamples
  let name: String

  private let step = 1e-5

  func problems() -> [String] {
    do {
      let arguments = try samples.values(.float64, .contiguous)
      let inputs = Inputs(arguments)
      // Samples of whole numbers alone have no gradient to check.
      if inputs.leaves.isEmpty { return [] }
      var problems = try firstOrder(inputs)
      if problems.isEmpty { problems += try secondOrder(inputs) }
      if problems.isEmpty { problems += try oneAtATime(inputs) }
      if problems.isEmpty { problems += try otherForms() }
      return problems
    } catch {
      return ["\(name), gradient: \(error)"]
    }
  }

  /// The floating-point tensors among the arguments.
  private struct Inputs {
    let arguments: [Value]
    let leaves: [Tensor]

    init(_ arguments: [Value]) {
      self.arguments = arguments
      leaves = arguments.flatMap { value -> [Tensor] in
        switch value {
        case .tensor(let tensor): tensor.dtype.isFloating ? [tensor] : []
        case .tensors(let tensors): tensors.filter(\.dtype.isFloating)
        default: []
        }
      }
    }

    /// Makes exactly these leaves require a gradient.
    func require(_ wanted: (Int) -> Bool) {
      for (index, leaf) in leaves.enumerated() {
        leaf.requiresGradient = wanted(index)
        leaf.gradient = nil
      }
    }
  }

  /// The floating-point results of the operation.
  private func results(_ inputs: Inputs) throws -> [Tensor] {
    try operation(inputs.arguments).flatMap { value -> [Tensor] in
      switch value {
      case .tensor(let tensor): tensor.dtype.isFloating ? [tensor] : []
      case .tensors(let tensors): tensors.filter(\.dtype.isFloating)
      default: []
      }
    }
  }

  /// Fixed random numbers of given shapes.
  private func weights(_ like: [Tensor], _ seed: UInt64) throws -> [Tensor] {
    var numbers = SplitMix(seed)
    return try like.map { tensor in
      try .from((0..<tensor.count).map { _ in 2 * numbers.fraction() - 1 }, shape: tensor.shape, tensor.dtype)
    }
  }

  /// The weighted sum of all finite numbers; the others are constants, such as those that a mask puts in.
  private static func dot(_ a: [Tensor], _ weights: [Tensor]) -> Double {
    zip(a, weights).reduce(0) { sum, pair in
      zip(pair.0.toDoubles(), pair.1.toDoubles()).reduce(sum) { $0 + ($1.0.isFinite ? $1.0 * $1.1 : 0) }
    }
  }

  /// The gradients of S with respect to all leaves.
  private func gradients(_ inputs: Inputs, _ w: [Tensor]?, createGraph: Bool) throws -> [Tensor] {
    let y = try results(inputs)
    let w = try w ?? weights(y, 1)
    let tracked = y.indices.filter { y[$0].requiresGradient }
    // A result that depends on nothing, such as a power of 0, has a zero gradient; finite differences tell if that is true.
    if tracked.isEmpty { return try inputs.leaves.map { try .zeros($0.shape, $0.dtype) } }
    return try Tensor.gradients(
      of: tracked.map { y[$0] }, seeds: tracked.map { w[$0] }, withRespectTo: inputs.leaves, createGraph: createGraph,
      allowUnused: true)
  }

  /// Central differences of `f` by every element of `x`.
  private func differences(_ x: Tensor, _ f: () throws -> Double) throws -> Plain {
    var result = Plain(x)
    for i in 0..<x.count {
      let before = x.doubles[i]
      defer { x.doubles[i] = before }
      x.doubles[i] = before + step
      let above = try f()
      x.doubles[i] = before - step
      let below = try f()
      result.values[i] = (above - below) / (2 * step)
    }
    return result
  }

  private func firstOrder(_ inputs: Inputs) throws -> [String] {
    inputs.require { _ in true }
    let plain = try gradients(inputs, nil, createGraph: false)
    let recorded = try gradients(inputs, nil, createGraph: true)
    let w = try weights(results(inputs), 1)
    var problems: [String] = []
    for (index, leaf) in inputs.leaves.enumerated() {
      let wanted = try differences(leaf) { Self.dot(try Recording.without { try results(inputs) }, w) }
      for (form, gradient) in [("", plain[index]), (" with create_graph", recorded[index])] {
        let which = "\(name), gradient of input \(index + 1)\(form)"
        if gradient.dtype != leaf.dtype {
          problems.append("\(which) is \(gradient.dtype.name), the input \(leaf.dtype.name)")
        }
        problems += OperationChecker.compare(which, Plain(gradient), wanted, .float64, tolerance: 1e-6)
      }
    }
    return problems
  }

  private func secondOrder(_ inputs: Inputs) throws -> [String] {
    guard operation.check.order > 1 else { return [] }
    inputs.require { _ in true }
    let w = try weights(Recording.without { try results(inputs) }, 1)
    for weight in w { weight.requiresGradient = true }
    let first = try gradients(inputs, w, createGraph: true)
    let v = try weights(first, 2)
    let tracked = first.indices.filter { first[$0].requiresGradient }
    let variables = inputs.leaves + w
    let second =
      tracked.isEmpty
      ? try variables.map { try Tensor.zeros($0.shape, $0.dtype) }
      : try Tensor.gradients(
        of: tracked.map { first[$0] }, seeds: tracked.map { v[$0] }, withRespectTo: variables, allowUnused: true)
    var problems: [String] = []
    for (index, variable) in variables.enumerated() {
      let wanted = try differences(variable) { Self.dot(try gradients(inputs, w, createGraph: false), v) }
      let of =
        index < inputs.leaves.count ? "input \(index + 1)" : "the incoming gradient \(index - inputs.leaves.count + 1)"
      problems += OperationChecker.compare(
        "\(name), second gradient by \(of)", Plain(second[index]), wanted, .float64, tolerance: 1e-6)
    }
    return problems
  }

  /// Each input alone: it receives what it received together with the others, and the others nothing.
  private func oneAtATime(_ inputs: Inputs) throws -> [String] {
    inputs.require { _ in true }
    let all = try gradients(inputs, nil, createGraph: false).map { Plain($0) }
    var problems: [String] = []
    for index in inputs.leaves.indices {
      inputs.require { $0 == index }
      defer { inputs.require { _ in false } }
      let y = try results(inputs)
      let w = try weights(y, 1)
      let tracked = y.indices.filter { y[$0].requiresGradient }
      if tracked.isEmpty {
        if all[index].values.contains(where: { $0 != 0 }) {
          problems.append("\(name): no result requires a gradient when only input \(index + 1) does")
        }
        continue
      }
      for result in tracked { try y[result].backward(seed: w[result], retainGraph: true) }
      for (other, leaf) in inputs.leaves.enumerated() {
        if other != index {
          if leaf.gradient != nil {
            problems.append("\(name): input \(other + 1) received a gradient that nobody wanted")
          }
          continue
        }
        let found = try leaf.gradient.map { Plain($0) } ?? Plain(Tensor.zeros(leaf.shape, leaf.dtype))
        problems += OperationChecker.compare(
          "\(name), gradient of input \(index + 1) alone", found, all[index], .float64)
      }
    }
    return problems
  }

  /// Float32 and views: the same gradients within rounding, in the input's shape and dtype.
  private func otherForms() throws -> [String] {
    let reference = Inputs(try samples.values(.float64, .contiguous))
    reference.require { _ in true }
    let wanted = try gradients(reference, nil, createGraph: false).map { Plain($0) }
    var problems: [String] = []
    for dtype in [DType.float64, .float32] {
      for layout in [OperationSamples.Layout.transposed, .stepped] {
        let inputs = Inputs(try samples.values(dtype, layout))
        inputs.require { _ in true }
        let found = try gradients(inputs, nil, createGraph: false)
        for index in inputs.leaves.indices {
          let which = "\(name), gradient of input \(index + 1) (\(dtype.name), \(layout.rawValue))"
          if found[index].dtype != dtype { problems.append("\(which) is \(found[index].dtype.name)") }
          problems += OperationChecker.compare(
            which, Plain(found[index]), wanted[index], dtype, tolerance: dtype == .float32 ? 1e-4 : 1e-10)
        }
      }
    }
    return problems
  }
}
