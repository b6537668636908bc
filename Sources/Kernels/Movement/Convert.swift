/// Conversions between element types.
public enum Convert {
  @inlinable @inline(__always)
  public static func loop<A: BitwiseCopyable, B: BitwiseCopyable>(
    _ x: UnsafePointer<A>, _ y: UnsafeMutablePointer<B>, _ count: Int, _ f: (A) -> B
  ) {
    for i in 0..<count { y[i] = f(x[i]) }
  }

  /// Towards zero; NaN becomes 0 and what does not fit becomes the nearest whole number that does.
  @inlinable @inline(__always)
  public static func wholeNumber<T: Real>(_ x: T) -> Int64 {
    if x != x { return 0 }
    let d = Double(x)
    if d >= 0x1p63 { return .max }
    if d < -0x1p63 { return .min }
    return Int64(d)
  }
}
