/// Eight numbers at once, from and to places of any alignment.
enum Lanes {
  @inline(__always)
  static func load<T: SIMDScalar>(_ p: UnsafePointer<T>) -> SIMD8<T> {
    UnsafeRawPointer(p).loadUnaligned(as: SIMD8<T>.self)
  }
  @inline(__always)
  static func store<T: SIMDScalar>(_ v: SIMD8<T>, _ p: UnsafeMutablePointer<T>) {
    UnsafeMutableRawPointer(p).storeBytes(of: v, as: SIMD8<T>.self)
  }
  /// The lanes from `first` on.
  @inline(__always)
  static func from<T: Real>(_: T.Type, _ first: Int) -> SIMDMask<SIMD8<T>.MaskStorage> {
    let numbers = SIMD8<T>(0, 1, 2, 3, 4, 5, 6, 7)
    return numbers .>= SIMD8<T>(repeating: T(first))
  }
  /// The sum of the eight.
  @inline(__always)
  static func sum<T: Real>(_ v: SIMD8<T>) -> T {
    ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]))
  }
}
