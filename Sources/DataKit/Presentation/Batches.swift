import Basics
import Kernels

/// How long rows are presented.
public enum PresentationLimit: Equatable, Sendable {
  /// So many batches.
  case steps(Int)
  /// So many passes, as long as the ordering makes them.
  case epochs(Int)
  /// So many rows, exactly, counting repeated ones.
  case presentations(Int)
}

/// What becomes of the rows at the end of an epoch that do not fill a batch.
public enum Remainder: String, Sendable, CaseIterable {
  /// They are a smaller batch.
  case keep
  /// They are not presented.
  case drop
  /// The batch is filled from the next epoch, so that all batches but the last are full.
  case join
}

/// Rows of one step.
public struct Batch {
  /// From 1.
  public let step: Int
  /// The epoch of its first row, from 1.
  public let epoch: Int
  /// Ids of the rows in the data set, from 1.
  public let ids: [Int]
  /// The rows themselves, in memory of their own.
  public let rows: Dataset
}

/// Presents a data set in batches, in the order of an ordering: the same batches for the same arguments.
public final class Batches {
  public let dataset: Dataset
  public let ordering: Ordering
  public let batchSize: Int
  public let limit: PresentationLimit
  public let remainder: Remainder
  /// Batches given so far.
  public private(set) var step = 0
  /// Rows given so far.
  public private(set) var presented = 0
  private var cursor: PresentationCursor
  /// Tells states of other batches.
  private let plan: UInt64

  /// - Parameters:
  ///   - remainder: `.join` for steps and presentations and `.keep` for epochs, when nil.
  ///   - stream: where all chance comes from.
  ///   - state: where to continue; taken from ``state`` of batches with the same arguments.
  /// - Throws: `Failure` for data without rows, a batch larger than the data, an ordering of other data, a limit that is not
  ///   positive, a state of other batches.
  public init(
    _ dataset: Dataset, _ ordering: Ordering, size batchSize: Int, limit: PresentationLimit,
    remainder: Remainder? = nil,
    stream: RandomStream, resuming state: BatchesState? = nil
  ) throws {
    guard dataset.rows > 0 else { throw Failure(.argument, "the data set has no rows to present") }
    guard ordering.rows == dataset.rows else {
      throw Failure(
        .shape, "the ordering is of data with \(ordering.rows) rows, but the data set has \(dataset.rows) rows")
    }
    guard batchSize > 0 else { throw Failure(.range, "a batch needs at least one row, found \(batchSize)") }
    guard batchSize <= dataset.rows else {
      throw Failure(.range, "a batch of \(batchSize) rows is larger than the data set, which has \(dataset.rows) rows")
    }
    let (count, unit, usual): (Int, String, Remainder) =
      switch limit {
      case .steps(let count): (count, "steps", .join)
      case .epochs(let count): (count, "epochs", .keep)
      case .presentations(let count): (count, "presentations", .join)
      }
    guard count > 0, count <= 1 << 48 else {
      throw Failure(.range, "the number of \(unit) must be positive and at most 2^48, found \(count)")
    }
    self.dataset = dataset
    self.ordering = ordering
    self.batchSize = batchSize
    self.limit = limit
    self.remainder = remainder ?? usual
    plan = Self.planHash(ordering, batchSize, limit, self.remainder)
    cursor = PresentationCursor(ordering, stream)
    if let state {
      guard state.plan == plan else {
        throw Failure(.argument, "the saved state belongs to batches with another ordering, size or limit")
      }
      guard state.isPlausible(rows: dataset.rows) else {
        throw Failure(.argument, "the saved state holds impossible numbers")
      }
      step = state.step
      presented = state.presented
      cursor = PresentationCursor(
        ordering, RandomStream(state: state.stream), epoch: state.epoch, position: state.position,
        start: state.epochStart)
      let size = try cursor.epochSize()
      guard state.position <= size else { throw Failure(.argument, "the saved state holds impossible numbers") }
    }
  }

  /// The next batch, or nil at the end.
  public func next() throws -> Batch? {
    // A throwing ordering leaves the place as it was.
    var cursor = cursor
    var wanted = batchSize
    switch limit {
    case .steps(let count): if step >= count { return nil }
    case .presentations(let count):
      if presented >= count { return nil }
      wanted = min(wanted, count - presented)
    case .epochs: break
    }
    try skipToRows(&cursor, wanted: wanted)
    if case .epochs(let count) = limit, cursor.epoch > count { return nil }
    let epoch = cursor.epoch
    let places = try rows(&cursor, wanted: wanted)
    let batch = Batch(
      step: step + 1, epoch: epoch, ids: places.map { $0 + 1 }, rows: try dataset.gather(places: places))
    self.cursor = cursor
    step += 1
    presented += places.count
    return batch
  }

  /// Goes to the next epoch when this one has nothing left to present.
  private func skipToRows(_ cursor: inout PresentationCursor, wanted: Int) throws {
    var left = try cursor.epochSize() - cursor.position
    if left == 0 || (remainder == .drop && left < wanted && cursor.position > 0) {
      cursor.nextEpoch(at: moment(cursor))
      if case .epochs(let count) = limit, cursor.epoch > count { return }
      left = try cursor.epochSize()
    }
    guard remainder != .drop || left >= wanted else {
      throw Failure(
        .range,
        "epoch \(cursor.epoch) presents \(left) rows, fewer than a batch of \(wanted), and incomplete batches are dropped"
      )
    }
  }

  private func rows(_ cursor: inout PresentationCursor, wanted: Int) throws -> [Int] {
    let left = try cursor.epochSize() - cursor.position
    if ordering.drawsEachStep {
      var count = wanted
      if remainder == .keep || isLastEpoch(cursor) { count = min(count, left) }
      return try cursor.draw(count, at: moment(cursor))
    }
    var rows = Array(try cursor.take(min(left, wanted)))
    if remainder != .join { return rows }
    while rows.count < wanted, !isLastEpoch(cursor) {
      cursor.nextEpoch(at: moment(cursor, extra: rows.count))
      rows += try cursor.take(min(try cursor.epochSize(), wanted - rows.count))
    }
    return rows
  }

  private func isLastEpoch(_ cursor: PresentationCursor) -> Bool {
    if case .epochs(let count) = limit { cursor.epoch >= count } else { false }
  }

  /// The moment of the coming step; `extra` rows of it are chosen already.
  private func moment(_ cursor: PresentationCursor, extra: Int = 0) -> TrainingMoment {
    let progress =
      switch limit {
      case .steps(let count): Double(step) / Double(count)
      case .presentations(let count): Double(presented + extra) / Double(count)
      case .epochs(let count): epochsDone(cursor) / Double(count)
      }
    return TrainingMoment(step: step + 1, epoch: cursor.epoch, progress: min(1, progress))
  }

  /// How many epochs are over when the next row is asked for; inside an epoch only orderings that draw at each step ask.
  private func epochsDone(_ cursor: PresentationCursor) -> Double {
    guard ordering.drawsEachStep else { return Double(cursor.epoch) }
    return Double(cursor.epoch - 1) + Double(cursor.position) / Double(ordering.rows)
  }

  /// Where the batches stand: batches made with it and the same arguments continue as these do.
  public var state: BatchesState {
    BatchesState(
      plan: plan, step: step, presented: presented, epoch: cursor.epoch, position: cursor.position,
      epochStart: cursor.start, stream: cursor.stream.state)
  }

  private static func planHash(
    _ ordering: Ordering, _ batchSize: Int, _ limit: PresentationLimit, _ remainder: Remainder
  ) -> UInt64 {
    var hash = ContentHash()
    hash.add(ordering.fingerprint)
    hash.add(batchSize)
    hash.add(remainder.rawValue)
    switch limit {
    case .steps(let count):
      hash.add("steps")
      hash.add(count)
    case .epochs(let count):
      hash.add("epochs")
      hash.add(count)
    case .presentations(let count):
      hash.add("presentations")
      hash.add(count)
    }
    return hash.value
  }
}

extension Batches: CustomStringConvertible {
  public var description: String {
    let length =
      switch limit {
      case .steps(let count): "\(count) steps"
      case .epochs(let count): "\(count) epochs"
      case .presentations(let count): "\(count) presentations"
      }
    return "batches of \(batchSize) of \(dataset.rows) rows, \(length), \(ordering)"
  }
}
