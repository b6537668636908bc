import Autodiff
import Basics
import Kernels
import Tensors

/// Parameters that share settings.
public struct ParameterGroup {
  public let parameters: [(name: String, tensor: Tensor)]
  public internal(set) var settings: Settings
}

/// Changes parameters by their gradients, in place, and remembers what its rule needs.
///
/// Every element is computed by itself, so the bits are the same at any number of threads.
public final class Optimizer {
  public let kind: OptimizerKind
  public internal(set) var groups: [ParameterGroup]
  /// What is remembered of each parameter, groups one after another; `nil` before its first update.
  var memories: [Memory?]
  /// For optimizers that evaluate the loss themselves.
  let solver: (any LossSolver)?
  /// Losses whose gradients were accumulated since the last step.
  public internal(set) var pending = 0
  /// The stream that gradient noise comes from.
  var noiseStream: RandomStream

  struct Memory {
    var step: Int
    var tensors: [(name: String, tensor: Tensor)]
  }

  /// - Parameters:
  ///   - parameters: named tensors, all with the same options.
  ///   - options: see `kind.options`.
  ///   - random: where gradient noise comes from; a source of that name below the root when left out.
  public convenience init(
    _ kind: OptimizerKind, _ parameters: [(name: String, tensor: Tensor)],
    _ options: [(name: String, value: SettingValue)] = [], random: RandomSource? = nil
  ) throws {
    try self.init(kind, groups: [(parameters, [])], options, random: random)
  }

  /// - Parameter groups: each with parameters and the options in which it differs from `options`.
  public init(
    _ kind: OptimizerKind,
    groups: [(parameters: [(name: String, tensor: Tensor)], options: [(name: String, value: SettingValue)])],
    _ options: [(name: String, value: SettingValue)] = [], random: RandomSource? = nil
  ) throws {
    self.kind = kind
    solver = kind.makeSolver?()
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
    // Each optimizer takes a stream of its own, so that two of them do not share their noise.
    let isNoisy = self.groups.contains { $0.settings.number("noise") > 0 }
    let source = random ?? RandomSource.root.child("gradient noise")
    noiseStream =
      isNoisy
      ? source.draw { stream in
        let number = stream.nextUInt64()
        return stream.split(number)
      } : source.stream
    if solver != nil, groups.count > 1 {
      throw Failure(
        .argument, "\(kind.name) treats all parameters as one vector and takes no groups, found \(groups.count)")
    }
  }

  /// All parameters, in the order of the groups.
  public var parameters: [(name: String, tensor: Tensor)] { groups.flatMap(\.parameters) }

  /// Changes each parameter by its gradient; parameters without one stay as they are.
  ///
  /// - Throws: for optimizers that need the loss as a function (see `minimize`).
  public func step() throws {
    if solver != nil || sharpness > 0 { throw Failure(.argument, Optimizer.needsFunction(name)) }
    try update()
  }

  func update() throws {
    try maskGradients()
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
      let rule = kind.make(try Optimizer.effective(group.settings))
      for (name, parameter) in group.parameters {
        if let gradient = parameter.gradient {
          let noisy = try withNoise(gradient, name, group.settings, step: (memories[place]?.step ?? 0) + 1)
          try update(parameter, noisy, rule, &memories[place])
        }
        place += 1
      }
    }
  }

  private func update(_ parameter: Tensor, _ gradient: Tensor, _ rule: any UpdateRule, _ memory: inout Memory?) throws {
    var now = try memory ?? Memory(step: 0, tensors: rule.newState(parameter))
    now.step += 1
    let held = SparseMasks.held(parameter)
    let before = try held?.before()
    try parameter.willChange()
    let values = try parameter.contiguous()
    let slope = try gradient.contiguous()
    switch parameter.dtype {
    case .float32: apply(rule, values, slope, now, Float.self)
    default: apply(rule, values, slope, now, Double.self)
    }
    if values === parameter { parameter.noteChange() } else { try parameter.assign(values) }
    try held?.restore(parameter, before)
    memory = now
  }

  private func apply<T: Real>(_ rule: any UpdateRule, _ values: Tensor, _ slope: Tensor, _ memory: Memory, _: T.Type) {
    rule.apply(
      UpdateMemory<T>(
        parameter: values.pointer(as: T.self), gradient: UnsafePointer(slope.pointer(as: T.self)),
        state: memory.tensors.map { $0.tensor.pointer(as: T.self) }, count: values.count, shape: values.shape),
      step: memory.step)
  }

  /// The settings as the rule gets them: `lr` with the group's share of it.
  private static func effective(_ settings: Settings) throws -> Settings {
    let scale = settings.number("lr_scale")
    if scale == 1 { return settings }
    var scaled = settings
    try scaled.set("lr", .number(settings.number("lr") * scale))
    return scaled
  }

  /// The gradient with normal numbers of fading variance (Neelakantan et al. 2015, Adding Gradient Noise Improves Learning
  /// for Very Deep Networks). The numbers depend on the stream, the parameter's name and the step, on nothing else.
  private func withNoise(_ gradient: Tensor, _ name: String, _ settings: Settings, step: Int) throws -> Tensor {
    let variance = settings.number("noise")
    if variance == 0 { return gradient }
    let fading = Double.pow(Double(step), -settings.number("noise_decay"))
    let source = RandomSource(noiseStream.split(name).split(UInt64(step)))
    let noise = try source.normal(gradient.shape, deviation: (variance * fading).squareRoot(), gradient.dtype)
    return try Recording.without { try gradient + noise }
  }

  /// Sets the gradients of entries that a mask holds to 0, see ``SparseMasks``. Steps do it by themselves; what looks at
  /// gradients before a step, such as clipping, asks for it.
  public func maskGradients() throws {
    for (_, parameter) in parameters { try SparseMasks.maskGradient(of: parameter) }
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
}
