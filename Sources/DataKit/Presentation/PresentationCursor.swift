import Basics
import Kernels

/// A place in the endless sequence of rows that an ordering presents, epoch after epoch.
struct PresentationCursor {
  let ordering: Ordering
  let stream: RandomStream
  private(set) var epoch = 1
  /// How many rows of this epoch have been presented or dropped.
  private(set) var position = 0
  /// When this epoch began; its rows depend on it.
  private(set) var start = TrainingMoment()
  private var places: [Int]?

  init(_ ordering: Ordering, _ stream: RandomStream) {
    self.ordering = ordering
    self.stream = stream
  }

  init(_ ordering: Ordering, _ stream: RandomStream, epoch: Int, position: Int, start: TrainingMoment) {
    self.init(ordering, stream)
    self.epoch = epoch
    self.position = position
    self.start = start
  }

  /// How many rows this epoch has; an ordering that draws at each step has as many to an epoch as the data has rows.
  mutating func epochSize() throws -> Int {
    if ordering.drawsEachStep { return ordering.rows }
    return try loaded().count
  }

  private mutating func loaded() throws -> [Int] {
    if let places { return places }
    let loaded = try ordering.places(at: start, stream)
    guard !loaded.isEmpty else { throw Failure(.argument, "epoch \(epoch) of the ordering presents no rows") }
    places = loaded
    return loaded
  }

  /// Ends this epoch; the next one begins at the given moment.
  mutating func nextEpoch(at moment: TrainingMoment) {
    epoch += 1
    position = 0
    start = moment
    start.epoch = epoch
    places = nil
  }

  /// The next `count` rows of this epoch, which has as many left.
  mutating func take(_ count: Int) throws -> ArraySlice<Int> {
    let rows = try loaded()[position..<(position + count)]
    position += count
    return rows
  }

  /// Rows for one step of an ordering that draws at each step. They may belong to the end of this epoch and to the next.
  mutating func draw(_ count: Int, at moment: TrainingMoment) throws -> [Int] {
    var moment = moment
    moment.epoch = epoch
    let rows = try ordering.drawPlaces(count, at: moment, stream)
    position += count
    while position > ordering.rows {
      let beyond = position - ordering.rows
      nextEpoch(at: moment)
      position = beyond
    }
    return rows
  }

  /// The next `count` rows, across as many epochs as it takes.
  mutating func next(_ count: Int, at moment: TrainingMoment) throws -> [Int] {
    if ordering.drawsEachStep { return try draw(count, at: moment) }
    var rows: [Int] = []
    while rows.count < count {
      let left = try epochSize() - position
      if left == 0 {
        nextEpoch(at: moment)
      } else {
        rows += try take(min(left, count - rows.count))
      }
    }
    return rows
  }
}
