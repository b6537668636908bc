import Autodiff
import Basics
import Kernels
import Tensors

/// What one step of a work does, in numbers that are the same on every machine: they tell of a change that made the work
/// larger where times on a busy machine would not.
public struct BenchmarkCounts: Equatable, Sendable {
  /// What is counted, in the order of the columns of the table.
  public static let columns = ["tensors", "bytes", "recorded", "products", "multiplications", "loops", "tiles"]

  /// One number for each column.
  public let values: [Int]

  /// A line of the table: the work's name and its numbers, with tabs between them.
  public func line(_ name: String) -> String { ([name] + values.map(String.init)).joined(separator: "\t") }

  /// The first line of the table.
  public static var header: String { (["work"] + columns).joined(separator: "\t") }

  /// The works of a table with their numbers.
  ///
  /// - Throws: `Failure` for a table with other columns.
  public static func read(_ text: String) throws -> [String: BenchmarkCounts] {
    var lines = text.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
    guard !lines.isEmpty, lines.removeFirst() == ["work"] + columns else {
      throw Failure(.file, "the table of counts must begin with the columns work, \(columns.joined(separator: ", "))")
    }
    var works: [String: BenchmarkCounts] = [:]
    for line in lines {
      let values = line.dropFirst().compactMap { Int($0) }
      guard values.count == columns.count else {
        throw Failure(.file, "the counts of '\(line[0])' must be \(columns.count) whole numbers")
      }
      works[line[0]] = BenchmarkCounts(values: values)
    }
    return works
  }

  /// The columns in which two counts differ, as "tensors 41 instead of 40".
  public func differences(from expected: BenchmarkCounts) -> [String] {
    zip(Self.columns, zip(values, expected.values)).compactMap { name, pair in
      pair.0 == pair.1 ? nil : "\(name) \(pair.0) instead of \(pair.1)"
    }
  }
}

extension BenchmarkWork {
  /// What a step does after three steps, averaged over two: tensors made and their bytes, operations recorded for
  /// gradients, matrix products that operations ask for and their multiplications, parallel loops and their tiles.
  public func counts() throws -> BenchmarkCounts {
    try run(steps: 3)
    let (storage, recorded, products) = (Storage.statistics, Recording.recordedOperations, Forward.products)
    let work = try Parallel.counting { try run(steps: 2) }
    let made: Int = Storage.statistics.made - storage.made
    let bytes: Int = Storage.statistics.madeBytes - storage.madeBytes
    let operations: Int = Recording.recordedOperations - recorded
    let count: Int = Forward.products.count - products.count
    let multiplications: Int = Forward.products.multiplications - products.multiplications
    let both: [Int] = [made, bytes, operations, count, multiplications, work.loops, work.tiles]
    return BenchmarkCounts(values: both.map { $0 / 2 })
  }
}
