/// Sums in an order that depends on the length alone: four lanes of eight inside a block, then blocks pairwise.
public enum Sum {
  /// Elements summed by lanes before the pairwise tree takes over; bounds the rounding error.
  static let block = 1 << 14

  /// The sum of `count` contiguous numbers.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func contiguous<T: Real>(_ x: UnsafePointer<T>, _ count: Int) -> T {
    if count <= block { return lanes(x, count) }
    let blocks = (count + block - 1) / block
    var partial = [T](repeating: 0, count: blocks)
    partial.withUnsafeMutableBufferPointer { partial in
      let out = SendablePointer(partial.baseAddress.unsafelyUnwrapped)
      Parallel.forEachRange(blocks, grain: 2) { start, length in
        for b in start..<(start + length) { out.pointer[b] = lanes(x + b * block, min(block, count - b * block)) }
      }
      pairwise(partial)
    }
    return partial[0]
  }

  @inline(__always)
  private static func pairwise<T: Real>(_ values: UnsafeMutableBufferPointer<T>) {
    var length = values.count
    while length > 1 {
      let half = (length + 1) / 2
      for i in 0..<(length / 2) { values[i] = values[2 * i] + values[2 * i + 1] }
      if length % 2 == 1 { values[half - 1] = values[length - 1] }
      length = half
    }
  }

  /// The sum of `(x - center)^2`, in the lanes of `lanes`.
  @inline(__always)
  static func squares<T: Real>(_ x: UnsafePointer<T>, _ n: Int, around center: T) -> T {
    let raw = UnsafeRawPointer(x)
    let width = MemoryLayout<T>.stride
    let middle = SIMD8<T>(repeating: center)
    var a = SIMD8<T>(repeating: 0)
    var (b, c, d) = (a, a, a)
    var i = 0
    while i &+ 32 <= n {
      let p = raw.loadUnaligned(fromByteOffset: i &* width, as: SIMD8<T>.self) - middle
      let q = raw.loadUnaligned(fromByteOffset: (i &+ 8) &* width, as: SIMD8<T>.self) - middle
      let r = raw.loadUnaligned(fromByteOffset: (i &+ 16) &* width, as: SIMD8<T>.self) - middle
      let s = raw.loadUnaligned(fromByteOffset: (i &+ 24) &* width, as: SIMD8<T>.self) - middle
      a.addProduct(p, p)
      b.addProduct(q, q)
      c.addProduct(r, r)
      d.addProduct(s, s)
      i &+= 32
    }
    let s = (a + b) + (c + d)
    var total = ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]))
    while i < n {
      total += (x[i] - center) * (x[i] - center)
      i &+= 1
    }
    return total
  }

  @inline(__always)
  static func lanes<T: Real>(_ x: UnsafePointer<T>, _ n: Int) -> T {
    let raw = UnsafeRawPointer(x)
    let width = MemoryLayout<T>.stride
    var a = SIMD8<T>(repeating: 0)
    var b = a
    var c = a
    var d = a
    var i = 0
    while i &+ 32 <= n {
      a += raw.loadUnaligned(fromByteOffset: i &* width, as: SIMD8<T>.self)
      b += raw.loadUnaligned(fromByteOffset: (i &+ 8) &* width, as: SIMD8<T>.self)
      c += raw.loadUnaligned(fromByteOffset: (i &+ 16) &* width, as: SIMD8<T>.self)
      d += raw.loadUnaligned(fromByteOffset: (i &+ 24) &* width, as: SIMD8<T>.self)
      i &+= 32
    }
    while i &+ 8 <= n {
      a += raw.loadUnaligned(fromByteOffset: i &* width, as: SIMD8<T>.self)
      i &+= 8
    }
    let s = (a + b) + (c + d)
    var total = ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]))
    while i < n {
      total += x[i]
      i &+= 1
    }
    return total
  }
}

extension Sum {
  /// The sum of the products of two rows, in two times eight lanes.
  @inline(__always)
  static func products<T: Real>(_ x: UnsafePointer<T>, _ y: UnsafePointer<T>, _ n: Int) -> T {
    let (rawX, rawY) = (UnsafeRawPointer(x), UnsafeRawPointer(y))
    let width = MemoryLayout<T>.stride
    var a = SIMD8<T>(repeating: 0)
    var b = a
    var i = 0
    while i &+ 16 <= n {
      a = a.addingProduct(
        rawX.loadUnaligned(fromByteOffset: i &* width, as: SIMD8<T>.self),
        rawY.loadUnaligned(fromByteOffset: i &* width, as: SIMD8<T>.self))
      b = b.addingProduct(
        rawX.loadUnaligned(fromByteOffset: (i &+ 8) &* width, as: SIMD8<T>.self),
        rawY.loadUnaligned(fromByteOffset: (i &+ 8) &* width, as: SIMD8<T>.self))
      i &+= 16
    }
    while i &+ 8 <= n {
      a = a.addingProduct(
        rawX.loadUnaligned(fromByteOffset: i &* width, as: SIMD8<T>.self),
        rawY.loadUnaligned(fromByteOffset: i &* width, as: SIMD8<T>.self))
      i &+= 8
    }
    let s = a + b
    var total = ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]))
    while i < n {
      total.addProduct(x[i], y[i])
      i &+= 1
    }
    return total
  }
}

/// A pointer that may enter the tiles of a parallel loop, each of which writes a part of its own.
public struct SendablePointer<T>: @unchecked Sendable {
  public let pointer: UnsafeMutablePointer<T>
  public init(_ pointer: UnsafeMutablePointer<T>) { self.pointer = pointer }
}
