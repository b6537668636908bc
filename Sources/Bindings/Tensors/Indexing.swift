import Autodiff
import Basics
import LuaHost
import Tensors

/// `x[3]`, `x[{3, 5}]`, `x[{{1, 8}, {-10, -1}}]`, `x[ids]`, `x[mask]`, and assignment to all of them.
extension Lab {
  func installIndexing() {
    tensors.index { [self] call, tensor in
      switch call.kind(1) {
      case .number, .table, .object: call.push(try indexed(tensor, by: call, at: 1), tensors)
      default: nil
      }
    }
    tensors.assign { [self] call, tensor in
      switch call.kind(1) {
      case .number, .table, .object:
        try Self.requireChangeable(tensor)
        try assign(to: tensor, call)
        return true
      default: return false
      }
    }
    docs.add(
      Doc(
        "Tensor.index", "x[index]", chapter: "Tensors",
        "A row (x[3]), an element or row of several dimensions (x[{3, 5}]), a block (x[{{1, 8}, {-10, -1}}]), rows by ids, or elements by a mask.",
        notes:
          "Positions count from 1, -1 is the last. Inside the braces a number selects one position, {from, to} or {from, to, step} a run with both ends, {} everything, and an int64 tensor a list of positions. A bool tensor of the same shape selects elements. Numbers and runs give views, ids and masks copies. Assignment writes to the same places.",
        example:
          "local x = lab.arange(1, 12):reshape{3, 4}\nprint(x[2], x[{2, 3}], x[{{1, 2}, {-2, -1}}])\nx[{1, {}}] = 0\nprint(x)"
      ))
  }

  private func indexed(_ tensor: Tensor, by call: Call, at position: Int) throws -> Tensor {
    if let index = call.objectIfAny(position, tensors) { return try byTensor(tensor, index) }
    if call.isNumber(position) { return try row(tensor, call.integer(position)) }
    return try block(tensor, try call.table(position))
  }

  private func row(_ tensor: Tensor, _ given: Int) throws -> Tensor {
    guard tensor.rank > 0 else { throw Failure(.range, "a single number cannot be indexed; use :item()") }
    return try tensor.select(0, try Self.position(given, size: tensor.shape[0], dim: 0))
  }

  private func byTensor(_ tensor: Tensor, _ index: Tensor) throws -> Tensor {
    if index.dtype == .bool {
      guard let row = Operations.named("masked_select") else { throw Failure(.dtype, "a mask cannot select here") }
      guard case .tensor(let selected)? = try row([.tensor(tensor), .tensor(index)]).first else {
        throw Failure(.dtype, "a mask cannot select here")
      }
      return selected
    }
    guard tensor.rank > 0 else { throw Failure(.range, "a single number cannot be indexed; use :item()") }
    return try along(tensor, 0, index)
  }

  /// Rows by ids of any shape: the ids' dimensions take the place of `dim`.
  private func along(_ tensor: Tensor, _ dim: Int, _ ids: Tensor) throws -> Tensor {
    let flat = try tensor.indexSelect(dim, ids.reshapedView([ids.count]))
    if ids.rank == 1 { return flat }
    let sizes = Array(tensor.shape[..<dim]) + Array(ids.shape) + Array(tensor.shape[(dim + 1)...])
    return try flat.reshape(try Shape(sizes))
  }

  private func block(_ tensor: Tensor, _ table: TableReader) throws -> Tensor {
    guard try table.fieldNames().isEmpty else {
      throw Failure(.argument, "an index must be a list such as {3, {1, 5}}")
    }
    let count = table.count
    guard count <= tensor.rank else {
      throw Failure(
        .range,
        "an index of \(count) entries, but the tensor has \(tensor.rank) dimension\(tensor.rank == 1 ? "" : "s")")
    }
    var result = tensor
    var dim = 0
    for entry in 1...max(1, count) where entry <= count {
      try table.item(entry) { stack in
        if let ids = stack.object(at: -1, tensors) {
          result = try along(result, dim, ids)
          dim += ids.rank
        } else if stack.kind(at: -1) == .table {
          result = try run(result, dim, try stack.table(at: -1, "entry \(entry) of the index").integers())
          dim += 1
        } else {
          let given = try stack.integer(at: -1, "entry \(entry) of the index")
          result = try result.select(dim, try Self.position(given, size: result.shape[dim], dim: entry - 1))
        }
      }
    }
    return result
  }

  private func run(_ tensor: Tensor, _ dim: Int, _ ends: [Int]) throws -> Tensor {
    if ends.isEmpty { return tensor }
    guard ends.count == 2 || ends.count == 3 else {
      throw Failure(
        .argument, "a run is {from, to} or {from, to, step}, found \(ends.count) number\(ends.count == 1 ? "" : "s")")
    }
    let step = ends.count == 3 ? ends[2] : 1
    guard step >= 1 else { throw Failure(.argument, "the step of a run must be at least 1, found \(step)") }
    let size = tensor.shape[dim]
    // One before the first is allowed as an end, so that empty runs can be written.
    let from = try Self.position(ends[0], size: size, dim: dim, past: 1)
    let to = ends[1] == 0 ? -1 : try Self.position(ends[1], size: size, dim: dim)
    let length = to < from ? 0 : (to - from) / step + 1
    return try tensor.narrow(dim, start: length == 0 ? 0 : from, length: length, step: step)
  }

  /// A position counted from 1 (or from -1 backwards) as one from 0.
  static func position(_ given: Int, size: Int, dim: Int, past: Int = 0) throws -> Int {
    if given >= 1 && given <= size + past { return given - 1 }
    if given < 0 && given >= -size { return size + given }
    if given == 0 { throw Failure(.range, "index 0 is out of range: counting starts at 1 (-1 is the last)") }
    throw Failure(.range, "index \(given) is out of range 1 to \(size) in dimension \(dim + 1)")
  }

  private func assign(to tensor: Tensor, _ call: Call) throws {
    let source: Tensor
    if let given = call.objectIfAny(2, tensors) {
      source = given.detached()
    } else if call.isBoolean(2) {
      source = try .scalar(try call.boolean(2) ? 1 : 0, tensor.dtype)
    } else {
      source = try .scalar(try call.number(2), .float64)
    }
    if let index = call.objectIfAny(1, tensors) {
      try assign(source, to: tensor, at: index)
    } else {
      try assign(source, to: try Recording.without { try self.indexed(tensor.detached(), by: call, at: 1) }, of: tensor)
    }
  }

  private func assign(_ source: Tensor, to view: Tensor, of tensor: Tensor) throws {
    guard view.sharesMemory(with: tensor) else {
      throw Failure(.argument, "ids inside braces cannot be assigned to; use x[ids] = ..., or lab.scatter")
    }
    try view.assign(source)
  }

  private func assign(_ source: Tensor, to tensor: Tensor, at index: Tensor) throws {
    if index.dtype == .bool {
      guard index.shape == tensor.shape else {
        throw Failure(.shape, "a mask of shape \(index.shape) does not fit shape \(tensor.shape)")
      }
      let value = try source.converted(to: tensor.dtype)
      guard let spread = value.broadcastView(to: tensor.shape) else {
        throw Failure(
          .shape,
          "values of shape \(source.shape) do not broadcast to \(tensor.shape); a mask takes one value, or one for each place"
        )
      }
      return try tensor.assign(Forward.select(index, spread, tensor.detached()))
    }
    let ids = try Forward.checkedIds(index.reshapedView([index.count]), length: tensor.rank == 0 ? 0 : tensor.shape[0])
    var rows = tensor.shape
    rows[0] = ids.count
    guard let spread = try source.converted(to: tensor.dtype).broadcastView(to: rows) else {
      throw Failure(.shape, "values of shape \(source.shape) do not broadcast to rows of shape \(rows)")
    }
    for (number, id) in try ids.toIntegers().enumerated() {
      try tensor.selectedView(0, Int(id) - 1).assign(spread.selectedView(0, number))
    }
  }
}
