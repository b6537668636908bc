import Autodiff
import Basics
import Foundation
import Kernels
import Tensors
import XCTest

/// A leaf of the given numbers that wants a gradient.
func leaf(_ values: [Double], _ dtype: DType = .float64, shape: Shape? = nil) throws -> Tensor {
  let tensor = try Tensor.from(values, shape: shape ?? [values.count], dtype)
  tensor.requiresGradient = true
  return tensor
}

func assertClose(
  _ found: [Double], _ wanted: [Double], _ tolerance: Double, _ message: String = "", file: StaticString = #filePath,
  line: UInt = #line
) {
  XCTAssertEqual(found.count, wanted.count, message, file: file, line: line)
  for (index, (a, b)) in zip(found, wanted).enumerated()
  where !(abs(a - b) <= tolerance * max(1, abs(b))) && !(a.isNaN && b.isNaN) {
    XCTFail("\(message) element \(index + 1): found \(a), wanted \(b)", file: file, line: line)
    return
  }
}

/// The failure that `body` throws.
func failure<R>(file: StaticString = #filePath, line: UInt = #line, _ body: () throws -> R) -> Failure? {
  do {
    _ = try body()
    XCTFail("nothing was thrown", file: file, line: line)
  } catch let failure as Failure {
    return failure
  } catch {
    XCTFail("threw \(error)", file: file, line: line)
  }
  return nil
}

/// A folder that lasts as long as `body`.
func withTemporaryFolder<R>(_ body: (String) throws -> R) throws -> R {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
    "learn-tests-\(getpid())-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path)
}
