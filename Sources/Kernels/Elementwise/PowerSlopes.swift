extension BinaryKernel {
  /// The gradient of the square in one pass: the first number is the input, the second the gradient of the result.
  public static let squareSlope = binaryKernel(SquareSlope.self, integer: false)
}

enum SquareSlope: SlopeFunction {
  @inline(__always) static func apply<T: Real>(_ x: T, _ g: T) -> T { g * (x * 2) }
}
