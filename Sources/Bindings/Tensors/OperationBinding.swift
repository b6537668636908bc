import Autodiff
import Basics
import LuaHost
import Tensors

/// Rows of operations become functions `lab.<name>` and methods of tensors.
extension Lab {
  func installOperations() throws {
    let nn = try subtable("nn", of: table)
    for operation in Operations.all {
      docs.add(Doc(operation))
      let names = operation.positional.map(\.name)
      try (operation.group.table == "lab.nn" ? nn : table).define(operation.name, parameters: names) { [self] call in
        try run(operation, call, on: nil)
      }
      if operation.isMethod {
        tensors.method(operation.name, parameters: Array(names.dropFirst())) { [self] call, tensor in
          try run(operation, call, on: tensor)
        }
      }
      if let event = Metamethod.allCases.first(where: { "__" + $0.luaName == operation.metamethod }) {
        installOperator(operation, event)
      }
    }
  }

  /// An operator of a tensor, between two tensors, or between a tensor and a number.
  private func installOperator(_ operation: Operation, _ event: Metamethod) {
    switch operation.body {
    case .unary(let function):
      tensors.on(event) { [tensors] call in call.push(try function(try call.object(1, tensors)), tensors) }
    case .binary(let forms):
      tensors.on(event) { [self, tensors] call in
        try push(forms, call, call.objectIfAny(1, tensors), 1, call.objectIfAny(2, tensors), 2)
      }
    case .pair, .general: break
    }
  }

  @inline(__always)
  private func push(
    _ forms: Operation.Binary, _ call: Call, _ a: Tensor?, _ aPosition: Int, _ b: Tensor?, _ bPosition: Int
  ) throws -> Int {
    let result: Tensor
    switch (a, b) {
    case (let a?, let b?): result = try forms.tensors(a, b)
    case (let a?, nil): result = try forms.number(a, try number(call, bPosition), false)
    case (nil, let b?): result = try forms.number(b, try number(call, aPosition), true)
    case (nil, nil): throw call.mismatch(aPosition, wanted: "a Tensor or a number, and one of the two a Tensor")
    }
    return call.push(result, tensors)
  }

  private func number(_ call: Call, _ position: Int) throws -> Double {
    guard call.isNumber(position) else { throw call.mismatch(position, wanted: "a Tensor or a number") }
    return try call.number(position)
  }

  /// A call as function (`on` nil) or as method (`on` the object, which then counts as the first parameter).
  private func run(_ operation: Operation, _ call: Call, on object: Tensor?) throws -> Int {
    switch operation.body {
    case .unary(let function):
      try call.atMost(object == nil ? 1 : 0)
      return call.push(try function(try object ?? call.object(1, tensors)), tensors)
    case .binary(let forms):
      try call.atMost(object == nil ? 2 : 1)
      if let object { return try push(forms, call, object, 0, call.objectIfAny(1, tensors), 1) }
      return try push(forms, call, call.objectIfAny(1, tensors), 1, call.objectIfAny(2, tensors), 2)
    case .pair(let function):
      try call.atMost(object == nil ? 2 : 1)
      let second = try call.object(object == nil ? 2 : 1, tensors)
      return call.push(try function(try object ?? call.object(1, tensors), second), tensors)
    case .general(let function):
      let results = try function(Arguments(try arguments(of: operation, call, on: object)))
      for result in results { try push(result, call) }
      return results.count
    }
  }

  func push(_ value: Value, _ call: Call) throws {
    switch value {
    case .none: call.pushNil()
    case .tensor(let tensor): call.push(tensor, tensors)
    case .tensors(let list): try call.push(.array(list.map(self.value)))
    case .number(let number): call.push(number)
    case .integer(let number): call.push(number)
    case .integers(let list): call.push(list)
    case .boolean(let truth): call.push(truth)
    case .text(let text): call.push(text)
    case .dtype(let dtype): call.push(dtype.name)
    }
  }

  /// Reads a row's arguments: positional ones, then the trailing table of options.
  private func arguments(of operation: Operation, _ call: Call, on object: Tensor?) throws -> [Value] {
    var values: [Value] = []
    values.reserveCapacity(operation.parameters.count)
    var position = 1
    var rank = 0
    var isFirst = true
    for parameter in operation.positional {
      if isFirst, let object {
        values.append(.tensor(object))
        rank = object.rank
        isFirst = false
        continue
      }
      isFirst = false
      if isOptions(call, position, parameter, operation) || call.isNil(position) {
        values.append(try fallback(parameter, call, position, rank))
        if call.isNil(position) { position += 1 }
        continue
      }
      let value = try read(parameter, call, position, rank)
      if values.isEmpty, case .tensor(let tensor) = value { rank = tensor.rank }
      values.append(value)
      position += 1
    }
    try appendOptions(of: operation, call, at: position, rank, to: &values)
    return values
  }

  /// Whether the argument is the trailing table of options rather than a value for this parameter.
  private func isOptions(_ call: Call, _ position: Int, _ parameter: Parameter, _ operation: Operation) -> Bool {
    guard parameter.fallback != nil, call.isTable(position), position == call.count else { return false }
    switch parameter.kind {
    case .dimensions, .shape, .integers, .integersOr, .tensors:
      return (try? call.table(position).hasFields) ?? false
    default: return !operation.options.isEmpty
    }
  }

  private func appendOptions(
    of operation: Operation, _ call: Call, at position: Int, _ rank: Int, to values: inout [Value]
  ) throws {
    let options = operation.options
    if options.isEmpty {
      if call.count >= position { throw tooMany(operation, call, position) }
      return
    }
    guard call.count >= position, !call.isNil(position) else {
      for option in options { values.append(try fallback(option, call, position, rank)) }
      return
    }
    guard call.isTable(position), call.count == position else { throw tooMany(operation, call, position) }
    let given = try call.options(position, known: options.map(\.name))
    for option in options {
      let value = try given.read(option.name) { stack, what in try self.read(option, stack, -1, .text(what), rank) }
      values.append(try value ?? fallback(option, call, position, rank))
    }
  }

  private func tooMany(_ operation: Operation, _ call: Call, _ position: Int) -> Failure {
    if let option = operation.options.first, !call.isTable(position) {
      return Failure(
        .argument,
        "options go in a trailing table, such as {\(option.name) = ...}, but found \(call.stack.describe(at: call.index(position)))"
      )
    }
    return Failure(.argument, "too many arguments: use \(operation.signature)")
  }

  private func fallback(_ parameter: Parameter, _ call: Call, _ position: Int, _ rank: Int) throws -> Value {
    switch parameter.fallback {
    case nil: throw call.mismatch(position, wanted: Self.wanted(parameter.kind))
    case .some(.none): return .none
    case .some(.number(let value)): return .number(value)
    case .some(.integer(let value)): return .integer(value)
    case .some(.boolean(let value)): return .boolean(value)
    case .some(.text(let value)): return .text(value)
    case .some(.dimension(let value)): return .integer(try dimension(value, rank: rank, parameter.name))
    }
  }

  private func read(_ parameter: Parameter, _ call: Call, _ position: Int, _ rank: Int) throws -> Value {
    try read(parameter, call.stack, call.index(position), call.argument(position), rank)
  }

  private func read(
    _ parameter: Parameter, _ stack: LuaStack, _ index: Int, _ argument: ArgumentName, _ rank: Int
  ) throws -> Value {
    var what: String { argument.text }
    switch parameter.kind {
    case .tensor(let orNumber):
      if let tensor = stack.object(at: index, tensors) { return .tensor(tensor) }
      if orNumber, stack.isNumber(at: index) { return .number(try stack.number(at: index, what)) }
      let wanted = orNumber ? "a Tensor or a number" : "a Tensor"
      throw Failure(.argument, "\(what) must be \(wanted), but is \(stack.describe(at: index))")
    case .tensors: return .tensors(try stack.table(at: index, argument).objects(tensors))
    case .number: return .number(try stack.number(at: index, what))
    case .integer: return .integer(try stack.integer(at: index, what))
    case .dimension: return .integer(try dimension(try stack.integer(at: index, what), rank: rank, what))
    case .dimensions:
      let given =
        stack.kind(at: index) == .table
        ? try stack.table(at: index, argument).integers() : [try stack.integer(at: index, what)]
      let dims = try given.map { try dimension($0, rank: rank, what) }
      var seen: UInt64 = 0
      for dim in dims {
        if seen >> UInt64(dim) & 1 == 1 { throw Failure(.argument, "\(what) names a dimension twice") }
        seen |= 1 << UInt64(dim)
      }
      return .integers(dims)
    case .shape: return .integers(try stack.table(at: index, argument).integers())
    case .integers:
      return .integers(
        stack.kind(at: index) == .table
          ? try stack.table(at: index, argument).integers() : [try stack.integer(at: index, what)])
    case .integersOr(let names):
      if stack.kind(at: index) == .string { return .text(try stack.choice(at: index, names, what)) }
      return .integers(
        stack.kind(at: index) == .table
          ? try stack.table(at: index, argument).integers() : [try stack.integer(at: index, what)])
    case .boolean: return .boolean(try stack.boolean(at: index, what))
    case .choice(let names): return .text(try stack.choice(at: index, names, what))
    case .text: return .text(try stack.string(at: index, what))
    case .dtype: return .dtype(try readDType(stack, index, what))
    }
  }

  func readDType(_ stack: LuaStack, _ index: Int, _ what: String) throws -> DType {
    let name = try stack.choice(at: index, DType.allCases.map(\.name), what)
    return DType(name: name) ?? .float32
  }

  /// A dimension as scripts count it (1 is the first, -1 the last) as a position from 0.
  func dimension(_ given: Int, rank: Int, _ name: @autoclosure () -> String) throws -> Int {
    if given >= 1 && given <= rank { return given - 1 }
    if given < 0 && given >= -rank { return rank + given }
    let what = name()
    if given == 0 { throw Failure(.range, "\(what) is 0, but dimensions count from 1 (-1 is the last)") }
    if rank == 0 { throw Failure(.range, "\(what) is \(given), but the tensor is a single number without dimensions") }
    throw Failure(.range, "\(what) is \(given), but the tensor has \(rank) dimension\(rank == 1 ? "" : "s")")
  }

  private static func wanted(_ kind: Parameter.Kind) -> String {
    switch kind {
    case .tensor(let orNumber): orNumber ? "a Tensor or a number" : "a Tensor"
    case .tensors: "a table of Tensors"
    case .number: "a number"
    case .integer: "an integer"
    case .dimension: "a dimension (1 is the first, -1 the last)"
    case .dimensions: "a dimension or a table of them"
    case .shape: "a shape such as {2, 3}"
    case .integers: "an integer or a table of them"
    case .integersOr(let names): "an integer, a table of them, or " + names.map { "'\($0)'" }.joined(separator: " or ")
    case .boolean: "true or false"
    case .choice(let names): "one of " + names.map { "'\($0)'" }.joined(separator: ", ")
    case .text: "a string"
    case .dtype: "a dtype such as 'float32'"
    }
  }
}

extension Doc {
  /// The documentation of an operation, from its row.
  init(_ operation: Operation) {
    let details = operation.parameters.map { parameter in
      "\(parameter.isOption ? "{\(parameter.name)}" : parameter.name): \(parameter.summary)"
    }
    let method = operation.isMethod ? "  or  " + Self.methodForm(operation) : ""
    self.init(
      "\(operation.group.table).\(operation.name)", "\(operation.group.table).\(operation.signature)\(method)",
      chapter: operation.group.rawValue,
      parameters: operation.positional.map(\.name), operation.summary, details: details,
      formula: operation.formula, notes: operation.notes, source: operation.source, example: operation.example)
  }

  /// `x:softmax(dim = -1)`
  private static func methodForm(_ operation: Operation) -> String {
    let inside = operation.signature.dropFirst(operation.name.count + 1).dropLast()
    let rest = inside.split(separator: ",", maxSplits: 1).dropFirst().first.map { $0.trimmingPrefix(" ") } ?? ""
    return "\(operation.parameters.first?.name ?? "x"):\(operation.name)(\(rest))"
  }
}
