import Basics
import Tensors

/// The operators in which gradient rules and layers are written. All of them broadcast and record.
extension Tensor {
  public static func + (a: Tensor, b: Tensor) throws -> Tensor { try Arithmetic.add.call(a, b) }
  public static func - (a: Tensor, b: Tensor) throws -> Tensor { try Arithmetic.subtract.call(a, b) }
  public static func * (a: Tensor, b: Tensor) throws -> Tensor { try Arithmetic.multiply.call(a, b) }
  public static func / (a: Tensor, b: Tensor) throws -> Tensor { try Arithmetic.divide.call(a, b) }

  public static func + (a: Tensor, b: Double) throws -> Tensor { try Arithmetic.add.call(a, b) }
  public static func - (a: Tensor, b: Double) throws -> Tensor { try Arithmetic.subtract.call(a, b) }
  public static func * (a: Tensor, b: Double) throws -> Tensor { try Arithmetic.multiply.call(a, b) }
  public static func / (a: Tensor, b: Double) throws -> Tensor { try Arithmetic.divide.call(a, b) }

  public static func + (a: Double, b: Tensor) throws -> Tensor { try Arithmetic.add.call(b, a, numberOnLeft: true) }
  public static func - (a: Double, b: Tensor) throws -> Tensor {
    try Arithmetic.subtract.call(b, a, numberOnLeft: true)
  }
  public static func * (a: Double, b: Tensor) throws -> Tensor {
    try Arithmetic.multiply.call(b, a, numberOnLeft: true)
  }
  public static func / (a: Double, b: Tensor) throws -> Tensor { try Arithmetic.divide.call(b, a, numberOnLeft: true) }

  public static prefix func - (x: Tensor) throws -> Tensor { try Arithmetic.negate.call(x) }

  public func power(_ exponent: Double) throws -> Tensor { try Arithmetic.power.call(self, exponent) }
  public func power(_ exponent: Tensor) throws -> Tensor { try Arithmetic.power.call(self, exponent) }
  public func maximum(_ other: Tensor) throws -> Tensor { try Arithmetic.maximum.call(self, other) }
  public func minimum(_ other: Tensor) throws -> Tensor { try Arithmetic.minimum.call(self, other) }
}

extension Operation {
  /// Calls a function of one tensor.
  @inline(__always)
  func call(_ x: Tensor) throws -> Tensor {
    guard case .unary(let function) = body else { throw Failure(.argument, "'\(name)' does not take one tensor") }
    return try function(x)
  }

  /// Calls a function of two tensors.
  @inline(__always)
  func call(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    guard case .binary(let forms) = body else { throw Failure(.argument, "'\(name)' does not take two tensors") }
    return try forms.tensors(a, b)
  }

  /// Calls a function of a tensor and a number.
  @inline(__always)
  func call(_ x: Tensor, _ number: Double, numberOnLeft: Bool = false) throws -> Tensor {
    guard case .binary(let forms) = body else { throw Failure(.argument, "'\(name)' does not take two tensors") }
    return try forms.number(x, number, numberOnLeft)
  }
}
