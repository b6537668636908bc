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
      let settings =
        optimizer.groups.first?.settings.all.map { "\($0.name) = \($0.value)" }.joined(separator: ", ") ?? ""
      let count = optimizer.parameters.reduce(0) { $0 + $1.tensor.count }
      return
        "\(optimizer.kind.name) {\(settings)} of \(Lab.grouped(count)) numbers in \(optimizer.parameters.count) tensor"
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
      let loss = try call.object(1, lab.tensors)
      let options = try call.options(2, known: ["clip", "clip_value"])
      let limit = try options.number("clip")
      let bound = try options.number("clip_value")
      optimizer.zeroGradient()
      try loss.backward()
      let tensors = optimizer.parameters.map(\.tensor)
      try optimizer.maskGradients()
      if let bound { try Clip.values(tensors, limit: bound) }
      if let limit { try Clip.norm(tensors, limit: limit) }
      try optimizer.step()
      return call.push(loss.element(0))
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
    let options = try Self.settings(call.stack, call.index(3), "the options")
    return call.push(try Optimizer(kind, groups: groups, options), type)
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
