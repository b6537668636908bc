import Basics
import Kernels

/// How far training is when rows are asked for.
public struct TrainingMoment: Equatable, Sendable {
  /// The step that the rows are for, from 1.
  public var step: Int
  /// The epoch, from 1.
  public var epoch: Int
  /// The part of the whole training that is over: 0 at its first step, below 1 at its last.
  public var progress: Double

  public init(step: Int = 1, epoch: Int = 1, progress: Double = 0) {
    self.step = step
    self.epoch = epoch
    self.progress = progress
  }
}

/// A plan for the order in which rows are presented: a value that does not change and keeps no state. What it gives for an
/// epoch (or a step) is a pure function of the plan, the moment and the stream.
///
/// Most orderings go by epochs: each epoch is a list of rows. A curriculum that draws at each step has no such list; its
/// rows are drawn for one step at a time.
public struct Ordering: CustomStringConvertible {
  /// The number of rows of the data that it orders.
  public let rows: Int
  let plan: any OrderingPlan

  init(rows: Int, _ plan: any OrderingPlan) {
    self.rows = rows
    self.plan = plan
  }

  /// Whether rows are drawn for each step anew instead of for a whole epoch.
  public var drawsEachStep: Bool { plan.drawsEachStep }

  /// One line for people, such as "easiest first by 'loss'".
  public var description: String { plan.summary }

  /// Tells orderings apart: sixteen hexadecimal digits over the kind, its settings, the number of rows and the values that
  /// it sorts by.
  public var fingerprint: String {
    var hash = ContentHash()
    hash.add("ordering")
    hash.add(rows)
    plan.describe(into: &hash)
    return hash.text
  }

  /// The ids, from 1, of the rows that the epoch presents, in order. An ordering that draws at each step gives as many as
  /// there are rows.
  ///
  /// - Parameter stream: the same for all epochs; the ordering splits it.
  public func ids(at moment: TrainingMoment, _ stream: RandomStream) throws -> [Int] {
    try places(at: moment, stream).map { $0 + 1 }
  }

  /// The ids of an epoch, from 1, in a training whose length does not matter.
  public func ids(epoch: Int, _ stream: RandomStream) throws -> [Int] {
    guard epoch >= 1 else { throw Failure(.range, "epochs count from 1, found \(epoch)") }
    return try ids(at: TrainingMoment(epoch: epoch), stream)
  }

  /// `count` row ids, from 1, for one step; only for orderings that draw at each step.
  public func draw(_ count: Int, at moment: TrainingMoment, _ stream: RandomStream) throws -> [Int] {
    guard drawsEachStep else { throw Failure(.argument, "this ordering goes by epochs and does not draw single steps") }
    guard count >= 0 else { throw Failure(.range, "a number of rows cannot be negative, found \(count)") }
    return try drawPlaces(count, at: moment, stream).map { $0 + 1 }
  }

  func places(at moment: TrainingMoment, _ stream: RandomStream) throws -> [Int] {
    if rows == 0 { return [] }
    return try plan.places(at: moment, stream.split("epoch").split(UInt64(max(0, moment.epoch))))
  }

  func drawPlaces(_ count: Int, at moment: TrainingMoment, _ stream: RandomStream) throws -> [Int] {
    if rows == 0 { return [] }
    return try plan.draw(count, at: moment, stream.split("step").split(UInt64(max(0, moment.step))))
  }
}

/// What one kind of ordering does. Places count from 0. There is at least one row.
protocol OrderingPlan {
  var summary: String { get }
  /// Adds the kind and everything the order depends on.
  func describe(into hash: inout ContentHash)
  var drawsEachStep: Bool { get }
  /// The places of one epoch.
  /// - Parameter stream: belongs to this epoch.
  func places(at moment: TrainingMoment, _ stream: RandomStream) throws -> [Int]
  /// Places for one step, when `drawsEachStep`.
  /// - Parameter stream: belongs to this step.
  func draw(_ count: Int, at moment: TrainingMoment, _ stream: RandomStream) throws -> [Int]
}

extension OrderingPlan {
  var drawsEachStep: Bool { false }

  func draw(_ count: Int, at moment: TrainingMoment, _ stream: RandomStream) throws -> [Int] {
    Array(try places(at: moment, stream).prefix(count))
  }
}
