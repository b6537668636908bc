/// Sums of products accumulated in Double whatever the element type, in an order that depends on the length alone:
/// eight lanes inside a block, then the blocks in order.
public enum WideSum {
  private static let block = 1 << 14

  /// The sum of `a[i] * b[i]`.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func dot<T: Real>(_ a: UnsafePointer<T>, _ b: UnsafePointer<T>, _ count: Int) -> Double {
    if count <= block { return lanes(a, b, count) }
    let blocks = (count + block - 1) / block
    var partial = [Double](repeating: 0, count: blocks)
    partial.withUnsafeMutableBufferPointer { partial in
      let out = SendablePointer(partial.baseAddress.unsafelyUnwrapped)
      Parallel.forEachRange(blocks, grain: 2) { start, length in
        for k in start..<(start + length) {
          out.pointer[k] = lanes(a + k * block, b + k * block, min(block, count - k * block))
        }
      }
    }
    return partial.reduce(0, +)
  }

  @inline(__always)
  private static func lanes<T: Real>(_ a: UnsafePointer<T>, _ b: UnsafePointer<T>, _ n: Int) -> Double {
    var s0 = 0.0
    var s1 = 0.0
    var s2 = 0.0
    var s3 = 0.0
    var s4 = 0.0
    var s5 = 0.0
    var s6 = 0.0
    var s7 = 0.0
    var i = 0
    while i &+ 8 <= n {
      s0 += Double(a[i]) * Double(b[i])
      s1 += Double(a[i &+ 1]) * Double(b[i &+ 1])
      s2 += Double(a[i &+ 2]) * Double(b[i &+ 2])
      s3 += Double(a[i &+ 3]) * Double(b[i &+ 3])
      s4 += Double(a[i &+ 4]) * Double(b[i &+ 4])
      s5 += Double(a[i &+ 5]) * Double(b[i &+ 5])
      s6 += Double(a[i &+ 6]) * Double(b[i &+ 6])
      s7 += Double(a[i &+ 7]) * Double(b[i &+ 7])
      i &+= 8
    }
    var total = ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7))
    while i < n {
      total += Double(a[i]) * Double(b[i])
      i &+= 1
    }
    return total
  }
}
