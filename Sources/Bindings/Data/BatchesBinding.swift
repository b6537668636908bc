import Basics
import DataKit
import Kernels
import LuaHost
import Tensors

/// Something that gives batches, one after another, and can be continued from a saved place.
protocol BatchSource: AnyObject {
  var description: String { get }
  /// Batches given so far.
  var step: Int { get }
  /// The next batch, `nil` at the end.
  func next() throws -> DatasetBox?
  /// The place as whole numbers.
  var state: [Int] { get }
  /// Goes to a place that a source with the same arguments has saved.
  func restore(_ state: [Int]) throws
}

/// Batches as scripts hold them: the iterator of `for step, batch in ...`.
final class BatchIterator {
  let source: any BatchSource
  init(_ source: any BatchSource) { self.source = source }
}

/// Batches of one data set.
final class DatasetBatches: BatchSource {
  private let data: DatasetBox
  private var batches: Batches

  init(
    _ data: DatasetBox, _ ordering: Ordering, size: Int, limit: PresentationLimit, remainder: Remainder?,
    _ stream: RandomStream
  ) throws {
    self.data = data
    batches = try Batches(
      try data.value(), ordering, size: size, limit: limit, remainder: remainder, stream: stream)
  }

  var description: String { "\(batches), at step \(batches.step)" }
  var step: Int { batches.step }

  func next() throws -> DatasetBox? {
    _ = try data.value()
    return try batches.next().map { DatasetBox($0.rows, notes: .init(step: $0.step, epoch: $0.epoch, ids: $0.ids)) }
  }

  var state: [Int] { batches.state.numbers.map { Int($0) } }

  func restore(_ state: [Int]) throws {
    // All chance is in the state, so the stream given here does not matter.
    batches = try Batches(
      batches.dataset, batches.ordering, size: batches.batchSize, limit: batches.limit, remainder: batches.remainder,
      stream: RandomStream(state: (0, 0, 0)), resuming: try BatchesState(numbers: state.map { Int64($0) }))
  }
}

extension Lab {
  func installBatches() {
    let type = data.batches
    type.describe { $0.source.description }
    type.on(.call) { [data] call in
      let iterator = try call.object(1, data.batches)
      guard let batch = try iterator.source.next() else { return call.pushNil() }
      call.push(iterator.source.step)
      call.push(batch, data.datasets)
      return 2
    }
    type.field("step") { call, iterator in call.push(iterator.source.step) }
    batchesMethod(
      "state", "", "Where the batches stand, as a table of whole numbers that can be saved.",
      example: "local it = set:batches(10, {steps = 5})\nit()\nprint(#it:state())"
    ) { call, iterator in call.push(iterator.source.state) }
    batchesMethod(
      "restore", "state", parameters: ["state"],
      "Goes to a saved place: batches made with the same arguments then continue exactly as those that saved it.",
      example:
        "local it = set:batches(10, {steps = 5})\nit()\nlocal state = it:state()\nlocal _, second = it()\nlocal _, again = set:batches(10, {steps = 5}):restore(state)()\nprint(again.ids:equal(second.ids))"
    ) { call, iterator in
      try iterator.source.restore(try call.table(1).integers())
      return call.pushSelf()
    }
    installDatasetBatches()
  }

  private func batchesMethod(
    _ name: String, _ arguments: String, parameters: [String] = [], _ summary: String, example: String,
    _ body: @escaping (Call, BatchIterator) throws -> Int
  ) {
    method(
      data.batches,
      Doc(
        "Batches." + name, "batches:\(name)(\(arguments))", chapter: "Data", parameters: parameters, summary,
        example: "local set = lab.data.iris()\n" + example), body)
  }

  private func installDatasetBatches() {
    let known = ["steps", "epochs", "presentations", "shuffle", "order", "drop_last", "rng"]
    data.datasetMethods.append("batches")
    method(
      data.datasets,
      Doc(
        "Dataset.batches", "set:batches(size, {\(known.joined(separator: ", "))})", chapter: "Data",
        parameters: ["size", "options"],
        "Batches of rows for a loop: for step, batch in set:batches(size, {steps = n}) do ... end.",
        details: [
          "{steps}, {epochs} or {presentations}: how long: so many batches, passes, or rows; one epoch when left out",
          "{shuffle}: a new random order each epoch (true, when left out), or the rows as they stand (false)",
          "{order}: an ordering instead, see Dataset.order",
          "{drop_last}: drops the rows at the end of an epoch that do not fill a batch; false makes a smaller batch of them. Left out: smaller with epochs, and filled from the next epoch with steps and presentations",
        ],
        notes:
          "A batch is a data set with memory of its own, and has ids, step and epoch. The iterator's state() and restore(state) continue a loop exactly. Equal arguments and sources of random numbers give equal batches.",
        example:
          "local set = lab.data.iris()\nfor step, batch in set:batches(50, {epochs = 1, rng = lab.rng(1)}) do print(step, batch.x.shape, batch.ids[1]) end"
      )
    ) { [self] call, box in
      try makeBatches(call, box, known: known) { options in
        let shuffle = try options.boolean("shuffle")
        if let order = try options.object("order", data.orderings) {
          guard shuffle == nil else { throw Failure(.argument, "takes 'order' or 'shuffle', not both") }
          return order.ordering
        }
        let set = try box.value()
        return shuffle ?? true ? .shuffle(set) : .sequential(set)
      }
    }
  }

  /// Reads size and options, and pushes the iterator.
  func makeBatches(
    _ call: Call, _ box: DatasetBox, known: [String], _ ordering: (Options) throws -> Ordering
  ) throws -> Int {
    let size = try call.integer(1)
    let options = try call.options(2, known: known)
    var limits: [PresentationLimit] = []
    if let count = try options.integer("steps") { limits.append(.steps(count)) }
    if let count = try options.integer("epochs") { limits.append(.epochs(count)) }
    if let count = try options.integer("presentations") { limits.append(.presentations(count)) }
    guard limits.count <= 1 else {
      throw Failure(.argument, "takes one of 'steps', 'epochs' and 'presentations', found \(limits.count)")
    }
    let ordering = try ordering(options)
    if let observer = DataUse.observer { observer(try box.fingerprint(), ordering.fingerprint) }
    let remainder = try options.boolean("drop_last").map { $0 ? Remainder.drop : .keep }
    let batches = try DatasetBatches(
      box, ordering, size: size, limit: limits.first ?? .epochs(1), remainder: remainder,
      try dataStream(options))
    return call.push(BatchIterator(batches), data.batches)
  }
}
