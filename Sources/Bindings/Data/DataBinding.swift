import Basics
import DataKit
import Kernels
import LuaHost
import Tensors

/// Data in scripts: `lab.data` makes data sets; data sets, orderings, paces and batches have methods.
extension Lab {
  func installData(_ host: LuaHost) throws {
    installDatasetFields()
    installDatasetColumns()
    installDatasetRows()
    installSplitting()
    installRows()
    installOrderings()
    installBatches()
    installNegatives()
    try installPaces()
    try installStandardizers()
    try installDataSources()
    try installMixtures()
    try installStreams()
    try installGenerators()
  }

  func push(_ dataset: Dataset, _ call: Call) -> Int { call.push(DatasetBox(dataset), data.datasets) }

  /// A method with its documentation; the name comes behind the dot of the documentation's.
  func method<Object>(_ type: HostType<Object>, _ doc: Doc, _ body: @escaping (Call, Object) throws -> Int) {
    docs.add(doc)
    let name = doc.name.split(separator: ".").last.map(String.init) ?? doc.name
    type.method(name, parameters: doc.parameters) { call, object in
      if !doc.takesMore { try call.atMost(doc.parameters.count) }
      return try body(call, object)
    }
  }

  /// A method of data sets. Its example starts with `set` as the iris flowers.
  func datasetMethod(
    _ name: String, _ arguments: String, parameters: [String] = [], _ summary: String, notes: String? = nil,
    details: [String] = [], source: String? = nil, example: String, _ body: @escaping (Call, Dataset) throws -> Int
  ) {
    data.datasetMethods.append(name)
    let doc = Doc(
      "Dataset." + name, "set:\(name)(\(arguments))", chapter: "Data", parameters: parameters, summary,
      details: details,
      notes: notes, source: source, example: "local set = lab.data.iris()\n" + example)
    method(data.datasets, doc) { call, box in try body(call, try box.value()) }
  }

  /// A stream of random numbers for one use: that of option `rng`, or of the script's source for data. Each use of a source
  /// gives another stream, and the same in the same order.
  func dataStream(_ options: Options) throws -> RandomStream { try source(options, "data").nextStream() }

  /// Like ``dataStream(_:)``, for an argument that is a source itself or a table with the option `rng`.
  func dataStream(_ call: Call, _ position: Int) throws -> RandomStream {
    if let given = call.objectIfAny(position, sources) { return given.nextStream() }
    guard call.isNil(position) || call.isTable(position) else {
      throw call.mismatch(position, wanted: "a source of random numbers such as lab.rng(1)")
    }
    return try dataStream(try call.options(position, known: ["rng"]))
  }

  /// Row ids as an int64 tensor or a table.
  func readIds(_ stack: LuaStack, _ index: Int, _ what: String) throws -> [Int] {
    if let tensor = stack.object(at: index, tensors) {
      guard tensor.dtype == .int64, tensor.rank == 1 else {
        throw Failure(.dtype, "\(what) must be an int64 vector of ids, found \(tensor.dtype.name) \(tensor.shape)")
      }
      return try tensor.toIntegers().map { Int($0) }
    }
    guard stack.kind(at: index) == .table else {
      throw Failure(
        .argument, "\(what) must be a table or an int64 Tensor of ids, but is \(stack.describe(at: index))")
    }
    return try stack.table(at: index, what).integers()
  }

  func idTensor(_ ids: [Int]) throws -> Tensor { try Tensor.from(ids.map { Int64($0) }, shape: [ids.count]) }
}

extension Options {
  /// One name or a list of names.
  func names(_ name: String) throws -> [String] {
    try read(name) { stack, what in
      if stack.kind(at: -1) == .string { return [try stack.string(at: -1, what)] }
      guard stack.kind(at: -1) == .table else {
        throw Failure(.argument, "\(what) must be a name or a list of names, but is \(stack.describe(at: -1))")
      }
      return try stack.table(at: -1, what).strings()
    } ?? []
  }
}

extension Doc {
  /// Whether the last parameter stands for any number of arguments.
  var takesMore: Bool { signature.contains("...") }
}

extension RandomSource {
  /// A stream of its own for each call, as the source moves on by one block.
  func nextStream() -> RandomStream {
    draw { stream in
      let next = stream.split(stream.counter)
      stream.advance(by: 1)
      return next
    }
  }
}

extension LuaReference {
  /// The stack that is in use now, for functions that are called after the call that they were given to.
  func stack() throws -> LuaStack {
    guard let owner else { throw Failure(.script, "the script has ended: its host is closed") }
    return try owner.stack
  }
}

extension LuaValue {
  /// What messages call it.
  func described(on stack: LuaStack) -> String {
    guard (try? stack.push(self)) != nil else { return "a value" }
    defer { stack.pop() }
    return stack.describe(at: -1)
  }
}
