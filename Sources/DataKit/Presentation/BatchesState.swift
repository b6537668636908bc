import Basics
import Kernels

/// Where batches stand, as plain numbers.
public struct BatchesState: Equatable, Sendable {
  let plan: UInt64
  public let step: Int
  public let presented: Int
  public let epoch: Int
  /// Rows of this epoch that are over.
  public let position: Int
  let epochStart: TrainingMoment
  let stream: (key: UInt64, stream: UInt64, counter: UInt64)

  init(
    plan: UInt64, step: Int, presented: Int, epoch: Int, position: Int, epochStart: TrainingMoment,
    stream: (key: UInt64, stream: UInt64, counter: UInt64)
  ) {
    self.plan = plan
    self.step = step
    self.presented = presented
    self.epoch = epoch
    self.position = position
    self.epochStart = epochStart
    self.stream = stream
  }

  /// The state as eleven whole numbers of 64 bits (unsigned ones and fractions by their bits), in a fixed order.
  public var numbers: [Int64] {
    [
      Int64(bitPattern: plan), Int64(step), Int64(presented), Int64(epoch), Int64(position), Int64(epochStart.step),
      Int64(epochStart.epoch), Int64(bitPattern: epochStart.progress.bitPattern), Int64(bitPattern: stream.key),
      Int64(bitPattern: stream.stream), Int64(bitPattern: stream.counter),
    ]
  }

  /// From ``numbers``.
  public init(numbers: [Int64]) throws {
    guard numbers.count == 11 else {
      throw Failure(.argument, "the state of batches has 11 numbers, found \(numbers.count)")
    }
    self.init(
      plan: UInt64(bitPattern: numbers[0]), step: Int(numbers[1]), presented: Int(numbers[2]), epoch: Int(numbers[3]),
      position: Int(numbers[4]),
      epochStart: TrainingMoment(
        step: Int(numbers[5]), epoch: Int(numbers[6]), progress: Double(bitPattern: UInt64(bitPattern: numbers[7]))),
      stream: (UInt64(bitPattern: numbers[8]), UInt64(bitPattern: numbers[9]), UInt64(bitPattern: numbers[10])))
  }

  /// Whether the numbers can be those of batches over so many rows.
  func isPlausible(rows: Int) -> Bool {
    let most = 1 << 48
    return (0...most).contains(step) && (0...most).contains(presented) && (1...most).contains(epoch)
      && (0...most).contains(position) && (1...(most + 1)).contains(epochStart.step) && epochStart.epoch == epoch
      && (0...1).contains(epochStart.progress)
  }

  public static func == (a: BatchesState, b: BatchesState) -> Bool { a.numbers == b.numbers }
}
