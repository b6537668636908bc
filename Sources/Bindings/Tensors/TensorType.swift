import Autodiff
import Basics
import LuaHost
import Tensors

/// What tensors have besides the operations of the rows: fields, conversion to plain Lua, comparison guards.
extension Lab {
  func installTensors(_ host: LuaHost) throws {
    try installOperations()
    installFields()
    installConversions()
    installComparisonGuards()
    installIndexing()
    installInPlace()
    try installCreation()
  }

  private func installFields() {
    tensors.field("shape") { call, tensor in call.push(Array(tensor.shape)) }
    tensors.field("dtype") { call, tensor in call.push(tensor.dtype.name) }
    tensors.field("requires_grad") { call, tensor in call.push(tensor.requiresGradient) }
    tensors.field("grad") { [self] call, tensor in
      tensor.gradient.map { call.push($0, self.tensors) } ?? call.pushNil()
    }
    tensors.setter("grad") { [self] call, tensor in
      guard !call.isNil(2) else {
        tensor.gradient = nil
        return
      }
      let gradient = try call.object(2, self.tensors)
      guard gradient.shape == tensor.shape, gradient.dtype == tensor.dtype else {
        throw Failure(
          .shape,
          "grad must have shape \(tensor.shape) and dtype \(tensor.dtype.name), found \(gradient.shape) and \(gradient.dtype.name)"
        )
      }
      tensor.gradient = gradient
    }
    tensors.method("size", parameters: ["dim"]) { [self] call, tensor in
      call.push(tensor.shape[try dimension(try call.integer(1), rank: tensor.rank, "argument 1 (dim)")])
    }
    tensors.method("dim") { call, tensor in call.push(tensor.rank) }
    tensors.method("numel") { call, tensor in call.push(tensor.count) }
    tensors.method("nbytes") { call, tensor in call.push(tensor.byteCount) }
    tensors.method("is_contiguous") { call, tensor in call.push(tensor.isContiguous) }
    tensors.on(.length) { [self] call in
      let tensor = try call.object(1, tensors)
      guard tensor.rank > 0 else { throw Failure(.shape, "a single number has no length") }
      return call.push(tensor.shape[0])
    }
    document(
      "shape", "x.shape", "The sizes of the dimensions, as a table.", "print(lab.zeros{2, 3}.shape)")
    document(
      "dtype", "x.dtype", "The type of the elements: \"float32\", \"float64\", \"int64\" or \"bool\".",
      "print(lab.zeros{2}.dtype)")
    document(
      "grad", "x.grad", "The gradient that backward accumulated; nil before. Assign nil to clear it.",
      "local w = lab.ones{2}:requires_grad_()\nlocal loss = (w * w):sum()\nloss:backward()\nprint(w.grad)")
    document("size", "x:size(dim)", "The size of one dimension.", "print(lab.zeros{2, 3}:size(-1))")
    document("numel", "x:numel()", "The number of elements.", "print(lab.zeros{2, 3}:numel())")
  }

  private func document(_ name: String, _ signature: String, _ summary: String, _ example: String) {
    docs.add(Doc("Tensor." + name, signature, chapter: "Tensors", summary, example: example))
  }

  private func installConversions() {
    tensors.method("item") { call, tensor in
      guard tensor.count == 1 else {
        throw Failure(
          .shape, "only a tensor with one element is one number; this one has shape \(tensor.shape); use :totable()")
      }
      return Self.pushElement(tensor, 0, call)
    }
    tensors.method("totable") { call, tensor in
      guard tensor.rank > 0 else { return Self.pushElement(tensor, 0, call) }
      try call.push(Self.nested(tensor, dim: 0, from: 0))
      return 1
    }
    tensors.method("to", parameters: ["dtype"]) { [self] call, tensor in
      call.push(try tensor.to(try readDType(call.stack, call.index(1), call.argumentName(1))), tensors)
    }
    tensors.method("clone") { [self] call, tensor in call.push(try tensor.clone(), tensors) }
    tensors.method("detach") { [self] call, tensor in call.push(tensor.detached(), tensors) }
    tensors.method("contiguous") { [self] call, tensor in call.push(try tensor.contiguousRecorded(), tensors) }
    tensors.method("equal", parameters: ["other"]) { [self] call, tensor in
      let other = try call.object(1, tensors)
      guard tensor.shape == other.shape, tensor.dtype == other.dtype else { return call.push(false) }
      let same = try Forward.compare(.equal, tensor.detached(), other.detached())
      return call.push(try same.toDoubles().allSatisfy { $0 == 1 })
    }
    document("item", "x:item()", "The number in a tensor with one element.", "print(lab.tensor{1, 2}:sum():item())")
    document(
      "totable", "x:totable()", "The elements as nested Lua tables.",
      "print(lab.tensor{{1, 2}, {3, 4}}:totable()[2][1])")
    document(
      "to", "x:to(dtype)", "The same numbers in another dtype; floats become whole numbers towards zero.",
      "print(lab.tensor{1.7, -1.7}:to(\"int64\"))")
    document(
      "clone", "x:clone()", "A copy in memory of its own, through which gradients flow.", "print(lab.ones{2}:clone())")
    document(
      "detach", "x:detach()", "The same elements without history: gradients stop here.",
      "local w = lab.ones{2}:requires_grad_()\nprint((w * 2):detach().requires_grad)")
    document(
      "equal", "x:equal(other)", "Whether shape, dtype and all elements agree: true or false.",
      "print(lab.ones{2}:equal(lab.ones{2}))")
  }

  private static func pushElement(_ tensor: Tensor, _ position: Int, _ call: Call) -> Int {
    switch tensor.dtype {
    case .int64: call.push(Int(tensor.element(position)))
    case .bool: call.push(tensor.element(position) != 0)
    default: call.push(tensor.element(position))
    }
  }

  private static func nested(_ tensor: Tensor, dim: Int, from start: Int) throws -> LuaValue {
    let step = tensor.shape[(dim + 1)...].reduce(1, *)
    return .array(
      try (0..<tensor.shape[dim]).map { i in
        if dim + 1 < tensor.rank { return try nested(tensor, dim: dim + 1, from: start + i * step) }
        let value = tensor.element(start + i)
        switch tensor.dtype {
        case .int64: return .integer(Int(value))
        case .bool: return .boolean(value != 0)
        default: return .number(value)
        }
      })
  }

  /// Lua would make a plain boolean of these, or call them on one side only.
  private func installComparisonGuards() {
    for (event, method) in [(Metamethod.equal, "eq"), (.less, "lt"), (.lessOrEqual, "le")] {
      tensors.on(event) { _ in
        throw Failure(
          .argument,
          "Lua's comparison gives one boolean; use a:\(method)(b) for a mask"
            + (event == .equal ? ", a:equal(b) for true or false" : ", or :item() to compare single numbers"))
      }
    }
    tensors.on(.concat) { _ in
      throw Failure(.argument, "a Tensor is not text; use tostring(x), or lab.cat to join tensors")
    }
  }

  private func installInPlace() {
    inPlace("fill_", ["value"]) { call, tensor in
      try tensor.assign(.scalar(try call.number(1), tensor.dtype == .float32 ? .float64 : tensor.dtype))
    }
    inPlace("zero_", []) { _, tensor in try tensor.assign(.scalar(0, tensor.dtype)) }
    inPlace("copy_", ["source"]) { [tensors] call, tensor in try tensor.assign(try call.object(1, tensors)) }
    for (name, operation) in [("add_", "add"), ("sub_", "sub"), ("mul_", "mul"), ("div_", "div")] {
      guard let row = Operations.named(operation), case .binary(let forms) = row.body else { continue }
      inPlace(name, ["other"]) { [tensors] call, tensor in
        let plain = tensor.detached()
        let result =
          try call.objectIfAny(1, tensors).map { try forms.tensors(plain, $0.detached()) }
          ?? forms.number(plain, try call.number(1), false)
        guard result.shape == tensor.shape else {
          throw Failure(.shape, "a tensor of shape \(tensor.shape) cannot grow in place to \(result.shape)")
        }
        try tensor.assign(result)
      }
    }
  }

  /// A method that changes the tensor's memory and returns it; refused where a gradient needs the old values.
  private func inPlace(_ name: String, _ parameters: [String], _ change: @escaping (Call, Tensor) throws -> Void) {
    tensors.method(name, parameters: parameters) { call, tensor in
      try Self.requireChangeable(tensor)
      try change(call, tensor)
      return call.pushSelf()
    }
    docs.add(
      Doc(
        "Tensor." + name, "x:\(name)(\(parameters.joined(separator: ", ")))", chapter: "Tensors",
        "Changes the tensor in place and returns it; refused on tensors that a gradient needs, except under lab.no_grad.",
        example: "print(lab.ones{3}:\(name)(\(name == "copy_" ? "lab.zeros{3}" : parameters.isEmpty ? "" : "2")))"))
  }

  static func requireChangeable(_ tensor: Tensor) throws {
    if tensor.history != nil {
      throw Failure(
        .gradient,
        "a result that gradients flow through cannot be changed in place; use the out-of-place form or :detach():clone() first"
      )
    }
    if tensor.requiresGradient && Recording.isOn {
      throw Failure(
        .gradient,
        "a tensor that requires a gradient cannot be changed in place; do it inside lab.no_grad(function() ... end)")
    }
  }
}
