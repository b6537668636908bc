import Basics
import Kernels

/// Rows made on demand by a closure, for data without end or too large to keep, with a shuffle over a buffer.
public final class RowStream {
  /// The cells of a row: a pure function of its number, from 1, and of a stream that belongs to that row.
  public typealias Generator = (_ number: Int, _ stream: RandomStream) throws -> [(name: String, value: Cell)]

  /// The number of rows; nil when there is no end.
  public let length: Int?
  /// Rows given so far.
  public private(set) var given = 0
  private let bufferSize: Int
  private let generate: Generator
  private let rowStream: RandomStream
  private var shuffleStream: RandomStream
  /// The rows in the buffer, which are known by number and made when their turn comes.
  private var waiting: [Int] = []
  private var upcoming = 1
  /// The columns of the first batch, without rows.
  private var template = Dataset()

  /// - Parameters:
  ///   - length: how many rows there are; no end when nil.
  ///   - buffer: how many rows wait while the next one is drawn among them at random; 1 keeps the order.
  ///   - stream: where all chance comes from.
  ///   - generate: called once for each row given, in the order in which rows are given.
  public init(length: Int? = nil, buffer: Int = 1, stream: RandomStream, _ generate: @escaping Generator) throws {
    if let length, length < 0 { throw Failure(.range, "a number of rows cannot be negative, found \(length)") }
    guard buffer > 0, buffer <= 1 << 24 else {
      throw Failure(.range, "a buffer holds at least one row and at most 2^24, found \(buffer)")
    }
    self.length = length
    bufferSize = buffer
    self.generate = generate
    rowStream = stream.split("rows")
    shuffleStream = stream.split("buffer")
  }

  /// The next `count` rows, fewer at the end, nil behind it. All rows have the columns of the first.
  public func next(_ count: Int) throws -> Dataset? {
    guard count > 0, count <= 1 << 24 else {
      throw Failure(.range, "a batch needs at least one row and at most 2^24, found \(count)")
    }
    var builder = RowBuilder(like: template)
    while builder.rows < count, let number = draw() {
      try builder.add(try generate(number, rowStream.split(UInt64(number))))
      given += 1
    }
    if builder.rows == 0 { return nil }
    let rows = try builder.finished()
    if template.columns.isEmpty {
      template = try rows.gather(places: [])
    } else {
      try template.requireSameColumns(as: rows, named: "the batch that ends with row \(given)")
    }
    return rows
  }

  /// Passes over `count` rows without making them: a new stream that skips what another has given continues as that one.
  public func skip(_ count: Int) throws {
    guard count >= 0 else { throw Failure(.range, "a number of rows cannot be negative, found \(count)") }
    if let length, count > length - given {
      throw Failure(.range, "wanted to skip \(count) rows, but only \(length - given) are left")
    }
    for _ in 0..<count where draw() != nil { given += 1 }
  }

  /// The number of the next row, nil at the end.
  private func draw() -> Int? {
    while waiting.count < bufferSize, upcoming <= length ?? Int.max {
      waiting.append(upcoming)
      upcoming += 1
    }
    if waiting.isEmpty { return nil }
    let place = bufferSize == 1 ? 0 : shuffleStream.nextInteger(below: waiting.count)
    waiting.swapAt(place, waiting.count - 1)
    return waiting.removeLast()
  }
}
