/// The greatest number of a row; NaN if there is one.
///
/// What is compared are whole numbers in the order of the numbers that they stand for: a maximum of those does not depend on
/// the order of comparing, so plain loops over them vectorise.
enum RowMaximum {
  @inline(__always)
  static func of<T: Real>(_ x: UnsafePointer<T>, _ count: Int) -> T {
    if T.self == Float.self {
      return unsafeBitCast(of(UnsafeRawPointer(x).assumingMemoryBound(to: Float.self), count), to: T.self)
    }
    return unsafeBitCast(of(UnsafeRawPointer(x).assumingMemoryBound(to: Double.self), count), to: T.self)
  }

  @inline(__always)
  private static func of(_ x: UnsafePointer<Float>, _ count: Int) -> Float {
    var top = Int32.min
    var size: Int32 = 0
    for i in 0..<count {
      let bits = Int32(bitPattern: x[i].bitPattern)
      top = max(top, bits ^ ((bits >> 31) & .max))
      size = max(size, bits & .max)
    }
    if size > Int32(bitPattern: Float.infinity.bitPattern) { return .nan }
    return Float(bitPattern: UInt32(bitPattern: top ^ ((top >> 31) & .max)))
  }

  @inline(__always)
  private static func of(_ x: UnsafePointer<Double>, _ count: Int) -> Double {
    var top = Int64.min
    var size: Int64 = 0
    for i in 0..<count {
      let bits = Int64(bitPattern: x[i].bitPattern)
      top = max(top, bits ^ ((bits >> 63) & .max))
      size = max(size, bits & .max)
    }
    if size > Int64(bitPattern: Double.infinity.bitPattern) { return .nan }
    return Double(bitPattern: UInt64(bitPattern: top ^ ((top >> 63) & .max)))
  }
}
