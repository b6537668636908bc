import Basics
import Kernels
import Tensors

/// Parameters that share settings.
public struct ParameterGroup {
  public let parameters: [(name: String, tensor: Tensor)]
  public fileprivate(set) var settings: Settings
}

/// Changes parameters by their gradients, in place, and remembers what its rule needs.
///
/// Every element is computed by itself, so the bits are the same at any number of threads.
public final class Optimizer {
  public let kind: OptimizerKind
  public private(set) var groups: [ParameterGroup]
  /// What is remembered of each parameter, groups one after another; `nil` before its first update.
  private var memories: [Memory?]

  private struct Memory {
    var step: Int
    var tensors: [(name: String, tensor: Tensor)]
  }

  /// - Parameters:
  ///   - parameters: named tensors, all with the same options.
  ///   - options: see `kind.options`.
  public convenience init(
    _ kind: OptimizerKind, _ parameters: [(name: String, tensor: Tensor)],
    _ options: [(name: String, value: SettingValue)] = []
  ) throws {
    try self.init(kind, groups: [(parameters, [])], options)
  }

  /// - Parameter groups: each with parameters and the options in which it differs from `options`.
  public init(
    _ kind: OptimizerKind,
    groups: [(parameters: [(name: String, tensor: Tensor)], options: [(name: String, value: SettingValue)])],
    _ options: [(name: String, value: SettingValue)] = []
  ) throws {
    self.kind = kind
    self.groups = try groups.map { group in
      ParameterGroup(parameters: group.parameters, settings: try Settings(kind.options, options + group.options))
    }
    let all = groups.flatMap(\.parameters)
    guard !all.isEmpty else { throw Failure(.argument, "an optimizer needs at least one parameter, found none") }
    var names: Set<String> = []
    var tensors: Set<ObjectIdentifier> = []
    for (name, tensor) in all {
      guard tensor.dtype.isFloating else {
        throw Failure(.dtype, "parameter '\(name)' is \(tensor.dtype.name); only floating-point tensors can be learned")
      }
      guard tensor.history == nil else {
        throw Failure(
          .gradient, "parameter '\(name)' is the result of an operation; only leaves can be learned (detach it first)")
      }
      guard names.insert(name).inserted else { throw Failure(.argument, "two parameters are named '\(name)'") }
      guard tensors.insert(ObjectIdentifier(tensor)).inserted else {
        throw Failure(.argument, "parameter '\(name)' is given twice")
      }
    }
    memories = Array(repeating: nil, count: all.count)
  }

  /// All parameters, in the order of the groups.
  public var parameters: [(name: String, tensor: Tensor)] { groups.flatMap(\.parameters) }

  /// Changes each parameter by its gradient; parameters without one stay as they are.
  public func step() throws {
    // Checked before anything changes, so that an error leaves no half-made step.
    for (name, parameter) in parameters {
      guard let gradient = parameter.gradient else { continue }
      guard gradient.shape == parameter.shape, gradient.dtype == parameter.dtype else {
        throw Failure(
          .shape,
          "the gradient of '\(name)' is \(gradient.dtype.name) of shape \(gradient.shape), the parameter \(parameter.dtype.name) of shape \(parameter.shape)"
        )
      }
    }
    var place = 0
    for group in groups {
      let rule = kind.make(group.settings)
      for (_, parameter) in group.parameters {
        if let gradient = parameter.gradient { try update(parameter, gradient, rule, &memories[place]) }
        place += 1
      }
    }
  }

  private func update(_ parameter: Tensor, _ gradient: Tensor, _ rule: any UpdateRule, _ memory: inout Memory?) throws {
    var now = try memory ?? Memory(step: 0, tensors: rule.newState(parameter))
    now.step += 1
    let values = try parameter.contiguous()
    let slope = try gradient.contiguous()
    switch parameter.dtype {
    case .float32: apply(rule, values, slope, now, Float.self)
    default: apply(rule, values, slope, now, Double.self)
    }
    if values === parameter { parameter.storage.version &+= 1 } else { try parameter.assign(values) }
    memory = now
  }

  private func apply<T: Real>(_ rule: any UpdateRule, _ values: Tensor, _ slope: Tensor, _ memory: Memory, _: T.Type) {
    rule.apply(
      UpdateMemory<T>(
        parameter: values.pointer(as: T.self), gradient: UnsafePointer(slope.pointer(as: T.self)),
        state: memory.tensors.map { $0.tensor.pointer(as: T.self) }, count: values.count), step: memory.step)
  }

  /// Forgets all gradients.
  public func zeroGradient() {
    for (_, tensor) in parameters { tensor.gradient = nil }
  }

  /// The learning rate of the first group; setting it sets that of all groups.
  public var learningRate: Double { groups[0].settings.number("lr") }

  public func setLearningRate(_ value: Double) throws {
    for group in groups.indices { try set("lr", .number(value), group: group) }
  }

  /// Changes an option of a group (from 0). Options that decide what is remembered (momentum on or off, `centered`) can
  /// only change before the first step.
  public func set(_ option: String, _ value: SettingValue, group: Int) throws {
    guard groups.indices.contains(group) else {
      throw Failure(.range, "group \(group + 1) is out of range 1 to \(groups.count)")
    }
    var settings = groups[group].settings
    try settings.set(option, value)
    let first = groups[..<group].reduce(0) { $0 + $1.parameters.count }
    if let parameter = groups[group].parameters.first,
      let memory = memories[first..<(first + groups[group].parameters.count)].compactMap({ $0 }).first
    {
      let wanted = try kind.make(settings).newState(parameter.tensor).map(\.name)
      guard wanted == memory.tensors.map(\.name) else {
        throw Failure(
          .argument, "'\(option)' cannot become \(value) after the first step: what is remembered would not fit")
      }
    }
    groups[group].settings = settings
  }

  // MARK: State

  /// All that is needed to go on exactly: options and memories, as named tensors that can be saved like weights.
  /// Numbers are float64 tensors without dimensions (truth values are 1 and 0).
  public func state() throws -> Weights {
    var entries: [(name: String, tensor: Tensor)] = []
    for (index, group) in groups.enumerated() {
      for (name, value) in group.settings.all {
        for (suffix, number) in Optimizer.numbers(of: value) {
          entries.append(("group.\(index + 1).\(name)\(suffix)", try .scalar(number, .float64)))
        }
      }
    }
    for ((name, _), memory) in zip(parameters, memories) {
      guard let memory else { continue }
      entries.append(("parameter.\(name).step", try .scalar(Double(memory.step), .float64)))
      for (part, tensor) in memory.tensors { entries.append(("parameter.\(name).\(part)", try tensor.copy())) }
    }
    return try Weights(entries)
  }

  /// Goes on from a saved state of an optimizer of the same kind over parameters of the same names and shapes.
  ///
  /// - Throws: `Failure` when names or shapes do not agree; nothing has changed then.
  public func load(_ state: Weights) throws {
    var used: Set<String> = []
    func entry(_ name: String) throws -> Tensor {
      guard let tensor = state[name] else {
        throw Failure(.argument, "the state has no '\(name)'; was it saved by another optimizer?")
      }
      used.insert(name)
      return tensor
    }
    func number(_ name: String) throws -> Double {
      let tensor = try entry(name)
      guard tensor.count == 1 else {
        throw Failure(.shape, "'\(name)' in the state has shape \(tensor.shape), wanted one number")
      }
      return tensor.element(0)
    }
    var loaded = groups
    for (index, group) in groups.enumerated() {
      for (name, value) in group.settings.all {
        let numbers = try Optimizer.numbers(of: value).map { try number("group.\(index + 1).\(name)\($0.suffix)") }
        if let restored = Optimizer.value(like: value, numbers) { try loaded[index].settings.set(name, restored) }
      }
    }
    var remembered: [Memory?] = []
    for group in loaded {
      let rule = kind.make(group.settings)
      for (name, parameter) in group.parameters {
        guard state["parameter.\(name).step"] != nil else {
          remembered.append(nil)
          continue
        }
        guard let step = Int(exactly: try number("parameter.\(name).step")), step > 0 else {
          throw Failure(.range, "'parameter.\(name).step' in the state is not a count of steps")
        }
        let tensors = try rule.newState(parameter).map { part, fresh in
          let saved = try entry("parameter.\(name).\(part)")
          guard saved.shape == fresh.shape, saved.dtype == fresh.dtype else {
            throw Failure(
              .shape,
              "'parameter.\(name).\(part)' in the state is \(saved.dtype.name) of shape \(saved.shape), the parameter \(fresh.dtype.name) of shape \(fresh.shape)"
            )
          }
          return (name: part, tensor: try saved.copy())
        }
        remembered.append(Memory(step: step, tensors: tensors))
      }
    }
    if let stranger = state.names.first(where: { !used.contains($0) }) {
      throw Failure(.argument, "the state has '\(stranger)', which this optimizer does not have")
    }
    groups = loaded
    memories = remembered
  }

  private static func numbers(of value: SettingValue) -> [(suffix: String, number: Double)] {
    switch value {
    case .number(let number): [("", number)]
    case .boolean(let truth): [("", truth ? 1 : 0)]
    case .numbers(let list): list.enumerated().map { (".\($0 + 1)", $1) }
    case .text, .texts: []
    }
  }

  private static func value(like value: SettingValue, _ numbers: [Double]) -> SettingValue? {
    switch value {
    case .number: .number(numbers[0])
    case .boolean: .boolean(numbers[0] != 0)
    case .numbers: .numbers(numbers)
    case .text, .texts: nil
    }
  }
}
