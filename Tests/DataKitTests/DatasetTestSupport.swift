import Basics
import DataKit
import Kernels
import Tensors

/// A stream for tests.
func testStream(_ name: String = "test", seed: UInt64 = 7) -> RandomStream { RandomStream(seed: seed, name: name) }

/// Rows with the columns `x` {rows, 2} (10 r and 10 r + 1), `y` (classes a, b, c by turns), `name` (text) and `loss`, where r
/// counts from 1. The losses are a fixed jumble without ties.
func sampleData(rows: Int = 12) throws -> Dataset {
  let numbers = (0..<rows).map { $0 + 1 }
  return try Dataset([
    Dataset.Column(
      "x", try Tensor.from(numbers.flatMap { [Double(10 * $0), Double(10 * $0 + 1)] }, shape: [rows, 2]),
      features: ["left", "right"]),
    Dataset.Column(
      "y", try Tensor.from(numbers.map { Int64(($0 - 1) % 3 + 1) }, shape: [rows]), labels: ["a", "b", "c"]),
    Dataset.Column("name", numbers.map { "row \($0)" }),
    Dataset.Column("loss", try Tensor.from(numbers.map { Double(($0 * 7) % 31) / 31 }, shape: [rows])),
  ])
}

/// The first column of `x` tells which row it was.
func rowNumbers(_ dataset: Dataset) throws -> [Int] {
  let x = try dataset.tensor("x")
  return (0..<dataset.rows).map { Int(x.element(2 * $0)) / 10 }
}

/// All batches, to the end.
func allBatches(_ batches: Batches) throws -> [Batch] {
  var all: [Batch] = []
  while let batch = try batches.next() { all.append(batch) }
  return all
}

/// A float32 tensor; integer literals alone would not tell which element type is meant.
func reals(_ values: [Double], _ shape: Shape) throws -> Tensor { try Tensor.from(values, shape: shape) }
