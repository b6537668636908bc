import Autodiff
import Basics
import Learn
import LuaHost
import Tensors

/// Optimizers in scripts. Their rows tell names, options and documentation; the Lua side accepts modules and groups.
final class OptimizerBinding {
  let type: HostType<Optimizer>
  private let lab: Lab

  init(_ lab: Lab, in host: LuaHost) throws {
    self.lab = lab
    type = try HostType("Optimizer", in: host)
    installMethods()
  }

  private func installMethods() {
    type.describe { optimizer in
      let settings = optimizer.groups.first.map(Self.shown) ?? ""
      let count = optimizer.parameters.reduce(0) { $0 + $1.tensor.count }
      return
        "\(optimizer.name) {\(settings)} of \(Lab.grouped(count)) numbers in \(optimizer.parameters.count) tensor"
        + (optimizer.parameters.count == 1 ? "" : "s")
    }
    type.method("step") { call, optimizer in
      try optimizer.step()
      return call.pushSelf()
    }
    type.method("zero_grad") { call, optimizer in
      optimizer.zeroGradient()
      return call.pushSelf()
    }
    type.method("minimize", parameters: ["loss", "options"]) { [lab] call, optimizer in
      let options = try call.options(2, known: ["clip", "clip_value", "every"])
      let limit = try options.number("clip")
      let bound = try options.number("clip_value")
      let every = try options.integer("every")
      let isClipping = limit != nil || bound != nil
      let adjust: ([Tensor]) throws -> Void = { tensors in
        try optimizer.maskGradients()
        if let bound { try Clip.values(tensors, limit: bound) }
        if let limit { try Clip.norm(tensors, limit: limit) }
      }
      let result = try optimizer.minimize(
        every: every ?? 1, adjusting: isClipping ? adjust : nil, Self.loss(call, optimizer, lab.tensors))
      call.push(result.loss)
      return every == nil ? 1 : 1 + call.push(result.stepped)
    }
    type.field("lr") { call, optimizer in call.push(optimizer.learningRate) }
    type.setter("lr") { call, optimizer in try optimizer.setLearningRate(try call.number(2)) }
    type.method("set", parameters: ["option", "value", "group"]) { call, optimizer in
      let value = try Self.setting(call.stack, call.index(2), call.argumentName(2))
      try optimizer.set(try call.string(1), value, group: try call.integer(3, default: 1) - 1)
      return call.pushSelf()
    }
    type.method("state") { [lab] call, optimizer in call.push(WeightsBox(try optimizer.state()), lab.weights) }
    type.method("load", parameters: ["state"]) { [lab] call, optimizer in
      try optimizer.load(try call.object(1, lab.weights).weights)
      return call.pushSelf()
    }
  }

  /// The first argument: a loss, or a function that returns it.
  private static func loss(_ call: Call, _ optimizer: Optimizer, _ tensors: HostType<Tensor>) throws
    -> () throws -> Tensor
  {
    guard call.isFunction(1) else {
      let loss = try call.object(1, tensors)
      guard !optimizer.needsFunction else {
        throw Failure(
          .argument,
          "\(optimizer.name) evaluates the loss more than once: pass a function, as in opt:minimize(function() return loss end)"
        )
      }
      return { loss }
    }
    let function = try call.function(1)
    return {
      let results = try function.call()
      guard let loss = results.first?.object(tensors) else {
        throw Failure(.argument, "argument 1 (loss) is a function that must return the loss, a Tensor with one number")
      }
      return loss
    }
  }

  /// A group's options; those that all optimizers share only where they are set.
  private static func shown(_ group: ParameterGroup) -> String {
    let options = group.settings.options
    return zip(options, group.settings.all).filter { option, entry in
      !Optimizers.common.contains { $0.name == option.name } || option.fallback != entry.value
    }.map { "\($1.name) = \($1.value)" }.joined(separator: ", ")
  }

  /// `core.optimizer(kind, groups, options)`, a group being {names, tensors, options}.
  func make(_ call: Call) throws -> Int {
    let kind = try Optimizers.named(try call.string(1))
    do {
      return try make(kind, call)
    } catch let failure as Failure {
      throw Failure(failure.kind, "\(kind.name): \(failure.message)")
    }
  }

  private func make(_ kind: OptimizerKind, _ call: Call) throws -> Int {
    let groups = try call.table(2).map {
      stack, position -> (parameters: [(name: String, tensor: Tensor)], options: [(name: String, value: SettingValue)])
      in
      let group = try stack.table(at: -1, "group \(position)")
      let names = try group.nested(1) { try $0.strings() }
      let tensors = try group.nested(2) { try $0.objects(self.lab.tensors) }
      let options = try group.item(3) { try Self.settings($0, -1, "the options of group \(position)") }
      return (Array(zip(names, tensors)), options)
    }
    let options = try Self.settings(call.stack, call.index(3), "the options", except: ["rng"])
    let random =
      call.isNil(3)
      ? nil
      : try call.table(3).field("rng") { stack in
        stack.isNil(at: -1) ? nil : try stack.object(at: -1, self.lab.sources, "option 'rng'")
      } ?? nil
    return call.push(try Optimizer(kind, groups: groups, options, random: random), type)
  }

  /// A table of options as names and values, sorted by name.
  static func settings(
    _ stack: LuaStack, _ index: Int, _ what: String, except: Set<String> = []
  ) throws -> [(name: String, value: SettingValue)] {
    if stack.isNil(at: index) { return [] }
    let table = try stack.table(at: index, what)
    return try table.fieldNames().filter { !except.contains($0) }.map { name in
      (name, try table.field(name) { try setting($0, -1, "option '\(name)'") })
    }
  }

  static func setting(_ stack: LuaStack, _ index: Int, _ what: String) throws -> SettingValue {
    switch stack.kind(at: index) {
    case .number: .number(try stack.number(at: index, what))
    case .boolean: .boolean(try stack.boolean(at: index, what))
    case .string: .text(try stack.string(at: index, what))
    case .table: .numbers(try stack.table(at: index, what).numbers())
    default:
      throw Failure(
        .argument, "\(what) must be a number, true or false, a name or a list, but is \(stack.describe(at: index))")
    }
  }
}
