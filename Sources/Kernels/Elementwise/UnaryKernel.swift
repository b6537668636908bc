/// A function of one number, as loops over contiguous memory for each element type that has it.
public struct UnaryKernel: Sendable {
  public typealias Loop<T> = @Sendable (_ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, _ count: Int) -> Void

  public let float: Loop<Float>
  public let double: Loop<Double>
}

/// The scalar function behind a `UnaryKernel`.
protocol UnaryFunction: SendableMetatype {
  static func apply<T: Real>(_ x: T) -> T
}

/// Branch-free scalar code in a plain loop is what the compiler vectorises.
@inline(__always)
func unaryKernel<F: UnaryFunction>(_: F.Type) -> UnaryKernel {
  UnaryKernel(
    float: { x, y, n in for i in 0..<n { y[i] = F.apply(x[i]) } },
    double: { x, y, n in for i in 0..<n { y[i] = F.apply(x[i]) } })
}

extension UnaryKernel {
  public static let negate = unaryKernel(Negate.self)
  public static let absolute = unaryKernel(Absolute.self)
  public static let sign = unaryKernel(Sign.self)
  public static let floor = unaryKernel(Floor.self)
  public static let ceil = unaryKernel(Ceil.self)
  public static let round = unaryKernel(Round.self)
  public static let truncate = unaryKernel(Truncate.self)
  public static let square = unaryKernel(Square.self)
  public static let reciprocal = unaryKernel(Reciprocal.self)
  public static let squareRoot = unaryKernel(SquareRoot.self)
  public static let reciprocalSquareRoot = unaryKernel(ReciprocalSquareRoot.self)
  public static let exp = unaryKernel(Exp.self)
  public static let expm1 = unaryKernel(Expm1.self)
  public static let log = unaryKernel(Log.self)
  public static let log1p = unaryKernel(Log1p.self)
  // Large angles need a second pass, so these two are loops of their own.
  public static let sin = UnaryKernel(
    float: { x, y, n in Float.sin(x, into: y, count: n) }, double: { x, y, n in Double.sin(x, into: y, count: n) })
  public static let cos = UnaryKernel(
    float: { x, y, n in Float.cos(x, into: y, count: n) }, double: { x, y, n in Double.cos(x, into: y, count: n) })
  public static let tanh = unaryKernel(Tanh.self)
  public static let sigmoid = unaryKernel(Sigmoid.self)
  public static let erf = unaryKernel(Erf.self)
  public static let relu = unaryKernel(Relu.self)
  public static let gelu = unaryKernel(Gelu.self)
  public static let geluTanh = unaryKernel(GeluTanh.self)
  public static let silu = unaryKernel(Silu.self)
  public static let softplus = unaryKernel(Softplus.self)
  public static let lgamma = unaryKernel(Lgamma.self)
  public static let digamma = unaryKernel(Digamma.self)
  public static let trigamma = unaryKernel(Trigamma.self)
}

enum Negate: UnaryFunction { @inline(__always) static func apply<T: Real>(_ x: T) -> T { -x } }
enum Absolute: UnaryFunction { @inline(__always) static func apply<T: Real>(_ x: T) -> T { x.magnitude } }
enum Sign: UnaryFunction {
  /// -1, 0 or 1; NaN stays NaN.
  @inline(__always) static func apply<T: Real>(_ x: T) -> T { x > 0 ? 1 : (x < 0 ? -1 : x) }
}
enum Floor: UnaryFunction { @inline(__always) static func apply<T: Real>(_ x: T) -> T { x.rounded(.down) } }
enum Ceil: UnaryFunction { @inline(__always) static func apply<T: Real>(_ x: T) -> T { x.rounded(.up) } }
enum Round: UnaryFunction { @inline(__always) static func apply<T: Real>(_ x: T) -> T { x.rounded(.toNearestOrEven) } }
enum Truncate: UnaryFunction { @inline(__always) static func apply<T: Real>(_ x: T) -> T { x.rounded(.towardZero) } }
enum Square: UnaryFunction { @inline(__always) static func apply<T: Real>(_ x: T) -> T { x * x } }
enum Reciprocal: UnaryFunction { @inline(__always) static func apply<T: Real>(_ x: T) -> T { 1 / x } }
enum SquareRoot: UnaryFunction { @inline(__always) static func apply<T: Real>(_ x: T) -> T { x.squareRoot() } }
enum ReciprocalSquareRoot: UnaryFunction {
  @inline(__always) static func apply<T: Real>(_ x: T) -> T { 1 / x.squareRoot() }
}
enum Exp: UnaryFunction { @inline(__always) static func apply<T: Real>(_ x: T) -> T { T.exp(x) } }
enum Expm1: UnaryFunction { @inline(__always) static func apply<T: Real>(_ x: T) -> T { T.expm1(x) } }
enum Log: UnaryFunction { @inline(__always) static func apply<T: Real>(_ x: T) -> T { T.log(x) } }
enum Log1p: UnaryFunction { @inline(__always) static func apply<T: Real>(_ x: T) -> T { T.log1p(x) } }
enum Tanh: UnaryFunction { @inline(__always) static func apply<T: Real>(_ x: T) -> T { T.tanh(x) } }
enum Sigmoid: UnaryFunction { @inline(__always) static func apply<T: Real>(_ x: T) -> T { T.sigmoid(x) } }
enum Erf: UnaryFunction { @inline(__always) static func apply<T: Real>(_ x: T) -> T { T.erf(x) } }
enum Relu: UnaryFunction {
  /// NaN passes through, so that a broken network shows.
  @inline(__always) static func apply<T: Real>(_ x: T) -> T { x < 0 ? 0 : x }
}
enum Gelu: UnaryFunction { @inline(__always) static func apply<T: Real>(_ x: T) -> T { T.gelu(x) } }
enum GeluTanh: UnaryFunction { @inline(__always) static func apply<T: Real>(_ x: T) -> T { T.geluTanh(x) } }
enum Silu: UnaryFunction { @inline(__always) static func apply<T: Real>(_ x: T) -> T { T.silu(x) } }
enum Softplus: UnaryFunction { @inline(__always) static func apply<T: Real>(_ x: T) -> T { T.softplus(x) } }
enum Lgamma: UnaryFunction { @inline(__always) static func apply<T: Real>(_ x: T) -> T { T.lgamma(x) } }
enum Digamma: UnaryFunction { @inline(__always) static func apply<T: Real>(_ x: T) -> T { T.digamma(x) } }
enum Trigamma: UnaryFunction { @inline(__always) static func apply<T: Real>(_ x: T) -> T { T.trigamma(x) } }
