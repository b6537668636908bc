/// The greatest number of a row of scores. Written for each type, because comparisons of generic vectors are slow.
enum GreatestScore {
  /// - Parameter count: a multiple of sixteen.
  /// - Returns: the greatest number, -infinity if there is none; nan is left out.
  @inline(__always)
  static func of<T: Real>(_ x: UnsafePointer<T>, _ count: Int) -> T {
    if T.self == Float.self {
      return unsafeBitCast(of(UnsafeRawPointer(x).assumingMemoryBound(to: Float.self), count), to: T.self)
    }
    return unsafeBitCast(of(UnsafeRawPointer(x).assumingMemoryBound(to: Double.self), count), to: T.self)
  }

  @inline(__always)
  private static func of(_ x: UnsafePointer<Float>, _ count: Int) -> Float {
    let raw = UnsafeRawPointer(x)
    let step = 8 &* MemoryLayout<Float>.stride
    var (a, b) = (SIMD8<Float>(repeating: -.infinity), SIMD8<Float>(repeating: -.infinity))
    var at = 0
    for _ in 0..<(count / 16) {
      let left = raw.loadUnaligned(fromByteOffset: at, as: SIMD8<Float>.self)
      let right = raw.loadUnaligned(fromByteOffset: at &+ step, as: SIMD8<Float>.self)
      a.replace(with: left, where: left .> a)
      b.replace(with: right, where: right .> b)
      at &+= 2 &* step
    }
    a.replace(with: b, where: b .> a)
    var half = a.lowHalf
    half.replace(with: a.highHalf, where: a.highHalf .> half)
    let left = half[0] > half[1] ? half[0] : half[1]
    let right = half[2] > half[3] ? half[2] : half[3]
    return left > right ? left : right
  }

  @inline(__always)
  private static func of(_ x: UnsafePointer<Double>, _ count: Int) -> Double {
    let raw = UnsafeRawPointer(x)
    let step = 8 &* MemoryLayout<Double>.stride
    var (a, b) = (SIMD8<Double>(repeating: -.infinity), SIMD8<Double>(repeating: -.infinity))
    var at = 0
    for _ in 0..<(count / 16) {
      let left = raw.loadUnaligned(fromByteOffset: at, as: SIMD8<Double>.self)
      let right = raw.loadUnaligned(fromByteOffset: at &+ step, as: SIMD8<Double>.self)
      a.replace(with: left, where: left .> a)
      b.replace(with: right, where: right .> b)
      at &+= 2 &* step
    }
    a.replace(with: b, where: b .> a)
    var half = a.lowHalf
    half.replace(with: a.highHalf, where: a.highHalf .> half)
    let left = half[0] > half[1] ? half[0] : half[1]
    let right = half[2] > half[3] ? half[2] : half[3]
    return left > right ? left : right
  }
}
