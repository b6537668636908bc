import Basics
import Kernels

/// Batches that mix several data sets by ratios. Each data set is presented endlessly in the order of its own ordering.
public final class Mixture {
  /// One of the data sets.
  public struct Source {
    public let name: String
    public let dataset: Dataset
    public let ordering: Ordering

    public init(_ name: String, _ dataset: Dataset, _ ordering: Ordering) {
      self.name = name
      self.dataset = dataset
      self.ordering = ordering
    }
  }

  /// How the rows of a batch are divided.
  public enum Division: String, Sendable, CaseIterable {
    /// By the ratios as nearly as whole rows allow; what rounding takes in one step it gives back in later ones.
    case exact
    /// Each row's source is drawn at random with the ratios as probabilities.
    case sampled
  }

  /// Rows of one step.
  public struct MixedBatch {
    /// From 1.
    public let step: Int
    /// The source of each row, from 1.
    public let sources: [Int]
    /// The id, from 1, of each row in its source.
    public let ids: [Int]
    /// The rows, one source after another.
    public let rows: Dataset
  }

  public let sources: [Source]
  public let batchSize: Int
  public let steps: Int
  public let division: Division
  /// Batches given so far.
  public private(set) var step = 0
  /// Rows of each source given so far.
  public private(set) var presented: [Int]
  private let ratios: (Int) throws -> [Double]
  private let stream: RandomStream
  private var apportionment: Apportionment
  private var cursors: [PresentationCursor]

  /// - Parameters:
  ///   - ratios: for each step (from 1) a number that is not negative for each source; their sum need not be 1.
  ///   - stream: where all chance comes from.
  /// - Throws: `Failure` for no sources, sources without rows or with other columns than the first, sizes that are not
  ///   positive.
  public init(
    _ sources: [Source], ratios: @escaping (Int) throws -> [Double], division: Division = .exact, size batchSize: Int,
    steps: Int, stream: RandomStream
  ) throws {
    guard let first = sources.first else {
      throw Failure(.argument, "a mixture needs at least one data set, found none")
    }
    for source in sources {
      guard source.dataset.rows > 0 else {
        throw Failure(.argument, "the data set '\(source.name)' has no rows to present")
      }
      guard source.ordering.rows == source.dataset.rows else {
        throw Failure(
          .shape,
          "the ordering of '\(source.name)' is of data with \(source.ordering.rows) rows, but it has \(source.dataset.rows)"
        )
      }
      try first.dataset.requireSameColumns(as: source.dataset, named: "'\(source.name)'")
    }
    guard batchSize > 0, batchSize <= 1 << 24 else {
      throw Failure(.range, "a batch needs at least one row and at most 2^24, found \(batchSize)")
    }
    guard steps > 0 else { throw Failure(.range, "the number of steps must be positive, found \(steps)") }
    self.sources = sources
    self.ratios = ratios
    self.division = division
    self.batchSize = batchSize
    self.steps = steps
    self.stream = stream
    presented = sources.map { _ in 0 }
    apportionment = Apportionment(sources.map { _ in 0 })
    cursors = sources.enumerated().map { number, source in
      PresentationCursor(source.ordering, stream.split("source").split(UInt64(number)))
    }
  }

  /// The same ratios at every step.
  public convenience init(
    _ sources: [Source], ratios: [Double], division: Division = .exact, size batchSize: Int, steps: Int,
    stream: RandomStream
  ) throws {
    try Self.requireRatios(ratios, count: sources.count, step: 1)
    try self.init(sources, ratios: { _ in ratios }, division: division, size: batchSize, steps: steps, stream: stream)
  }

  /// The next batch, or nil at the end.
  public func next() throws -> MixedBatch? {
    if step >= steps { return nil }
    let counts = try counts()
    var sourceOfRow: [Int] = []
    var ids: [Int] = []
    var parts: [Dataset] = []
    let moment = TrainingMoment(step: step + 1, progress: Double(step) / Double(steps))
    for (number, count) in counts.enumerated() where count > 0 {
      let places = try cursors[number].next(count, at: moment)
      sourceOfRow += places.map { _ in number + 1 }
      ids += places.map { $0 + 1 }
      parts.append(try sources[number].dataset.gather(places: places))
      presented[number] += count
    }
    step += 1
    return MixedBatch(step: step, sources: sourceOfRow, ids: ids, rows: try Dataset.concat(parts))
  }

  /// How many rows each source gives in the coming step.
  private func counts() throws -> [Int] {
    let ratios = try ratios(step + 1)
    try Self.requireRatios(ratios, count: sources.count, step: step + 1)
    let sum = ratios.reduce(0, +)
    switch division {
    case .exact:
      apportionment.fractions = ratios.map { $0 / sum }
      return apportionment.share(batchSize)
    case .sampled:
      guard let choice = WeightedChoice(weights: ratios) else { return [] }
      var stream = stream.split("division").split(UInt64(step + 1))
      var counts = sources.map { _ in 0 }
      for _ in 0..<batchSize { counts[choice.draw(&stream)] += 1 }
      return counts
    }
  }

  private static func requireRatios(_ ratios: [Double], count: Int, step: Int) throws {
    guard ratios.count == count else {
      throw Failure(.shape, "\(count) data sets need as many ratios, found \(ratios.count) at step \(step)")
    }
    for ratio in ratios where !(ratio >= 0 && ratio < .infinity) {
      throw Failure(.range, "a ratio must be a finite number that is not negative, found \(ratio) at step \(step)")
    }
    let sum = ratios.reduce(0, +)
    guard sum > 0, sum < .infinity else {
      throw Failure(.range, "at least one ratio must be positive, found none at step \(step)")
    }
  }

  /// Continues at the place of a mixture with the same arguments after so many steps. The steps in between are planned
  /// again, without making their rows.
  public func resume(atStep done: Int) throws {
    guard done >= step, done <= steps else {
      throw Failure(.range, "a mixture of \(steps) steps at step \(step) cannot go to step \(done)")
    }
    while step < done {
      let moment = TrainingMoment(step: step + 1, progress: Double(step) / Double(steps))
      for (number, count) in try counts().enumerated() where count > 0 {
        _ = try cursors[number].next(count, at: moment)
        presented[number] += count
      }
      step += 1
    }
  }
}
