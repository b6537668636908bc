import Autodiff
import Basics
import LuaHost
import Tensors

/// Gradients in scripts: `backward`, `lab.grad`, `lab.no_grad` and what is built on them.
extension Lab {
  func installGradients(_ host: LuaHost) throws {
    installBackward()
    try defineGrad()
    try defineNoGrad()
    try defineCustom()
  }

  private func installBackward() {
    tensors.method("requires_grad_", parameters: ["on"]) { call, tensor in
      let on = try call.boolean(1, default: true)
      guard tensor.dtype.isFloating || !on else {
        throw Failure(.dtype, "only floating-point tensors have gradients, found \(tensor.dtype.name)")
      }
      guard tensor.history == nil else {
        throw Failure(
          .gradient, "this is a result of an operation, gradients flow through it already; use :detach() to cut it off")
      }
      tensor.requiresGradient = on
      return call.pushSelf()
    }
    tensors.method("backward", parameters: ["gradient", "options"]) { [self] call, tensor in
      let seed = call.objectIfAny(1, tensors)
      let options = try call.options(seed == nil && call.isTable(1) ? 1 : 2, known: ["retain_graph", "create_graph"])
      if seed == nil, !call.isNil(1), !call.isTable(1) {
        throw call.mismatch(1, wanted: "a Tensor or a table of options")
      }
      try tensor.backward(
        seed: seed, createGraph: try options.boolean("create_graph") ?? false,
        retainGraph: try options.boolean("retain_graph"))
      return 0
    }
    tensors.method("register_hook", parameters: ["hook"]) { [self] call, tensor in
      let hook = try call.function(1)
      try tensor.addGradientHook { [self] gradient in
        guard case .object(let other as Tensor, _)? = try hook.call(value(gradient)).first else { return nil }
        guard other.shape == gradient.shape else {
          throw Failure(.shape, "a gradient hook returned shape \(other.shape), but the gradient has \(gradient.shape)")
        }
        return other
      }
      return call.pushSelf()
    }
    docs.add(
      Doc(
        "Tensor.requires_grad_", "x:requires_grad_([on])", chapter: "Gradients",
        "Asks for gradients with respect to this tensor, and returns it.",
        example: "local w = lab.ones{2}:requires_grad_()\nlocal loss = (w * w):sum()\nloss:backward()\nprint(w.grad)"))
    docs.add(
      Doc(
        "Tensor.backward", "x:backward([gradient], {retain_graph, create_graph})", chapter: "Gradients",
        "Adds the gradient of x to the .grad of every tensor that requires one.",
        details: [
          "gradient: where to start, of x's shape; 1 for a single number",
          "{create_graph}: record the gradients, to differentiate them again",
          "{retain_graph}: keep the graph for another walk",
        ],
        example: "local w = lab.tensor{3}:requires_grad_()\nlocal loss = (w ^ 2):sum()\nloss:backward()\nprint(w.grad)")
    )
    docs.add(
      Doc(
        "Tensor.register_hook", "x:register_hook(f)", chapter: "Gradients",
        "Calls f with the complete gradient of x in each backward; a tensor that f returns takes its place.",
        example:
          "local w = lab.ones{2}:requires_grad_()\nlocal y = w * 2\ny:register_hook(function(g) return g * 10 end)\ny:sum():backward()\nprint(w.grad)"
      ))
  }

  /// Tensors given as one tensor or a table of them.
  func tensorList(_ call: Call, _ position: Int) throws -> [Tensor] {
    if let one = call.objectIfAny(position, tensors) { return [one] }
    guard call.isTable(position) else { throw call.mismatch(position, wanted: "a Tensor or a table of Tensors") }
    return try call.table(position).objects(tensors)
  }

  private func defineGrad() throws {
    try define(
      Doc(
        "lab.grad", "lab.grad(outputs, inputs, {create_graph, retain_graph, allow_unused, grad_outputs})",
        chapter: "Gradients",
        parameters: ["outputs", "inputs", "options"],
        "The gradients of outputs with respect to inputs, as a table in the order of inputs; nothing is accumulated.",
        details: [
          "outputs: a single number, or several (their sum)", "{create_graph}: make the gradients differentiable",
          "{allow_unused}: zeros for inputs that outputs do not depend on",
          "{grad_outputs}: starting gradients, one for each output",
        ],
        example:
          "local x = lab.tensor{2}:requires_grad_()\nlocal g = lab.grad((x ^ 3):sum(), {x}, {create_graph = true})\nprint(lab.grad(g[1]:sum(), {x})[1])"
      )
    ) { [self] call in
      let outputs = try tensorList(call, 1)
      let inputs = try tensorList(call, 2)
      let options = try call.options(3, known: ["create_graph", "retain_graph", "allow_unused", "grad_outputs"])
      let seeds = try options.read("grad_outputs") { stack, what in try stack.table(at: -1, what).objects(tensors) }
      let found = try Tensor.gradients(
        of: outputs, seeds: seeds, withRespectTo: inputs, createGraph: try options.boolean("create_graph") ?? false,
        retainGraph: try options.boolean("retain_graph"), allowUnused: try options.boolean("allow_unused") ?? false)
      return try call.push(.array(found.map(value)))
    }
  }

  private func defineNoGrad() throws {
    try define(
      Doc(
        "lab.no_grad", "lab.no_grad(f, ...)", chapter: "Gradients", parameters: ["f"],
        "Calls f(...) without recording, and returns what it returns.",
        example:
          "local w = lab.ones{2}:requires_grad_()\nprint(lab.no_grad(function() return (w * 2).requires_grad end))")
    ) { call in
      guard call.isFunction(1) else { throw call.mismatch(1, wanted: "a function") }
      let below = call.index(1) - 1
      try Recording.without { try call.stack.call(arguments: call.count - 1, results: nil) }
      return call.stack.count - below
    }
    try define(
      Doc(
        "lab.is_grad_enabled", "lab.is_grad_enabled()", chapter: "Gradients", "Whether operations are recorded now.",
        example: "print(lab.is_grad_enabled())")
    ) { call in call.push(Recording.isOn) }
  }

  private func defineCustom() throws {
    try define(
      Doc(
        "lab.custom_gradient", "lab.custom_gradient(forward, backward)", chapter: "Gradients",
        parameters: ["forward", "backward"],
        "A function with a gradient of its own: forward(x, ...) gives the result, backward(g, y, x, ...) one gradient for each input.",
        notes:
          "forward runs without recording. A gradient of nil counts as zero. Gradients of the gradient go through the operations that backward uses.",
        example:
          "local sign = lab.custom_gradient(function(x) return x:sign() end, function(g) return g end)\nlocal w = lab.tensor{-2, 3}:requires_grad_()\nsign(w):sum():backward()\nprint(w.grad)"
      )
    ) { [self] call in
      let forward = try call.function(1)
      let backward = try call.function(2)
      return try call.push(
        .function(NativeFunction("custom_gradient") { [self] call in try runCustom(call, forward, backward) }))
    }
  }

  private func runCustom(_ call: Call, _ forward: LuaReference, _ backward: LuaReference) throws -> Int {
    let inputs = try (1...max(1, call.count)).map { try call.object($0, tensors) }
    let results = try Recording.without { try call.host.call(forward, arguments: inputs.map(value)) }
    guard case .object(let made as Tensor, _)? = results.first else {
      throw Failure(.argument, "the forward function must return a Tensor")
    }
    let y = made.detached()
    guard Recording.isOn, inputs.contains(where: \.requiresGradient) else { return call.push(y, tensors) }
    let tracked = Recording.custom("custom_gradient", result: y, inputs: inputs) { [self] gradient, result in
      let values = try backward.call(arguments: [value(gradient), value(result)] + inputs.map(value))
      return try inputs.indices.map { index in
        guard index < values.count, !values[index].isNil else { return nil }
        guard case .object(let given as Tensor, _) = values[index] else {
          throw Failure(.argument, "the backward function must return Tensors or nil, one for each input")
        }
        guard given.shape == inputs[index].shape else {
          throw Failure(
            .shape, "the backward function gave shape \(given.shape) for an input of shape \(inputs[index].shape)")
        }
        return given
      }
    }
    return call.push(tracked, tensors)
  }
}
