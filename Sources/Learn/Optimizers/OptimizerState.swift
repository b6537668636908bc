import Basics
import Kernels
import Tensors

/// Saving and restoring.
extension Optimizer {
  /// All that is needed to go on exactly: options and memories, as named tensors that can be saved like weights.
  /// Numbers are float64 tensors without dimensions (truth values are 1 and 0, choices their position).
  public func state() throws -> Weights {
    var entries: [(name: String, tensor: Tensor)] = []
    for (index, group) in groups.enumerated() {
      for (option, value) in zip(group.settings.options, group.settings.all.map(\.value)) {
        for (suffix, number) in Optimizer.numbers(of: value, option) {
          entries.append(("group.\(index + 1).\(option.name)\(suffix)", try .scalar(number, .float64)))
        }
      }
    }
    if hasNoise {
      for (place, number) in Optimizer.numbers(of: noiseStream).enumerated() {
        entries.append(("noise.\(place + 1)", try .scalar(number, .float64)))
      }
    }
    for (name, tensor) in try solver?.state() ?? [] { entries.append(("solver." + name, tensor)) }
    if pending > 0 {
      entries.append(("pending", try .scalar(Double(pending), .float64)))
      for (name, tensor) in parameters {
        if let gradient = tensor.gradient { entries.append(("gradient." + name, try gradient.copy())) }
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
      for (option, value) in zip(group.settings.options, group.settings.all.map(\.value)) {
        let numbers = try Optimizer.numbers(of: value, option).map {
          try number("group.\(index + 1).\(option.name)\($0.suffix)")
        }
        if let restored = Optimizer.value(like: value, option, numbers) {
          try loaded[index].settings.set(option.name, restored)
        }
      }
    }
    var stream = noiseStream
    if loaded.contains(where: { $0.settings.number("noise") > 0 }) {
      stream = try Optimizer.stream(try (1...6).map { try number("noise.\($0)") })
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
    let accumulated = state["pending"] == nil ? 0 : try number("pending")
    guard let count = Int(exactly: accumulated), count >= 0 else {
      throw Failure(.range, "'pending' in the state is not a count of losses")
    }
    var gradients: [Tensor?] = []
    for (name, parameter) in parameters {
      guard count > 0, state["gradient.\(name)"] != nil else {
        gradients.append(nil)
        continue
      }
      let saved = try entry("gradient.\(name)")
      guard saved.shape == parameter.shape, saved.dtype == parameter.dtype else {
        throw Failure(.shape, "'gradient.\(name)' in the state does not fit the parameter of shape \(parameter.shape)")
      }
      gradients.append(try saved.copy())
    }
    let solved = solver == nil ? [] : state.names.filter { $0.hasPrefix("solver.") }
    let memory = try solved.map { (name: String($0.dropFirst("solver.".count)), tensor: try entry($0)) }
    if let stranger = state.names.first(where: { !used.contains($0) }) {
      throw Failure(.argument, "the state has '\(stranger)', which this optimizer does not have")
    }
    try solver?.load(memory, count: parameters.reduce(0) { $0 + $1.tensor.count })
    groups = loaded
    memories = remembered
    noiseStream = stream
    pending = count
    if count > 0 { for ((_, parameter), gradient) in zip(parameters, gradients) { parameter.gradient = gradient } }
  }

  private var hasNoise: Bool { groups.contains { $0.settings.number("noise") > 0 } }

  /// A stream's state in halves of its words, which Doubles hold exactly.
  private static func numbers(of stream: RandomStream) -> [Double] {
    let state = stream.state
    return [state.key, state.stream, state.counter].flatMap { [Double($0 >> 32), Double($0 & 0xFFFF_FFFF)] }
  }

  private static func stream(_ numbers: [Double]) throws -> RandomStream {
    let halves = numbers.compactMap { UInt32(exactly: $0) }.map(UInt64.init)
    guard halves.count == 6 else { throw Failure(.range, "'noise' in the state is not the state of a random stream") }
    return RandomStream(
      state: (halves[0] << 32 | halves[1], halves[2] << 32 | halves[3], halves[4] << 32 | halves[5]))
  }

  private static func numbers(of value: SettingValue, _ option: OptionSpec) -> [(suffix: String, number: Double)] {
    switch value {
    case .number(let number): [("", number)]
    case .boolean(let truth): [("", truth ? 1 : 0)]
    case .numbers(let list): list.enumerated().map { (".\($0 + 1)", $1) }
    // A choice is saved as its position, from 1.
    case .texts: []
    case .text(let text): option.choices.firstIndex(of: text).map { [("", Double($0 + 1))] } ?? []
    }
  }

  private static func value(like value: SettingValue, _ option: OptionSpec, _ numbers: [Double]) -> SettingValue? {
    switch value {
    case .number: .number(numbers[0])
    case .boolean: .boolean(numbers[0] != 0)
    case .numbers: .numbers(numbers)
    case .texts: nil
    case .text:
      numbers.first.flatMap { Int(exactly: $0) }.flatMap { place in
        option.choices.indices.contains(place - 1) ? .text(option.choices[place - 1]) : nil
      }
    }
  }
}
