/// A function of two numbers, as loops over strided memory (a stride of 0 repeats one number) for each element type.
public struct BinaryKernel: Sendable {
  public typealias Loop<T, R> =
    @Sendable (
      _ a: UnsafePointer<T>, _ aStride: Int, _ b: UnsafePointer<T>, _ bStride: Int, _ y: UnsafeMutablePointer<R>,
      _ count: Int
    ) -> Void

  public let float: Loop<Float, Float>
  public let double: Loop<Double, Double>
  /// Whole numbers wrap around on overflow, as in Lua. `nil` where the function has no whole result.
  public let integer: Loop<Int64, Int64>?
}

/// The scalar function behind a `BinaryKernel`.
protocol BinaryFunction: SendableMetatype {
  static func apply<T: Real>(_ a: T, _ b: T) -> T
  static func whole(_ a: Int64, _ b: Int64) -> Int64
}

/// Runs `f` over two strided inputs; the strides that occur most get loops of their own that vectorise.
@inline(__always)
func zipLoop<T, R>(
  _ a: UnsafePointer<T>, _ aStride: Int, _ b: UnsafePointer<T>, _ bStride: Int, _ y: UnsafeMutablePointer<R>, _ n: Int,
  _ f: (T, T) -> R
) {
  if aStride == 1 && bStride == 1 {
    for i in 0..<n { y[i] = f(a[i], b[i]) }
  } else if aStride == 1 && bStride == 0 {
    let right = b[0]
    for i in 0..<n { y[i] = f(a[i], right) }
  } else if aStride == 0 && bStride == 1 {
    let left = a[0]
    for i in 0..<n { y[i] = f(left, b[i]) }
  } else {
    for i in 0..<n { y[i] = f(a[i &* aStride], b[i &* bStride]) }
  }
}

@inline(__always)
func binaryKernel<F: BinaryFunction>(_: F.Type, integer: Bool = true) -> BinaryKernel {
  let whole: BinaryKernel.Loop<Int64, Int64> = { a, aStride, b, bStride, y, n in
    zipLoop(a, aStride, b, bStride, y, n) { F.whole($0, $1) }
  }
  return BinaryKernel(
    float: { a, aStride, b, bStride, y, n in zipLoop(a, aStride, b, bStride, y, n) { F.apply($0, $1) } },
    double: { a, aStride, b, bStride, y, n in zipLoop(a, aStride, b, bStride, y, n) { F.apply($0, $1) } },
    integer: integer ? whole : nil)
}

extension BinaryKernel {
  public static let add = binaryKernel(Add.self)
  public static let subtract = binaryKernel(Subtract.self)
  public static let multiply = binaryKernel(Multiply.self)
  public static let divide = binaryKernel(Divide.self, integer: false)
  public static let floorDivide = binaryKernel(FloorDivide.self)
  public static let remainder = binaryKernel(Remainder.self)
  public static let power = binaryKernel(Power.self)
  public static let maximum = binaryKernel(Maximum.self)
  public static let minimum = binaryKernel(Minimum.self)
  /// The second number where the first is positive, else 0: the gradient of relu.
  public static let whenPositive = binaryKernel(WhenPositive.self)
}

enum Add: BinaryFunction {
  @inline(__always) static func apply<T: Real>(_ a: T, _ b: T) -> T { a + b }
  @inline(__always) static func whole(_ a: Int64, _ b: Int64) -> Int64 { a &+ b }
}
enum Subtract: BinaryFunction {
  @inline(__always) static func apply<T: Real>(_ a: T, _ b: T) -> T { a - b }
  @inline(__always) static func whole(_ a: Int64, _ b: Int64) -> Int64 { a &- b }
}
enum Multiply: BinaryFunction {
  @inline(__always) static func apply<T: Real>(_ a: T, _ b: T) -> T { a * b }
  @inline(__always) static func whole(_ a: Int64, _ b: Int64) -> Int64 { a &* b }
}
enum Divide: BinaryFunction {
  @inline(__always) static func apply<T: Real>(_ a: T, _ b: T) -> T { a / b }
  @inline(__always) static func whole(_ a: Int64, _ b: Int64) -> Int64 { 0 }
}
enum FloorDivide: BinaryFunction {
  @inline(__always) static func apply<T: Real>(_ a: T, _ b: T) -> T { (a / b).rounded(.down) }
  /// Rounds towards minus infinity; callers refuse a zero divisor beforehand.
  @inline(__always) static func whole(_ a: Int64, _ b: Int64) -> Int64 {
    if b == 0 { return 0 }
    if b == -1 { return 0 &- a }
    let quotient = a / b
    return (a % b != 0 && (a < 0) != (b < 0)) ? quotient - 1 : quotient
  }
}
enum Remainder: BinaryFunction {
  /// The sign of the divisor, as Lua's `%`.
  @inline(__always) static func apply<T: Real>(_ a: T, _ b: T) -> T {
    let r = a.truncatingRemainder(dividingBy: b)
    return r != 0 && (r < 0) != (b < 0) ? r + b : r
  }
  @inline(__always) static func whole(_ a: Int64, _ b: Int64) -> Int64 {
    if b == 0 || b == -1 { return 0 }
    let r = a % b
    return r != 0 && (r < 0) != (b < 0) ? r + b : r
  }
}
enum Power: BinaryFunction {
  @inline(__always) static func apply<T: Real>(_ a: T, _ b: T) -> T { T.pow(a, b) }
  /// By squaring; a negative exponent gives 0 except for bases 1 and -1.
  @inline(__always) static func whole(_ a: Int64, _ b: Int64) -> Int64 {
    if b < 0 { return a == 1 ? 1 : (a == -1 ? (b % 2 == 0 ? 1 : -1) : 0) }
    var result: Int64 = 1
    var base = a
    var left = b
    while left > 0 {
      if left & 1 == 1 { result = result &* base }
      base = base &* base
      left >>= 1
    }
    return result
  }
}
enum Maximum: BinaryFunction {
  /// NaN if either is NaN.
  @inline(__always) static func apply<T: Real>(_ a: T, _ b: T) -> T { a != a ? a : (b != b ? b : (a > b ? a : b)) }
  @inline(__always) static func whole(_ a: Int64, _ b: Int64) -> Int64 { a > b ? a : b }
}
enum Minimum: BinaryFunction {
  @inline(__always) static func apply<T: Real>(_ a: T, _ b: T) -> T { a != a ? a : (b != b ? b : (a < b ? a : b)) }
  @inline(__always) static func whole(_ a: Int64, _ b: Int64) -> Int64 { a < b ? a : b }
}
enum WhenPositive: BinaryFunction {
  @inline(__always) static func apply<T: Real>(_ a: T, _ b: T) -> T { a > 0 ? b : 0 }
  @inline(__always) static func whole(_ a: Int64, _ b: Int64) -> Int64 { a > 0 ? b : 0 }
}
