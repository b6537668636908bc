import Basics
import DataKit
import Kernels
import LuaHost
import Tensors

/// A function that makes rows, and how they are shuffled; each loop over its batches starts anew.
final class StreamRecipe {
  let length: Int?
  let buffer: Int
  private let generate: RowStream.Generator

  init(length: Int?, buffer: Int, _ generate: @escaping RowStream.Generator) {
    self.length = length
    self.buffer = buffer
    self.generate = generate
  }

  func rows(_ stream: RandomStream) throws -> RowStream {
    try RowStream(length: length, buffer: buffer, stream: stream, generate)
  }
}

/// Batches of a stream's rows.
final class StreamBatches: BatchSource {
  private let recipe: StreamRecipe
  private let size: Int
  private let steps: Int?
  private var stream: RandomStream
  private var rows: RowStream
  private(set) var step = 0

  init(_ recipe: StreamRecipe, size: Int, steps: Int?, _ stream: RandomStream) throws {
    guard size > 0, size <= 1 << 24 else {
      throw Failure(.range, "a batch needs at least one row and at most 2^24, found \(size)")
    }
    if let steps, steps <= 0 { throw Failure(.range, "the number of steps must be positive, found \(steps)") }
    self.recipe = recipe
    self.size = size
    self.steps = steps
    self.stream = stream
    rows = try recipe.rows(stream)
  }

  var description: String {
    "batches of \(size) of a stream, \(steps.map { "\($0) steps" } ?? "until it ends"), at step \(step)"
  }

  func next() throws -> DatasetBox? {
    if let steps, step >= steps { return nil }
    let first = rows.given
    guard let batch = try rows.next(size) else { return nil }
    step += 1
    let ids = Array((first + 1)...(first + batch.rows))
    return DatasetBox(batch, notes: .init(step: step, ids: ids))
  }

  var state: [Int] { [step, rows.given] + stream.numbers }

  func restore(_ state: [Int]) throws {
    guard state.count == 5 else {
      throw Failure(.argument, "the state of a stream's batches has 5 numbers, found \(state.count)")
    }
    let (done, given) = (state[0], state[1])
    let (most, overflow) = done.multipliedReportingOverflow(by: size)
    guard done >= 0, given >= 0, !overflow, given <= min(most, 1 << 40), done <= steps ?? done else {
      throw Failure(.argument, "the saved state holds impossible numbers")
    }
    let start = RandomStream(numbers: state[2...])
    let fresh = try recipe.rows(start)
    try fresh.skip(given)
    (rows, stream, step) = (fresh, start, done)
  }
}

extension Lab {
  func installStreams() throws {
    try define(
      Doc(
        "lab.data.stream", "lab.data.stream(f, {buffer, length})", chapter: "Data", parameters: ["f", "options"],
        "Rows made on demand by a function f(rng, i), for data without end or too large to keep.",
        details: [
          "f: gets a source of random numbers of this row's own and the row's number; returns a table of columns. It must depend on nothing else",
          "{buffer}: how many rows wait while the next is drawn among them at random; 1 (default) keeps the order",
          "{length}: how many rows there are; no end when left out",
        ],
        notes:
          "Numbers become float32, tables of numbers float32 tensors, text and truth values columns of their kind.",
        example:
          "local pairs_of = lab.data.stream(function(rng) local a = rng:normal(); return {x = {a, a * a}, y = a} end)\nfor step, batch in pairs_of:batches(4, {steps = 2, rng = lab.rng(1)}) do print(batch.x) end"
      )
    ) { [self] call in
      try call.atMost(2)
      let options = try call.options(2, known: ["buffer", "length"])
      let function = try call.function(1)
      let recipe = StreamRecipe(length: try options.count("length"), buffer: try options.integer("buffer") ?? 1) {
        number, stream in
        try self.cells(
          from: function, [self.value(stream), .integer(number)], row: number, known: [], try function.stack())
      }
      _ = try recipe.rows(RandomStream(seed: 0, name: "check"))
      return call.push(recipe, data.streams)
    }
    data.streams.describe { recipe in
      "stream of \(recipe.length.map { "\($0) rows" } ?? "rows without end")\(recipe.buffer > 1 ? ", shuffled over \(recipe.buffer)" : "")"
    }
    let setUp = "local numbers = lab.data.stream(function(rng, i) return {x = i} end)\n"
    method(
      data.streams,
      Doc(
        "Stream.batches", "stream:batches(size, {steps, rng})", chapter: "Data", parameters: ["size", "options"],
        "Batches of the stream's rows from its beginning, for so many steps or until it ends; see Dataset.batches.",
        example: setUp + "for step, batch in numbers:batches(2, {steps = 3}) do print(batch.x) end")
    ) { [data, self] call, recipe in
      let options = try call.options(2, known: ["steps", "rng"])
      let batches = try StreamBatches(
        recipe, size: try call.integer(1), steps: try options.integer("steps"), try dataStream(options))
      return call.push(BatchIterator(batches), data.batches)
    }
    method(
      data.streams,
      Doc(
        "Stream.take", "stream:take(count, {rng})", chapter: "Data", parameters: ["count", "options"],
        "The first rows of the stream as a data set.", example: setUp + "print(numbers:take(3).x)")
    ) { [self] call, recipe in
      let rows = try recipe.rows(try dataStream(call, 2))
      guard let taken = try rows.next(try call.integer(1)) else { throw Failure(.argument, "the stream has no rows") }
      return push(taken, call)
    }
  }
}
