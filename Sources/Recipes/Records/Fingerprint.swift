import Basics
import Kernels
import Tensors

/// A hash of what this machine makes of fixed numbers. Machines with the same fingerprint give the same bits.
///
/// Probes: products of several shapes, exp, tanh and erf over a grid, random numbers and permutations, sorting, softmax,
/// sums. Takes a few milliseconds; does not depend on the number of threads.
public enum Fingerprint {
  /// The fingerprint, computed once in a process.
  public static func current() throws -> String { try computed.get() }

  private static let computed = Result { try compute() }

  /// 64 hexadecimal digits.
  public static func compute() throws -> String {
    var digest = Digest()
    digest.add("perilune fingerprint 1")
    try addProducts(&digest)
    try addFunctions(&digest)
    addRandomNumbers(&digest)
    try addRows(&digest)
    return digest.hexadecimal
  }

  /// The digits that people see.
  public static func short(_ fingerprint: String) -> String { String(fingerprint.prefix(16)) }

  private static func normal(_ name: String, _ shape: Shape, _ dtype: DType = .float32) throws -> Tensor {
    let y = try Tensor(uninitialized: shape, dtype)
    let stream = RandomStream(seed: 1, name: name)
    if dtype == .float64 {
      RandomKernels.normal(stream, first: 0, into: y.doubles, count: y.count)
    } else {
      RandomKernels.normal(stream, first: 0, into: y.floats, count: y.count)
    }
    return y
  }

  private static func add(_ tensor: Tensor, _ name: String, _ digest: inout Digest) throws {
    let plain = try tensor.contiguous()
    digest.add(name)
    digest.add(UnsafeRawBufferPointer(start: plain.start, count: plain.byteCount))
  }

  private static func addProducts(_ digest: inout Digest) throws {
    let shapes = [(1, 1, 1), (3, 5, 7), (17, 33, 9), (64, 64, 64), (1, 300, 10), (130, 257, 65), (256, 64, 256)]
    for (m, k, n) in shapes {
      for dtype in [DType.float32, .float64] {
        let a = try normal("a", try Shape([m, k]), dtype)
        let b = try normal("b", try Shape([k, n]), dtype)
        try add(try Forward.matmul(a, b), "product \(m) \(k) \(n)", &digest)
      }
    }
  }

  private static func addFunctions(_ digest: inout Digest) throws {
    let functions: [(String, UnaryKernel)] = [("exp", .exp), ("tanh", .tanh), ("erf", .erf), ("log", .log1p)]
    for dtype in [DType.float32, .float64] {
      let grid = try Tensor.range(start: -0.99, step: 0.0173, count: 1000, dtype)
      for (name, kernel) in functions { try add(try Forward.unary(kernel, grid), name, &digest) }
    }
  }

  private static func addRandomNumbers(_ digest: inout Digest) {
    var stream = RandomStream(seed: 7, name: "fingerprint")
    var floats = [Float](repeating: 0, count: 1000)
    var doubles = [Double](repeating: 0, count: 1000)
    RandomKernels.normal(stream, first: 0, into: &floats, count: floats.count)
    floats.withUnsafeBytes { digest.add($0) }
    RandomKernels.normal(stream, first: 0, into: &doubles, count: doubles.count)
    doubles.withUnsafeBytes { digest.add($0) }
    RandomKernels.uniform(stream, first: 0, into: &doubles, count: doubles.count)
    doubles.withUnsafeBytes { digest.add($0) }
    stream.permutation(100).withUnsafeBytes { digest.add($0) }
  }

  private static func addRows(_ digest: inout Digest) throws {
    let rows = try normal("rows", [40, 300])
    try add(try Forward.softmax(rows, dim: 1, logarithm: false), "softmax", &digest)
    try add(try Forward.reduce(.sum, rows, dims: [1], keep: false), "sums", &digest)
    try add(try Forward.reduce(.sum, rows, dims: [0, 1], keep: false), "sum", &digest)
    Sorting.order(rows.floats, rows.count, descending: false).withUnsafeBytes { digest.add($0) }
  }
}
