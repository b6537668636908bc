import Autodiff
import Basics
import Kernels
import LuaHost
import Tensors

/// The library that scripts see: the table `lab` and the types behind it.
///
/// Native functions capture this object, never the host, which owns them.
public final class Lab {
  /// Tensors as scripts hold them.
  public let tensors: HostType<Tensor>
  /// Sources of random numbers.
  public let sources: HostType<RandomSource>
  /// Weights as values.
  public let weights: HostType<WeightsBox>
  /// Data sets, orderings, batches and what belongs to them.
  public let data: DataTypes
  /// Tokenizers as scripts hold them.
  public let tokenizers: HostType<TokenizerBox>
  /// The table `lab`.
  public let table: LuaReference
  /// What there is to say about every name, for help, completion and the reference page.
  public let docs = DocRegistry()
  /// Makes undefined names in a table errors; there once the parts written in Lua have been loaded.
  var sealer: LuaReference?
  /// Finds the path of a module below another.
  var pathOf: LuaReference?

  /// Adds the library to a host.
  public init(in host: LuaHost) throws {
    tensors = try HostType("Tensor", in: host)
    sources = try HostType("Rng", in: host)
    weights = try HostType("Weights", in: host)
    data = try DataTypes(in: host)
    tokenizers = try HostType("Tokenizer", in: host)
    table = try host.makeTable()
    try host.setGlobal("lab", .reference(table))
    host.preload("lab", .reference(table))
    connectMemory(host)
    try installTensors(host)
    try installMemory()
    try installGradients(host)
    installPrinting(host)
    try installRandom(host)
    try installWeights(host)
    try installData(host)
    try installText()
    try installPrelude(host)
    try installModulePaths(host)
  }

  /// A value that scripts see as a tensor.
  public func value(_ tensor: Tensor) -> LuaValue { .object(tensor, tensors) }

  /// Lets the collector know of tensors' memory, and kernels of Ctrl-C.
  private func connectMemory(_ host: LuaHost) {
    let interruption = host.interruption
    Interrupt.poll = { interruption.isRequested }
    host.liveNativeBytes = { Storage.statistics.bytes }
    host.nativeCeiling = 1 << 30
    Storage.onAllocation = { [weak host] bytes in host?.addPressure(bytes: bytes) }
    Storage.onShortage = { [weak host] in host?.collectGarbage() }
  }

  /// Defines `lab.<name>` with its documentation.
  public func define(_ doc: Doc, _ body: @escaping (Call) throws -> Int) throws {
    docs.add(doc)
    let short = doc.name.split(separator: ".").last.map(String.init) ?? doc.name
    let path = doc.name.split(separator: ".").dropFirst().dropLast()
    let home = try path.reduce(table) { table, part in try self.subtable(String(part), of: table) }
    try home.define(short, parameters: doc.parameters, body)
  }

  /// The table `name` in another, made when it is not there.
  public func subtable(_ name: String, of table: LuaReference) throws -> LuaReference {
    if case .reference(let found) = try table[name] { return found }
    guard let host = table.owner else { throw Failure(.script, "the script has ended") }
    let made = try host.makeTable()
    try table.set(name, .reference(made))
    _ = try sealer?.call(.reference(made), .string("lab." + name))
    return made
  }
}
