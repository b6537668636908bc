extension UnaryKernel {
  public static let tan = unaryKernel(Tan.self)
  public static let asin = unaryKernel(Asin.self)
  public static let acos = unaryKernel(Acos.self)
  public static let atan = unaryKernel(Atan.self)
  public static let sinh = unaryKernel(Sinh.self)
  public static let cosh = unaryKernel(Cosh.self)
}

enum Tan: UnaryFunction { @inline(__always) static func apply<T: Real>(_ x: T) -> T { T.tan(x) } }
enum Asin: UnaryFunction { @inline(__always) static func apply<T: Real>(_ x: T) -> T { T.asin(x) } }
enum Acos: UnaryFunction { @inline(__always) static func apply<T: Real>(_ x: T) -> T { T.acos(x) } }
enum Atan: UnaryFunction { @inline(__always) static func apply<T: Real>(_ x: T) -> T { T.atan(x) } }
enum Sinh: UnaryFunction { @inline(__always) static func apply<T: Real>(_ x: T) -> T { T.sinh(x) } }
enum Cosh: UnaryFunction { @inline(__always) static func apply<T: Real>(_ x: T) -> T { T.cosh(x) } }
