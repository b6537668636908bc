import Basics
import DataKit
import Kernels
import LuaHost
import Tensors

/// Data sets to mix and how; each loop over its batches is a mixture of its own.
final class MixtureRecipe {
  let sources: [Mixture.Source]
  let boxes: [DatasetBox]
  let division: Mixture.Division
  let ratios: (Int) throws -> [Double]

  init(
    _ sources: [Mixture.Source], _ boxes: [DatasetBox], _ division: Mixture.Division,
    _ ratios: @escaping (Int) throws -> [Double]
  ) {
    self.sources = sources
    self.boxes = boxes
    self.division = division
    self.ratios = ratios
  }

  func mixture(size: Int, steps: Int, _ stream: RandomStream) throws -> Mixture {
    try Mixture(sources, ratios: ratios, division: division, size: size, steps: steps, stream: stream)
  }
}

/// Batches of a mixture.
final class MixtureBatches: BatchSource {
  private let recipe: MixtureRecipe
  private var mixture: Mixture
  private var stream: RandomStream

  init(_ recipe: MixtureRecipe, size: Int, steps: Int, _ stream: RandomStream) throws {
    self.recipe = recipe
    self.stream = stream
    mixture = try recipe.mixture(size: size, steps: steps, stream)
  }

  var description: String {
    "batches of \(mixture.batchSize) of \(mixture.sources.count) mixed data sets, \(mixture.steps) steps, at step \(mixture.step)"
  }

  var step: Int { mixture.step }

  func next() throws -> DatasetBox? {
    for box in recipe.boxes { _ = try box.value() }
    return try mixture.next().map { DatasetBox($0.rows, notes: .init(step: $0.step, ids: $0.ids, sources: $0.sources)) }
  }

  var state: [Int] { [mixture.step] + stream.numbers }

  func restore(_ state: [Int]) throws {
    guard state.count == 4 else {
      throw Failure(.argument, "the state of a mixture's batches has 4 numbers, found \(state.count)")
    }
    let start = RandomStream(numbers: state[1...])
    let fresh = try recipe.mixture(size: mixture.batchSize, steps: mixture.steps, start)
    try fresh.resume(atStep: state[0])
    (mixture, stream) = (fresh, start)
  }
}

extension RandomStream {
  /// The place as three whole numbers.
  var numbers: [Int] { [key, stream, counter].map { Int(Int64(bitPattern: $0)) } }

  /// From the last three of some numbers.
  init(numbers: ArraySlice<Int>) {
    let words = numbers.suffix(3).map { UInt64(bitPattern: Int64($0)) }
    self.init(state: words.count == 3 ? (words[0], words[1], words[2]) : (0, 0, 0))
  }
}

extension Lab {
  func installMixtures() throws {
    try define(
      Doc(
        "lab.data.mix", "lab.data.mix(sets, {ratios, division})", chapter: "Data", parameters: ["sets", "options"],
        "Mixes data sets with the same columns: each batch has rows of all of them, in given ratios.",
        details: [
          "sets: a table of data sets (which are shuffled) or orderings",
          "{ratios}: a number for each set, or function(step) that returns them; equal when left out. Their sum need not be 1",
          "{division}: \"exact\" (default) keeps to the ratios as nearly as whole rows allow, over all steps; \"sampled\" draws each row's set at random",
        ],
        notes: "Loop over its batches; batch.source tells which set each row is from, batch.ids its id there.",
        example:
          "local set = lab.data.iris()\nlocal mix = lab.data.mix({set:take(50), set:skip(50)}, {ratios = {0.7, 0.3}})\nfor step, batch in mix:batches(10, {steps = 2, rng = lab.rng(1)}) do print(step, batch.source) end"
      )
    ) { [self] call in
      try call.atMost(2)
      let (parts, boxes) = try mixedSources(call)
      let options = try call.options(2, known: ["ratios", "division"])
      let division = try options.choice("division", Mixture.Division.allCases.map(\.rawValue)).flatMap(
        Mixture.Division.init)
      let recipe = MixtureRecipe(parts, boxes, division ?? .exact, try readRatios(options, count: parts.count))
      // Refuses at once what the first batch would refuse.
      _ = try recipe.mixture(size: 1, steps: 1, RandomStream(seed: 0, name: "check"))
      return call.push(recipe, data.mixtures)
    }
    data.mixtures.describe { recipe in
      "mixture of \(recipe.sources.count) data sets: "
        + recipe.sources.map { "\($0.dataset.rows) rows" }.joined(separator: ", ")
    }
    method(
      data.mixtures,
      Doc(
        "Mixture.batches", "mix:batches(size, {steps, rng})", chapter: "Data", parameters: ["size", "options"],
        "Batches of mixed rows, for so many steps; see Dataset.batches.",
        example:
          "local set = lab.data.iris()\nlocal mix = lab.data.mix({set:take(50), set:skip(50)}, {ratios = function(step) return {1, step} end})\nfor step, batch in mix:batches(12, {steps = 3}) do print(batch.source:eq(1):sum()) end"
      )
    ) { [data, self] call, recipe in
      let options = try call.options(2, known: ["steps", "rng"])
      let steps = try options.required("steps") { try $0.integer(at: -1, $1) }
      let batches = try MixtureBatches(recipe, size: try call.integer(1), steps: steps, try dataStream(options))
      return call.push(BatchIterator(batches), data.batches)
    }
  }

  private func mixedSources(_ call: Call) throws -> ([Mixture.Source], [DatasetBox]) {
    let table = try call.table(1)
    try table.onlySequence()
    var boxes: [DatasetBox] = []
    let sources = try table.map { stack, position -> Mixture.Source in
      if let order = stack.object(at: -1, data.orderings) {
        boxes.append(order.data)
        return Mixture.Source("set \(position)", try order.data.value(), order.ordering)
      }
      guard let box = stack.object(at: -1, data.datasets) else {
        throw Failure(
          .argument, "\(table.entryName(position)) must be a Dataset or an Ordering, but is \(stack.describe(at: -1))")
      }
      boxes.append(box)
      return Mixture.Source("set \(position)", try box.value(), .shuffle(try box.value()))
    }
    return (sources, boxes)
  }

  private func readRatios(_ options: Options, count: Int) throws -> (Int) throws -> [Double] {
    guard let given = try options.value("ratios") else { return { _ in [Double](repeating: 1, count: count) } }
    guard case .reference(let reference) = given else {
      throw Failure(.argument, "option 'ratios' must be a table of numbers or a function of the step")
    }
    let isTable = try options.read("ratios") { stack, _ in stack.kind(at: -1) == .table } ?? false
    if isTable {
      let fixed = try options.numbers("ratios") ?? []
      guard fixed.count == count else {
        throw Failure(.shape, "\(count) data sets need as many ratios, found \(fixed.count)")
      }
      if let odd = fixed.first(where: { !($0 >= 0 && $0 < .infinity) }) {
        throw Failure(.range, "a ratio must be a finite number that is not negative, found \(odd)")
      }
      guard fixed.contains(where: { $0 > 0 }) else {
        throw Failure(.range, "at least one ratio must be positive, found none")
      }
      return { _ in fixed }
    }
    return { step in
      let result = try reference.call(.integer(step)).first ?? .nil
      let stack = try reference.stack()
      try stack.push(result)
      defer { stack.pop() }
      guard stack.kind(at: -1) == .table else {
        throw Failure(
          .argument,
          "the function of ratios must return a table of numbers, but returned \(stack.describe(at: -1)) for step \(step)"
        )
      }
      return try stack.table(at: -1, "the ratios of step \(step)").numbers()
    }
  }
}
