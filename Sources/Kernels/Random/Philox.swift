/// Philox4x32-10, a counter-based generator: block number -> four random 32-bit words, a pure function of the key
/// (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011).
public enum Philox {
  public typealias Block = (UInt32, UInt32, UInt32, UInt32)

  /// The four words of one block. `counter` is the low half of the 128-bit counter and `stream` the high half.
  @inline(__always)
  public static func block(key: UInt64, stream: UInt64, counter: UInt64) -> Block {
    var c0 = UInt32(truncatingIfNeeded: counter)
    var c1 = UInt32(truncatingIfNeeded: counter >> 32)
    var c2 = UInt32(truncatingIfNeeded: stream)
    var c3 = UInt32(truncatingIfNeeded: stream >> 32)
    var k0 = UInt32(truncatingIfNeeded: key)
    var k1 = UInt32(truncatingIfNeeded: key >> 32)
    for _ in 0..<10 {
      let product0 = UInt64(c0) &* 0xD251_1F53
      let product1 = UInt64(c2) &* 0xCD9E_8D57
      let high0 = UInt32(truncatingIfNeeded: product0 >> 32)
      let high1 = UInt32(truncatingIfNeeded: product1 >> 32)
      (c0, c1, c2, c3) = (
        high1 ^ c1 ^ k0, UInt32(truncatingIfNeeded: product1), high0 ^ c3 ^ k1, UInt32(truncatingIfNeeded: product0)
      )
      k0 = k0 &+ 0x9E37_79B9
      k1 = k1 &+ 0xBB67_AE85
    }
    return (c0, c1, c2, c3)
  }

  /// Writes the words of `blockCount` successive blocks, four words each; the counter wraps around.
  public static func fill(
    key: UInt64, stream: UInt64, counter: UInt64, into words: UnsafeMutablePointer<UInt32>, blockCount: Int
  ) {
    var b = 0
    while b < blockCount {
      let block = block(key: key, stream: stream, counter: counter &+ UInt64(b))
      words[4 &* b] = block.0
      words[4 &* b &+ 1] = block.1
      words[4 &* b &+ 2] = block.2
      words[4 &* b &+ 3] = block.3
      b &+= 1
    }
  }
}
