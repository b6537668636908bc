/// A comparison of two numbers, as loops that write 1 or 0 (the bytes of bool tensors).
public struct ComparisonKernel: Sendable {
  public let float: BinaryKernel.Loop<Float, UInt8>
  public let double: BinaryKernel.Loop<Double, UInt8>
  public let integer: BinaryKernel.Loop<Int64, UInt8>
  public let bool: BinaryKernel.Loop<UInt8, UInt8>
}

protocol ComparisonFunction: SendableMetatype {
  static func holds<T: Comparable>(_ a: T, _ b: T) -> Bool
}

@inline(__always)
func comparisonKernel<F: ComparisonFunction>(_: F.Type) -> ComparisonKernel {
  ComparisonKernel(
    float: { a, aStride, b, bStride, y, n in zipLoop(a, aStride, b, bStride, y, n) { F.holds($0, $1) ? 1 : 0 } },
    double: { a, aStride, b, bStride, y, n in zipLoop(a, aStride, b, bStride, y, n) { F.holds($0, $1) ? 1 : 0 } },
    integer: { a, aStride, b, bStride, y, n in zipLoop(a, aStride, b, bStride, y, n) { F.holds($0, $1) ? 1 : 0 } },
    bool: { a, aStride, b, bStride, y, n in zipLoop(a, aStride, b, bStride, y, n) { F.holds($0, $1) ? 1 : 0 } })
}

extension ComparisonKernel {
  public static let equal = comparisonKernel(Equal.self)
  public static let notEqual = comparisonKernel(NotEqual.self)
  public static let less = comparisonKernel(Less.self)
  public static let lessOrEqual = comparisonKernel(LessOrEqual.self)
  public static let greater = comparisonKernel(Greater.self)
  public static let greaterOrEqual = comparisonKernel(GreaterOrEqual.self)
}

enum Equal: ComparisonFunction {
  @inline(__always) static func holds<T: Comparable>(_ a: T, _ b: T) -> Bool { a == b }
}
enum NotEqual: ComparisonFunction {
  @inline(__always) static func holds<T: Comparable>(_ a: T, _ b: T) -> Bool { a != b }
}
enum Less: ComparisonFunction {
  @inline(__always) static func holds<T: Comparable>(_ a: T, _ b: T) -> Bool { a < b }
}
enum LessOrEqual: ComparisonFunction {
  @inline(__always) static func holds<T: Comparable>(_ a: T, _ b: T) -> Bool { a <= b }
}
enum Greater: ComparisonFunction {
  @inline(__always) static func holds<T: Comparable>(_ a: T, _ b: T) -> Bool { a > b }
}
enum GreaterOrEqual: ComparisonFunction {
  @inline(__always) static func holds<T: Comparable>(_ a: T, _ b: T) -> Bool { a >= b }
}
