import Basics
import LuaHost
import Tensors

/// Functions that make tensors from numbers.
extension Lab {
  func installCreation() throws {
    try defineTensor()
    for (name, value, word) in [("zeros", 0.0, "zeros"), ("ones", 1.0, "ones")] {
      try define(
        Doc(
          "lab.\(name)", "lab.\(name)(shape, [dtype])", chapter: "Making tensors", parameters: ["shape", "dtype"],
          "A tensor of \(word).", example: "print(lab.\(name){2, 3})")
      ) { [self] call in
        try call.atMost(2)
        return push(try .full(try readShape(call, 1), value, try readDType(call, 2, default: .float32)), call)
      }
    }
    try define(
      Doc(
        "lab.full", "lab.full(shape, value, [dtype])", chapter: "Making tensors",
        parameters: ["shape", "value", "dtype"],
        "A tensor with the same number everywhere.", example: "print(lab.full({2, 2}, 0.5))")
    ) { [self] call in
      try call.atMost(3)
      return push(
        try .full(try readShape(call, 1), try call.number(2), try readDType(call, 3, default: .float32)), call)
    }
    for (name, value) in [("zeros_like", 0.0), ("ones_like", 1.0)] {
      try define(
        Doc(
          "lab.\(name)", "lab.\(name)(x)", chapter: "Making tensors", parameters: ["x"],
          "A tensor of \(value == 0 ? "zeros" : "ones") with the shape and dtype of another.",
          example: "print(lab.\(name)(lab.eye(2)))")
      ) { [self] call in
        let x = try call.object(1, tensors)
        return push(try .full(x.shape, value, x.dtype), call)
      }
    }
    try define(
      Doc(
        "lab.eye", "lab.eye(n, [m], [dtype])", chapter: "Making tensors", parameters: ["n", "m", "dtype"],
        "A matrix with ones on the diagonal.", example: "print(lab.eye(3))")
    ) { [self] call in
      let n = try call.count(1)
      let isSquare = call.isTable(2) || call.isString(2)
      let m = isSquare ? n : try call.count(2, default: n)
      let y = try Tensor.zeros(try Shape([n, m]), try readDType(call, isSquare ? 2 : 3, default: .float32))
      if min(n, m) > 0 {
        try y.view([min(n, m)], [m + 1]).assign(.scalar(1, y.dtype))
      }
      return push(y, call)
    }
    try defineRanges()
  }

  private func defineTensor() throws {
    try define(
      Doc(
        "lab.tensor", "lab.tensor(values, [dtype])", chapter: "Making tensors", parameters: ["values", "dtype"],
        "A tensor from a number, a boolean, or nested tables of numbers.",
        notes: "The dtype is float32 unless given; booleans give bool. Rows must be equally long.",
        example: "print(lab.tensor{{1, 2}, {3, 4}})\nprint(lab.tensor({3, 1, 2}, \"int64\"))")
    ) { [self] call in
      try call.atMost(2)
      if let tensor = call.objectIfAny(1, tensors) {
        return push(try tensor.detached().converted(to: try readDType(call, 2, default: tensor.dtype)).copy(), call)
      }
      if call.isNumber(1) {
        return push(try .scalar(try call.number(1), try readDType(call, 2, default: .float32)), call)
      }
      if call.isBoolean(1) {
        return push(try .scalar(try call.boolean(1) ? 1 : 0, try readDType(call, 2, default: .bool)), call)
      }
      guard call.isTable(1) else { throw call.mismatch(1, wanted: "a number or nested tables of numbers") }
      let table = try call.table(1)
      if try Self.holdsBooleans(table) {
        let truths = try table.map { stack, position in try stack.boolean(at: -1, "entry \(position)") ? 1.0 : 0.0 }
        return push(try .from(truths, shape: [truths.count], try readDType(call, 2, default: .bool)), call)
      }
      let (shape, values) = try table.nestedNumbers()
      let dtype = try readDType(call, 2, default: .float32)
      if dtype == .int64, let odd = values.first(where: { Int64(exactly: $0) == nil }) {
        throw Failure(.dtype, "an int64 tensor cannot hold \(odd)")
      }
      return push(try .from(values, shape: try Shape(shape), dtype), call)
    }
  }

  private static func holdsBooleans(_ table: TableReader) throws -> Bool {
    guard table.count > 0 else { return false }
    return try table.item(1) { $0.kind(at: -1) == .boolean }
  }

  private func defineRanges() throws {
    try define(
      Doc(
        "lab.arange", "lab.arange(from, to, [step], [dtype])", chapter: "Making tensors",
        parameters: ["from", "to", "step", "dtype"],
        "The numbers from one end to the other, both included, as in Lua's for loop.",
        notes: "With one argument n, the numbers 1 to n. float32 unless a dtype is given.",
        example: "print(lab.arange(5))\nprint(lab.arange(0, 1, 0.25))")
    ) { [self] call in
      let single = call.isNil(2) || call.isString(2) || call.isTable(2)
      let start = single ? 1 : try call.number(1)
      let end = single ? try call.number(1) : try call.number(2)
      let hasStep = !single && call.isNumber(3)
      let step = hasStep ? try call.number(3) : 1
      let dtype = try readDType(call, single ? 2 : (hasStep || call.isNil(3) ? 4 : 3), default: .float32)
      guard step != 0, step.isFinite, start.isFinite, end.isFinite else {
        throw Failure(
          .argument, "the ends must be finite and the step finite and not 0, found \(start), \(end) and \(step)")
      }
      // A little slack, so that 0 to 1 by 0.1 reaches 1.
      let count = ((end - start) / step + 1e-9).rounded(.down) + 1
      guard count < 0x1p40 else { throw Failure(.shape, "a range of \(count) numbers is more than memory can hold") }
      return push(try .range(start: start, step: step, count: Int(max(0, count)), dtype), call)
    }
    try define(
      Doc(
        "lab.linspace", "lab.linspace(from, to, count, [dtype])", chapter: "Making tensors",
        parameters: ["from", "to", "count", "dtype"],
        "Equally spaced numbers, both ends included.", example: "print(lab.linspace(0, 1, 5))")
    ) { [self] call in
      let (start, end, count) = (try call.number(1), try call.number(2), try call.count(3))
      let step = count > 1 ? (end - start) / Double(count - 1) : 0
      let y = try Tensor.range(
        start: start, step: step, count: try Shape([count])[0], try readDType(call, 4, default: .float32))
      if count > 1 { try y.narrowedView(0, start: count - 1, length: 1).assign(.scalar(end, .float64)) }
      return push(y, call)
    }
  }

  func push(_ tensor: Tensor, _ call: Call) -> Int { call.push(tensor, tensors) }

  /// A shape given as a table; sizes may be whole floats.
  func readShape(_ call: Call, _ position: Int) throws -> Shape {
    guard call.isTable(position) else {
      let hint = call.isNumber(position) ? "; a shape is a table, as in {2, 3}" : ""
      throw Failure(.argument, call.mismatch(position, wanted: "a shape such as {2, 3}").message + hint)
    }
    return try Shape(try call.table(position).integers())
  }

  /// A dtype as an argument, `"float64"`, or as an option, `{dtype = "float64"}`.
  func readDType(_ call: Call, _ position: Int, default fallback: DType) throws -> DType {
    if call.isNil(position) { return fallback }
    guard call.isTable(position) else {
      return try readDType(call.stack, call.index(position), call.argumentName(position))
    }
    return try call.options(position, known: ["dtype"]).read("dtype") { try self.readDType($0, -1, $1) } ?? fallback
  }
}
