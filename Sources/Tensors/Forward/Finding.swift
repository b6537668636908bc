import Basics
import Kernels

extension Forward {
  /// The places of true elements in row-major order of the whole tensor, as int64 ids from 1.
  public static func flatIds(_ mask: Tensor) throws -> Tensor {
    let mask = try mask.converted(to: .bool).contiguous()
    var found = 0
    for i in 0..<mask.count where mask.bytes[i] != 0 { found += 1 }
    let ids = try Tensor(uninitialized: [found], .int64)
    var next = 0
    for i in 0..<mask.count where mask.bytes[i] != 0 {
      ids.integers[next] = Int64(i + 1)
      next += 1
    }
    return ids
  }

  /// The places of all elements but 0: `{count, rank}`, counted from 1.
  public static func nonzero(_ x: Tensor) throws -> Tensor {
    let flat = try flatIds(x)
    let y = try Tensor(uninitialized: [flat.count, x.rank], .int64)
    for row in 0..<flat.count {
      var rest = Int(flat.integers[row]) - 1
      for d in stride(from: x.rank - 1, through: 0, by: -1) {
        y.integers[row * x.rank + d] = Int64(rest % x.shape[d]) + 1
        rest /= x.shape[d]
      }
    }
    return y
  }

  /// A new last dimension of `classes` (the greatest id when `nil`) with 1 at each id; float32.
  public static func oneHot(_ ids: Tensor, classes: Int?) throws -> Tensor {
    guard ids.dtype == .int64 else {
      throw Failure(.dtype, "ids must be an int64 tensor, found \(ids.dtype.name); convert with :to(\"int64\")")
    }
    guard ids.rank < Shape.maximumRank else {
      throw Failure(.shape, "a tensor has at most \(Shape.maximumRank) dimensions")
    }
    let plain = try ids.contiguous()
    var greatest: Int64 = 0
    for i in 0..<plain.count { greatest = max(greatest, plain.integers[i]) }
    let size = classes ?? Int(greatest)
    guard size >= 0 else { throw Failure(.range, "classes cannot be negative, found \(size)") }
    if let outside = Indexing.firstOutside(plain.integers, plain.count, length: size) {
      throw Failure(
        .range,
        outside == 0 ? "id 0 is out of range: counting starts at 1" : "id \(outside) is out of range 1 to \(size)")
    }
    let y = try Tensor.zeros(Shape(Array(ids.shape) + [size]))
    for i in 0..<plain.count { y.floats[i * size + Int(plain.integers[i]) - 1] = 1 }
    return y
  }
}
