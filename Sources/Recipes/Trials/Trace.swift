import Basics
import Bindings
import Learn
import LuaHost
import Tensors

/// Hashes of all tensors that a trial holds at a step that it logs, for `perilune diff` to find where two runs part.
public struct TraceStep: Sendable {
  public let step: Double
  /// Local variables, outermost function first; weights of models by their paths.
  public let hashes: [(name: String, hash: String)]

  var json: JSON {
    .record(
      ("step", .exact(step)), ("hashes", .object(hashes.map { JSON.Member(name: $0.name, value: .text($0.hash)) })))
  }

  init(step: Double, hashes: [(name: String, hash: String)]) { (self.step, self.hashes) = (step, hashes) }

  init(_ json: JSON) throws {
    let whole = Required(json: json)
    step = try Required.number(try whole.value("step"))
    hashes = try whole.members("hashes").map { ($0.name, $0.value.string ?? "") }
  }
}

extension Session {
  /// The weights of a value that is a model.
  private static let script = """
    return function(value) return lab.nn.is_module(value) and value:weights() or nil end
    """

  func installTrace(_ host: LuaHost) throws {
    guard options.traces else { return }
    weightsOf = try host.runPrelude(name: "trace", source: Self.script).first?.reference
  }

  /// Hashes what the trial's functions hold in local variables now.
  func trace(_ call: Call, _ step: Double) throws -> TraceStep {
    let frames = call.stack.frames(limit: 250).prefix { !$0.isMain }.filter(\.isScript)
    var hashes: [(name: String, hash: String)] = []
    func add(_ name: String, _ tensor: Tensor) throws {
      if !hashes.contains(where: { $0.name == name }) { hashes.append((name, try Self.hash(tensor))) }
    }
    for frame in frames.reversed() {
      try call.stack.eachLocal(level: frame.level) { name in
        if let tensor = call.stack.object(at: -1, lab.tensors) { return try add(name, tensor) }
        guard call.stack.kind(at: -1) == .table, let weightsOf else { return }
        let found = try weightsOf.call(try call.stack.value(at: -1)).first?.object(lab.weights)
        for entry in try found?.weights.entries ?? [] { try add("\(name).\(entry.name)", entry.tensor) }
      }
    }
    return TraceStep(step: step, hashes: hashes)
  }

  private static func hash(_ tensor: Tensor) throws -> String {
    let plain = try tensor.contiguous()
    var digest = Digest()
    digest.add("\(tensor.dtype) \(tensor.shape)")
    digest.add(UnsafeRawBufferPointer(start: plain.start, count: plain.byteCount))
    return String(digest.hexadecimal.prefix(16))
  }
}

extension Outcome {
  /// The traces of all trials, or nothing when there are none.
  var traceJSON: JSON? {
    let all: [JSON] = trials.enumerated().flatMap { call, trials in
      trials.flatMap { trial in
        trial.trace.map { step in
          .record(
            ("call", .integer(call + 1)), ("seed", .integer(trial.seed)), ("arm", .nonempty(trial.arm)),
            ("step", .exact(step.step)),
            ("hashes", .object(step.hashes.map { JSON.Member(name: $0.name, value: .text($0.hash)) })))
        }
      }
    }
    return all.isEmpty ? nil : .list(all)
  }
}
